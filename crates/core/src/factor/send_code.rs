//! Sending a code to a user's own factor, in a session.

use super::by_code::{first_code, waiting};
use super::changing::{Asked, Changing};
use super::error::FactorError;
use super::model::{Factor, FactorKind};
use crate::access::Person;
use crate::audit::{EventName, Source};
use crate::code::{self, CodeFor};
use crate::commit::CommitError;
use crate::id::CodeId;
use crate::message::{Address, Channel, Template};
use crate::mfa;
use crate::parts::Parts;
use crate::signin::challenge::Occasion;
use crate::time::{Span, Timestamp};

/// Which code is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wanted {
    /// The one that finishes an enrolment, or else the one that proves a factor.
    Either,
    /// The one that finishes an enrolment.
    Enrolment,
    /// The one that proves a factor that is enrolled, in this session.
    Proof,
}

/// A code that was sent.
#[derive(Clone, Copy, Debug)]
pub struct CodeSent {
    /// Names it.
    pub id: CodeId,
    /// When.
    pub at: Timestamp,
    /// How long it is good.
    pub expires_in: Span,
}

/// Sends a code to the address that its user has enrolled, or is about to; `address`, if it is named, has to be that one.
///
/// # Errors
/// [`FactorError::OtherAddress`] for every other address.
pub async fn send_code(
    parts: &Parts,
    me: &Person,
    (channel, address): (Channel, Option<&str>),
    wanted: Wanted,
    source: &Source,
) -> Result<CodeSent, FactorError> {
    let asked = Asked::default();
    let changing = Changing::begin(parts, me, &asked, source).await?;
    let (kind, now) = (FactorKind::by(channel), parts.now());
    let pending = waiting(&changing.factors, kind, now).filter(|_| wanted != Wanted::Proof);
    let enrolled = changing.factors.iter().find(|f| f.kind == kind && f.is_usable());
    let enrolled = enrolled.filter(|_| wanted != Wanted::Enrolment);
    let factor = match address {
        Some(named) => {
            let named = Address::new(channel, named).ok_or(FactorError::OtherAddress)?;
            let here = |f: &&Factor| f.sent_to().as_ref() == Some(&named);
            pending.filter(here).or(enrolled.filter(here)).ok_or(FactorError::OtherAddress)?
        }
        None => pending.or(enrolled).ok_or(FactorError::NotUsable(kind))?,
    };
    let to = factor.sent_to().ok_or(FactorError::NotUsable(kind))?;
    let ask = if factor.verified_at.is_none() {
        first_code(&changing, factor, &to)
    } else {
        proof(&changing, kind, &to).await?
    };
    let sending = code::send(parts, &ask, source).await?;
    let event = changing
        .event(EventName::CodeSent)
        .text("factor", factor.id.to_string())
        .text("purpose", ask.purpose.as_str())
        .text("channel", channel.as_str());
    let (id, expires_in) = (sending.id, sending.expires_in);
    match parts.store.commit(sending.onto(changing.commit(event))).await {
        Ok(committed) => Ok(CodeSent { id, at: committed.at, expires_in }),
        Err(CommitError::Conflict(_)) => Err(FactorError::TooSoon),
        Err(other) => Err(other.into()),
    }
}

/// A code that proves the factor in this session, where that would show anything.
async fn proof<'a>(
    changing: &'a Changing<'_>,
    kind: FactorKind,
    to: &'a Address,
) -> Result<CodeFor<'a>, FactorError> {
    let Changing { parts, me, factors, .. } = changing;
    if !mfa::proves(parts, me, factors, kind).await? {
        return Err(FactorError::NotUsable(kind));
    }
    let occasion = Occasion::StepUp(me.session);
    Ok(CodeFor {
        purpose: occasion.purpose(),
        user: &changing.user,
        scope: occasion.scope(),
        to,
        template: Template::StepUp,
        ttl: code::TTL,
    })
}
