//! Risk events: sign-ins that stood out, kept for administrators.

use super::assess::{Assessment, Level, Observation};
use super::config::RiskConfig;
use super::place::Country;
use super::signal::Signal;
use crate::id::{EventId, TenantId, UserId};
use crate::signin::MethodKind;
use crate::time::{Day, Timestamp};
use std::net::IpAddr;

/// A sign-in that stood out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RiskEvent {
    /// That of the audit row that tells of the sign-in.
    pub id: EventId,
    /// The tenant.
    pub tenant: TenantId,
    /// Who was to be signed in.
    pub user: UserId,
    /// The signal that added the most.
    pub signal: Signal,
    /// 0–100.
    pub score: u8,
    /// The score in the tenant's terms then.
    pub level: Level,
    /// What came of it.
    pub outcome: RiskOutcome,
    /// How somebody tried to sign in.
    pub method: MethodKind,
    /// From which address.
    pub ip: Option<IpAddr>,
    /// From which country.
    pub country: Option<Country>,
    /// On which device, if it is one that we know.
    pub device: Option<String>,
    /// All that spoke.
    pub observed: Vec<Observation>,
    /// When; the store says.
    pub at: Timestamp,
}

/// What came of a sign-in that was assessed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RiskOutcome {
    /// It was granted without a question.
    Granted,
    /// A second factor was asked for because of the risk.
    Challenged,
    /// It was refused because of the risk.
    Refused,
}

impl RiskOutcome {
    /// The name on the wire and at rest.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::Challenged => "challenged",
            Self::Refused => "refused",
        }
    }

    /// The outcome of that name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Granted, Self::Challenged, Self::Refused].into_iter().find(|o| o.as_str() == name)
    }
}

/// Which sign-in an event tells of.
#[derive(Clone, Debug)]
pub struct Happened {
    /// The audit row.
    pub row: EventId,
    /// The tenant.
    pub tenant: TenantId,
    /// Who was to be signed in.
    pub user: UserId,
    /// How.
    pub method: MethodKind,
    /// From which address.
    pub ip: Option<IpAddr>,
    /// From which country.
    pub country: Option<Country>,
    /// On which device, if it is one that we know.
    pub device: Option<String>,
    /// What came of it.
    pub outcome: RiskOutcome,
}

impl RiskEvent {
    /// The event to be kept of an assessment: if the risk had a consequence, or its score is elevated.
    pub fn of(config: &RiskConfig, assessment: &Assessment, happened: Happened) -> Option<Box<Self>> {
        let signal = assessment.foremost()?;
        let consequence = assessment.level > Level::Low && happened.outcome != RiskOutcome::Granted;
        if assessment.score < config.elevated_threshold && !consequence {
            return None;
        }
        let Happened { row, tenant, user, method, ip, country, device, outcome } = happened;
        Some(Box::new(Self {
            id: row,
            tenant,
            user,
            signal,
            score: assessment.score,
            level: assessment.level,
            outcome,
            method,
            ip,
            country,
            device,
            observed: assessment.observed.clone(),
            at: Timestamp::default(),
        }))
    }

    /// The event of a passkey whose signature counter fell (WebAuthn §7.2): its key may be known to others. As risky as
    /// anything gets.
    pub fn copied_key(happened: Happened) -> Box<Self> {
        let Happened { row, tenant, user, method, ip, country, device, outcome } = happened;
        let observed = Observation {
            signal: Signal::CredentialLeaked,
            weight: 100,
            counted: 100,
            what: "the passkey's signature counter fell".into(),
        };
        Box::new(Self {
            id: row,
            tenant,
            user,
            signal: observed.signal,
            score: 100,
            level: Level::Critical,
            outcome,
            method,
            ip,
            country,
            device,
            observed: vec![observed],
            at: Timestamp::default(),
        })
    }

    /// How many bands of scores there are.
    pub const BANDS: u8 = 5;

    /// The band that the score is in: 0–20, 21–40, 41–60, 61–80, 81–100.
    pub const fn band(score: u8) -> u8 {
        let band = score.saturating_sub(1) / 20;
        if band < Self::BANDS { band } else { Self::BANDS - 1 }
    }
}

/// What a commit may do to risk events.
#[derive(Clone, Debug)]
pub enum Change {
    /// Keeps one, and counts it; its time is the commit's.
    Keep(Box<RiskEvent>),
}

/// Which risk events a list shows; absent members do not narrow it.
#[derive(Clone, Copy, Default, Debug)]
pub struct RiskFilter {
    /// Of this user.
    pub user: Option<UserId>,
    /// Whose foremost signal is this.
    pub signal: Option<Signal>,
    /// Of this score or a higher one.
    pub min_score: Option<u8>,
    /// Then or later.
    pub from: Option<Timestamp>,
    /// Before then.
    pub until: Option<Timestamp>,
}

/// So many events of a user, of a signal or of a time a list looks at, the newest: it never takes long.
pub const LOOKED_AT: u32 = 50_000;

/// How many events there were of one sort on one day.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RiskCount {
    /// The day, in UTC.
    pub day: Day,
    /// The foremost signal.
    pub signal: Signal,
    /// See [`RiskEvent::band`].
    pub band: u8,
    /// So many.
    pub count: u64,
}

/// A user with many risk events.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct RiskyUser {
    /// Who.
    pub user: UserId,
    /// How many events.
    pub count: u64,
    /// The mean of their scores.
    pub average: f64,
    /// The highest of their scores.
    pub highest: u8,
}
