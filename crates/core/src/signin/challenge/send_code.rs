//! Sending a code for a challenge: to the address that was enrolled, or to one that was known to be its user's before.

use super::claims;
use super::enrolment::address_to_prove;
use super::model::{Challenge, ChallengeView};
use super::prove::Occasion;
use super::verify::{ChallengeError, unproven};
use crate::audit::{Event, EventName, Source};
use crate::client::{self, Credentials};
use crate::code::{self, CodeFor, Purpose, RESEND_AFTER, SendError, SentCode, Slot};
use crate::commit::{Commit, CommitError};
use crate::factor::{Factor, FactorKind};
use crate::fault::Fault;
use crate::limits::Throttled;
use crate::message::{Address, Template};
use crate::parts::Parts;
use crate::time::{Span, Timestamp};
use authms_crypto::SecretString;

/// A code that was sent.
#[derive(Clone, Debug)]
pub struct CodePromised {
    /// How.
    pub method: FactorKind,
    /// Where, masked.
    pub target: String,
    /// Until when it completes the challenge.
    pub expires_at: Timestamp,
    /// How long that is.
    pub expires_in: Span,
}

/// Sends a code for the holder of an open challenge that the factor would satisfy; to who has to enrol first, one that
/// proves an address. It is good for this challenge and no other. The next is sent after a minute, and as much later as the challenge has waited by now: three at most, or four to enrol.
///
/// # Errors
/// [`ChallengeError`]
pub async fn send_code(
    parts: &Parts,
    token: &SecretString,
    method: FactorKind,
    client: Option<&Credentials>,
    source: &Source,
) -> Result<CodePromised, ChallengeError> {
    let view = held(parts, token, client).await?;
    let challenge = &view.challenge;
    let to = address(parts, &view, method).await?.ok_or(ChallengeError::NotOffered)?;
    let (purpose, template) = match challenge.enrolment {
        None => (Occasion::Challenge(challenge.id).purpose(), Template::SecondFactor),
        Some(_) => (Purpose::Enrolment, Template::Enrolment),
    };
    let (now, scope) = (parts.now(), *challenge.id.bytes());
    let slot = Slot::of(purpose, challenge.user, &scope);
    let last = parts.store.sent_code(slot).await.map_err(Fault::from)?;
    if let Some(wait) = last.and_then(|last| pause(challenge, &last, now)) {
        return Err(Throttled::at_challenge(wait).into());
    }
    let left = Span::millis(challenge.expires_at.as_millis() - now.as_millis()).min(code::TTL);
    let ask =
        CodeFor { purpose, user: &view.standing.user, scope, to: &to, template, ttl: whole_minutes(left) };
    let sending = code::send(parts, &ask, source).await?;
    let event = Event::new(EventName::CodeSent, Some(challenge.tenant))
        .subject(challenge.user)
        .text("challenge", challenge.id.to_string())
        .text("purpose", ask.purpose.as_str())
        .text("channel", to.channel().as_str())
        .client(challenge.client)
        .from(source);
    match parts.store.commit(sending.onto(Commit::new(event.into_row(now, &*parts.rng)))).await {
        Ok(_) => {
            let expires_at = now.plus(left);
            Ok(CodePromised { method, target: to.masked(), expires_at, expires_in: left })
        }
        // Of many at once one is sent.
        Err(CommitError::Conflict(_)) => Err(Throttled::at_challenge(RESEND_AFTER).into()),
        Err(other) => Err(Fault::from(other).into()),
    }
}

/// Where codes of this method go, if they help at this challenge.
async fn address(
    parts: &Parts,
    view: &ChallengeView,
    method: FactorKind,
) -> Result<Option<Address>, ChallengeError> {
    let challenge = &view.challenge;
    if challenge.enrolment.is_some() {
        return Ok(address_to_prove(parts, view, method));
    }
    let factors = parts.store.factors_of(challenge.user).await.map_err(Fault::from)?;
    let factor = factors.iter().find(|f| f.kind == method && f.is_usable());
    Ok(factor.filter(|_| challenge.methods.contains(method)).and_then(Factor::sent_to))
}

/// The open challenge that this caller holds.
async fn held(
    parts: &Parts,
    token: &SecretString,
    client: Option<&Credentials>,
) -> Result<ChallengeView, ChallengeError> {
    let Some(presented) = claims::read(parts, token).await? else {
        return unproven(parts, "challenge_token").await;
    };
    let client = match client {
        None => None,
        Some(credentials) => match client::authenticate(parts, credentials).await.map_err(Fault::from)? {
            None => return unproven(parts, "client_authentication").await,
            client => client,
        },
    };
    let found = parts.store.challenge(presented.id).await.map_err(Fault::from)?;
    let open = found.filter(|view| {
        presented.matches(&view.challenge)
            && view.challenge.client == client.as_ref().map(|c| c.id)
            && view.challenge.is_open(parts.now())
            && view.holds()
    });
    match open {
        Some(view) => Ok(view),
        None => unproven(parts, "unknown_challenge").await,
    }
}

/// How long the next code has to wait still. The pause grows with the age that the challenge had at the last one.
fn pause(challenge: &Challenge, last: &SentCode, now: Timestamp) -> Option<Span> {
    let age = last.sent_at.as_millis().saturating_sub(challenge.created_at.as_millis());
    let due = last.sent_at.plus(RESEND_AFTER).plus(Span::millis(age));
    (due > now).then(|| Span::millis(due.as_millis() - now.as_millis()))
}

/// As the message tells it; that the challenge ends before is for the challenge to say.
const fn whole_minutes(left: Span) -> Span {
    let minutes = (left.as_seconds() + 59) / 60;
    let most = code::TTL.as_seconds();
    Span::seconds(if minutes * 60 < most { minutes * 60 } else { most })
}

impl From<SendError> for ChallengeError {
    fn from(error: SendError) -> Self {
        match error {
            SendError::NoTransport(channel) => Self::NoTransport(channel),
            SendError::Throttled(throttled) => throttled.into(),
            SendError::Fault(fault) => fault.into(),
        }
    }
}
