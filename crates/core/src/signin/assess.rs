//! What is known of a sign-in besides what its method proved, and how risky that makes it.

use super::model::{Evidence, MethodKind, Standing};
use crate::audit::Source;
use crate::client::Client;
use crate::commit;
use crate::device;
use crate::fault::Fault;
use crate::id::DeviceId;
use crate::id::EventId;
use crate::parts::Parts;
use crate::risk::{
    self, Assessment, Country, Device, Facts, Happened, History, Opened, Risk, RiskEvent, RiskOutcome,
    TicketFacts, View,
};
use crate::session::Origin;
use crate::time::Timestamp;
use authms_crypto::SecretString;
use std::net::IpAddr;

/// Who signs in, as far as the request tells.
#[derive(Clone, Debug)]
pub struct EndUser {
    /// Who told it.
    pub view: View,
    /// Their address.
    pub ip: Option<IpAddr>,
    /// Their `User-Agent`.
    pub user_agent: Option<String>,
    /// What is known of their device.
    pub device: Device,
    /// Which that is, if it is known.
    pub device_id: Option<DeviceId>,
}

impl EndUser {
    /// Whoever sent the request, in order to sign in as this subject.
    ///
    /// # Errors
    /// [`Fault`] if the store does not answer.
    pub(crate) async fn direct(parts: &Parts, source: &Source, subject: &Standing) -> Result<Self, Fault> {
        let (token, claim) = (source.device_token.as_ref(), source.device_claim.as_deref());
        let known = device::recognize_claiming(parts, token, claim, subject).await?;
        Ok(Self {
            view: View::Direct,
            ip: source.ip,
            user_agent: source.user_agent.clone(),
            device: known.standing,
            device_id: known.id,
        })
    }

    /// Somebody of whom a client that may do so has told; what it left out is unknown.
    ///
    /// # Errors
    /// [`Fault`] if the store does not answer.
    pub(crate) async fn told(parts: &Parts, told: &Told, subject: &Standing) -> Result<Self, Fault> {
        let known = device::recognize(parts, told.device_token.as_ref(), subject).await?;
        Ok(Self {
            view: View::Told,
            ip: told.ip,
            user_agent: told.user_agent.clone(),
            device: known.standing,
            device_id: known.id,
        })
    }

    /// Whoever signs in through this client or, without one, has sent the request themself.
    ///
    /// # Errors
    /// [`Fault`] if the store does not answer.
    pub(crate) async fn behind(
        parts: &Parts,
        client: Option<&Client>,
        told: Option<&Told>,
        source: &Source,
        subject: &Standing,
    ) -> Result<Self, Fault> {
        match (client, told) {
            (Some(_), Some(told)) => Self::told(parts, told, subject).await,
            (Some(_), None) => Ok(Self::unseen()),
            (None, _) => Self::direct(parts, source, subject).await,
        }
    }

    /// Somebody behind a client that authenticated and told nothing about them: the request's address is the client's.
    pub const fn unseen() -> Self {
        Self { view: View::Unseen, ip: None, user_agent: None, device: Device::Unknown, device_id: None }
    }

    /// Where a session of theirs comes from: from them if they were seen, else from their client.
    pub(crate) fn origin(&self, source: &Source) -> Origin {
        match self.view {
            View::Unseen => Origin { ip: source.ip, user_agent: source.user_agent.clone() },
            View::Direct | View::Told => Origin { ip: self.ip, user_agent: self.user_agent.clone() },
        }
    }
}

/// What a client tells of the user behind it.
#[derive(Clone, Debug)]
pub struct Told {
    /// Their address.
    pub ip: Option<IpAddr>,
    /// Their `User-Agent`, at most 256 characters.
    pub user_agent: Option<String>,
    /// The secret that their device presented.
    pub device_token: Option<SecretString>,
}

impl Told {
    /// Whether this client, if any authenticated, may tell it.
    pub(crate) fn is_allowed(told: Option<&Self>, client: Option<&Client>) -> bool {
        told.is_none() || client.is_some_and(|client| client.may_send_context)
    }
}

/// What is remembered of a user in a tenant.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Remembered {
    /// Where, when and with what they usually sign in.
    pub history: History,
    /// Attempts at their account that failed since they last signed in, within a day.
    pub failed_attempts: u32,
    /// When a second factor was last added, removed or changed; `None`: never.
    pub factors_changed_at: Option<Timestamp>,
}

/// A sign-in as it was assessed.
#[derive(Clone, Debug)]
pub struct Assessed {
    /// The assessment.
    pub assessment: Assessment,
    /// Who signs in.
    pub end_user: EndUser,
    /// From which country.
    pub country: Option<Country>,
}

impl Assessed {
    /// Assesses a sign-in now.
    pub(crate) fn new(
        parts: &Parts,
        evidence: &Evidence,
        standing: &Standing,
        (end_user, remembered, ticket): (EndUser, Remembered, Option<TicketFacts>),
    ) -> Self {
        if standing.tenant.risk_config.weights.are_silent() {
            return Self { assessment: Assessment::NOTHING, end_user, country: None };
        }
        // Whoever acts for somebody leaves no trace in their history, and is not measured by it.
        let remembered = if evidence.acting.is_some() { Remembered::default() } else { remembered };
        let credential_leaked =
            evidence.method == MethodKind::Password && standing.user.password_compromised_at.is_some();
        let known = facts(parts, standing, &end_user, remembered);
        let facts = Facts { credential_leaked, ticket, ..known };
        Self::of(parts, standing, end_user, &facts)
    }

    /// Assesses a session that began elsewhere, or with something else, and goes on here now.
    pub(crate) fn moved(
        parts: &Parts,
        standing: &Standing,
        (end_user, remembered, opened): (EndUser, Remembered, Opened),
    ) -> Self {
        let facts = Facts { session: Some(opened), ..facts(parts, standing, &end_user, remembered) };
        Self::of(parts, standing, end_user, &facts)
    }

    /// A session that goes on where it began: there is nothing to assess.
    pub(crate) const fn unmoved() -> Self {
        Self { assessment: Assessment::NOTHING, end_user: EndUser::unseen(), country: None }
    }

    /// Whether anything spoke.
    pub(crate) fn spoke(&self) -> bool {
        !self.assessment.observed.is_empty()
    }

    fn of(parts: &Parts, standing: &Standing, end_user: EndUser, facts: &Facts) -> Self {
        let assessment = risk::assess(&standing.tenant.risk_config, facts, parts.now());
        Self { assessment, end_user, country: facts.place.country }
    }

    /// A sign-in that was assessed when it began and goes on now.
    pub(crate) const fn before(risk: Risk, end_user: EndUser) -> Self {
        let Risk { score, level } = risk;
        Self { assessment: Assessment { score, level, observed: Vec::new() }, end_user, country: None }
    }

    /// Keeps the sign-in that this audit row tells of as a risk event, if it stood out: else this is no change.
    pub(crate) fn kept(
        &self,
        row: EventId,
        standing: &Standing,
        (method, outcome): (MethodKind, RiskOutcome),
    ) -> Option<commit::Change> {
        let happened = Happened {
            row,
            tenant: standing.tenant.id,
            user: standing.user.id,
            method,
            ip: self.end_user.ip,
            country: self.country,
            device: self.end_user.device_id.map(|id| id.to_string()),
            outcome,
        };
        let event = RiskEvent::of(&standing.tenant.risk_config, &self.assessment, happened)?;
        Some(commit::Change::Risk(risk::Change::Keep(event)))
    }
}

/// What is known of whoever signs in, whatever with.
fn facts(parts: &Parts, standing: &Standing, end_user: &EndUser, remembered: Remembered) -> Facts {
    Facts {
        view: end_user.view,
        ip: end_user.ip,
        place: end_user.ip.map(|ip| parts.places.place(ip)).unwrap_or_default(),
        bad_reputation: end_user.ip.is_some_and(|ip| parts.places.is_bad(ip)),
        agent: end_user.user_agent.as_deref().and_then(|text| parts.agents.agent(text)),
        device: end_user.device,
        history: remembered.history,
        failed_attempts: remembered.failed_attempts,
        factors_changed_at: remembered.factors_changed_at,
        ..Facts::unknown(standing.user.created_at)
    }
}
