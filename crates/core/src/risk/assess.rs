//! The assessment: which signals speak, and what they add up to.

use super::config::RiskConfig;
use super::facts::{Assurance, Delivery, Device, Facts, Opened, TicketFacts, View};
use super::history::network;
use super::place::Place;
use super::signal::Signal;
use crate::time::{Span, Timestamp};
use std::borrow::Cow;
use std::fmt::Write as _;

/// So many failed attempts are many.
const MANY: u32 = 5;

/// So many are very many.
const VERY_MANY: u32 = 20;

/// A change of factors is recent for so long.
const RECENT: Span = Span::hours(72);

/// What a minter vouches for is fresh for so long before it mints.
const FRESH: Span = Span::hours(12);

/// How risky a sign-in is, in words.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Level {
    /// Nothing out of the ordinary.
    Low,
    /// Something is new.
    Medium,
    /// Several things are wrong.
    High,
    /// Refused, with an alert.
    Critical,
}

impl Level {
    /// The name on the wire, at rest and in the audit log.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// The level of that name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Low, Self::Medium, Self::High, Self::Critical].into_iter().find(|l| l.as_str() == name)
    }
}

/// One signal that spoke.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Observation {
    /// Which.
    pub signal: Signal,
    /// Its weight in this tenant.
    pub weight: u8,
    /// What it added: its weight, or a part of it while the user is being learned or something speaks for them.
    pub counted: u8,
    /// What was seen, for administrators.
    pub what: Cow<'static, str>,
}

/// How risky a sign-in is, and why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Assessment {
    /// 0–100; what is above stays there.
    pub score: u8,
    /// The score in the tenant's terms.
    pub level: Level,
    /// The signals that spoke, in the order in which they were looked at.
    pub observed: Vec<Observation>,
}

/// What is kept of an assessment beside what it decided.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Risk {
    /// 0–100.
    pub score: u8,
    /// The score in the tenant's terms at that time.
    pub level: Level,
}

impl Assessment {
    /// That of a tenant whose signals add nothing: nobody looked.
    pub const NOTHING: Self = Self { score: 0, level: Level::Low, observed: Vec::new() };

    /// What is kept of it.
    pub const fn risk(&self) -> Risk {
        Risk { score: self.score, level: self.level }
    }

    /// The explained record for the audit log, in one line: the score, the level, and each signal with what it added, its
    /// weight and what was seen. At most about 1 KiB, since there are only so many signals.
    pub fn record(&self) -> String {
        let mut record = format!("{} {}", self.score, self.level.as_str());
        for Observation { signal, weight, counted, what } in &self.observed {
            let _ = write!(record, "; {} {counted}/{weight}: {what}", signal.as_str());
        }
        record
    }

    /// The level that it would have if these had not spoken.
    pub fn level_without(&self, silent: &[Signal], config: &RiskConfig) -> Level {
        config.level(sum(self.observed.iter().filter(|o| !silent.contains(&o.signal))))
    }

    /// The signal that added the most.
    pub fn foremost(&self) -> Option<Signal> {
        self.observed.iter().rev().max_by_key(|o| o.counted).filter(|o| o.counted > 0).map(|o| o.signal)
    }
}

/// Assesses what is known. Pure; about a microsecond.
pub fn assess(config: &RiskConfig, facts: &Facts, now: Timestamp) -> Assessment {
    let mut sheet = Sheet {
        config,
        learning: facts.history.learning(config.learning_period_days, now),
        observed: Vec::with_capacity(8),
    };
    sheet.device(facts);
    if facts.view == View::Unseen {
        sheet.note(Signal::IpUnknown, Share::Whole, "the client did not say where its user is");
    } else {
        sheet.address(facts);
        sheet.novelty(facts, now);
        sheet.travel(facts, now);
        sheet.ticket_moved(facts);
        sheet.session_moved(facts);
    }
    sheet.time(facts, now);
    sheet.failures(facts);
    sheet.credentials(facts, now);
    sheet.sum()
}

/// How much of its weight a signal counts.
#[derive(Clone, Copy)]
enum Share {
    Whole,
    Half,
}

/// Where observations are noted.
struct Sheet<'a> {
    config: &'a RiskConfig,
    learning: bool,
    observed: Vec<Observation>,
}

impl Sheet<'_> {
    /// Notes a signal. What has a weight never counts nothing, however often it is halved.
    fn note(&mut self, signal: Signal, share: Share, what: impl Into<Cow<'static, str>>) {
        let weight = self.config.weights.of(signal);
        let halved = u8::from(matches!(share, Share::Half)) + u8::from(self.learning && signal.compares());
        let counted = (weight >> halved).max(weight.min(1));
        self.observed.push(Observation { signal, weight, counted, what: what.into() });
    }

    fn device(&mut self, facts: &Facts) {
        let signal = Signal::UnknownDevice;
        match (facts.device.proven(), facts.ticket.as_ref()) {
            (true, _) => {}
            (false, Some(ticket)) if vouched(ticket) => {
                self.note(signal, Share::Half, "no known device; the minter vouches for two factors lately");
            }
            (false, Some(_)) => {
                self.note(signal, Share::Whole, "no known device; the minter vouches for nothing fresh");
            }
            (false, None) => self.note(signal, Share::Whole, "no known device"),
        }
    }

    fn address(&mut self, facts: &Facts) {
        let Place { country, asn, hosting, .. } = facts.place;
        let unknown = if facts.ip.is_none() {
            Some("the address is not known")
        } else if country.is_none() {
            Some("the address is in no country")
        } else if asn.is_none() || hosting.is_none() {
            Some("the network of the address is not known")
        } else {
            None
        };
        if let Some(what) = unknown {
            self.note(Signal::IpUnknown, Share::Whole, what);
        }
        if facts.bad_reputation {
            self.note(Signal::IpBadReputation, Share::Whole, "the address is on a list of bad ones");
        }
        if hosting == Some(true) {
            self.note(Signal::IpVpn, Share::Whole, "the network is one of servers, VPNs or proxies");
        }
    }

    fn novelty(&mut self, facts: &Facts, now: Timestamp) {
        let history = &facts.history;
        let network = facts.ip.is_some_and(|ip| !history.knows_network(ip, now));
        let kind = facts.agent.as_ref().is_some_and(|agent| !history.knows_agent(agent, now));
        let new = if facts.session.is_some() {
            // It is measured by where it began, see `session_moved`.
            None
        } else if history.learned() == 0 {
            Some("the first sign-in that is seen")
        } else if facts.device == Device::ClaimedNew {
            Some("the device calls itself by a new name")
        } else if network && facts.device != Device::Trusted {
            Some("the network is new")
        } else if kind && !facts.device.proven() {
            Some("the kind of device is new")
        } else {
            None
        };
        if let Some(what) = new {
            self.note(Signal::NewDeviceOrIp, Share::Whole, what);
        }
        // The first country is nobody's new one: the signal above speaks for it.
        if history.learned() > 0 {
            self.abroad(facts, now);
        }
    }

    fn abroad(&mut self, facts: &Facts, now: Timestamp) {
        let history = &facts.history;
        let Place { country, asn, .. } = facts.place;
        let new = country.filter(|country| !history.knows_country(*country, now));
        if let Some(country) = new {
            self.note(Signal::NewCountry, Share::Whole, format!("{country} is new"));
        }
        let rare = country.filter(|country| !history.frequents(*country, now));
        if let Some(asn) = asn.filter(|asn| !history.knows_operator(*asn, now)) {
            self.note(Signal::UnusualLocation, Share::Whole, format!("AS{asn} is new"));
        } else if let Some(country) = rare {
            self.note(Signal::UnusualLocation, Share::Whole, format!("{country} is rare"));
        }
    }

    fn travel(&mut self, facts: &Facts, now: Timestamp) {
        if let Some(leap) = facts.history.leap(&facts.place, now) {
            let what = format!("{:.0} km in {} min", leap.kilometres, leap.minutes);
            self.note(Signal::VelocityAnomaly, Share::Whole, what);
        }
    }

    fn time(&mut self, facts: &Facts, now: Timestamp) {
        if !facts.history.usual_hour(now) {
            self.note(Signal::UnusualTime, Share::Whole, "hardly ever seen at this hour");
        }
    }

    /// Attempts of strangers count less against a device that is known: they must not keep its user out.
    fn failures(&mut self, facts: &Facts) {
        let share = if facts.device.proven() { Share::Half } else { Share::Whole };
        for (signal, line) in [(Signal::LoginFailureModerate, MANY), (Signal::LoginFailureHigh, VERY_MANY)] {
            if facts.failed_attempts >= line {
                self.note(signal, share, format!("{} failed attempts", facts.failed_attempts));
            }
        }
    }

    fn credentials(&mut self, facts: &Facts, now: Timestamp) {
        if facts.credential_leaked {
            self.note(Signal::CredentialLeaked, Share::Whole, "the password is known to others");
        }
        let first_day = facts.user_since.plus(Span::hours(24));
        let Some(changed) = facts.factors_changed_at.filter(|changed| *changed > first_day) else { return };
        let vouched_at = facts.ticket.as_ref().and_then(|ticket| ticket.subject_auth_time);
        if vouched_at.is_some_and(|vouched| vouched < changed) {
            self.note(
                Signal::MfaMethodChanged,
                Share::Whole,
                "a factor changed since what the minter vouches for",
            );
        } else if now < changed.plus(RECENT) {
            self.note(Signal::MfaMethodChanged, Share::Whole, "a factor changed lately");
        }
    }

    /// A ticket that a person minted is theirs to redeem: where it was minted it should be redeemed.
    fn ticket_moved(&mut self, facts: &Facts) {
        let Some(ticket) = facts.ticket.as_ref().filter(|t| t.delivery == Delivery::Person && !t.proven)
        else {
            return;
        };
        let (Some(before), Some(after)) = (ticket.minted_ip, facts.ip) else { return };
        if network(before) == network(after) {
            return;
        }
        let (from, to) = (&ticket.minted_place, &facts.place);
        if differs(&from.country, &to.country) || differs(&from.asn, &to.asn) {
            self.note(Signal::SessionHijack, Share::Whole, "minted with another network operator or abroad");
        } else if from.asn.is_none() || to.asn.is_none() {
            self.note(Signal::SessionHijack, Share::Half, "minted in another network");
        }
    }

    /// Networks change by themselves, countries and browsers do not.
    fn session_moved(&mut self, facts: &Facts) {
        let Some(Opened { place, agent }) = &facts.session else { return };
        // Who hijacks a session may as well say nothing.
        if agent.is_some() && *agent != facts.agent {
            self.note(Signal::SessionHijack, Share::Whole, "the session goes on with another kind of device");
        } else if differs(&place.country, &facts.place.country) {
            self.note(Signal::SessionHijack, Share::Whole, "the session goes on in another country");
        }
    }

    fn sum(self) -> Assessment {
        let score = sum(self.observed.iter());
        Assessment { score, level: self.config.level(score), observed: self.observed }
    }
}

fn sum<'a>(observed: impl Iterator<Item = &'a Observation>) -> u8 {
    let sum: u16 = observed.map(|o| u16::from(o.counted)).sum();
    u8::try_from(sum.min(100)).unwrap_or(100)
}

/// Whether a minter's word is strong and fresh. It comes from an authenticated minter, never from whoever redeems.
fn vouched(ticket: &TicketFacts) -> bool {
    let oldest = ticket.minted_at.minus(FRESH);
    ticket.assurance == Assurance::Multi && ticket.subject_auth_time.is_some_and(|vouched| vouched >= oldest)
}

/// Whether two known things differ.
fn differs<T: PartialEq>(before: &Option<T>, after: &Option<T>) -> bool {
    before.is_some() && after.is_some() && before != after
}

#[cfg(test)]
mod tests;
