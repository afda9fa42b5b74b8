//! Enrolling a factor by e-mail or SMS: whoever types the code that was sent to its address finishes the enrolment.

use super::authenticator::ENROLMENT_TTL;
use super::changing::{Asked, Changing, told};
use super::error::FactorError;
use super::model::{Change, Factor, FactorKind};
use crate::access::Person;
use crate::audit::{EventName, Source};
use crate::code::{self, CodeFor, Purpose, RESEND_AFTER};
use crate::commit::{self, Commit, CommitError, Guard};
use crate::fault::Fault;
use crate::id::{FactorId, UserId};
use crate::message::{Address, Channel, Template};
use crate::mfa;
use crate::parts::Parts;
use crate::text;
use crate::time::{Span, Timestamp};
use authms_crypto::SecretString;

/// Begins an enrolment, in place of any other of this way that is not finished, and sends a code to its address. Tells how
/// long the code is good.
///
/// # Errors
/// [`FactorError`]
pub async fn enrol_by_code(
    parts: &Parts,
    me: &Person,
    (channel, address): (Channel, &str),
    asked: &Asked,
    source: &Source,
) -> Result<(Factor, Span), FactorError> {
    let to = match channel {
        Channel::Email => Address::Email(text::email(address)?),
        Channel::Sms => Address::Phone(text::phone(address)?),
    };
    code::require_transport(parts, channel)?;
    let changing = Changing::begin(parts, me, asked, source).await?;
    changing.demand_enrolment().await?;
    let (kind, now) = (FactorKind::by(channel), parts.now());
    let same = || changing.factors.iter().filter(|f| f.kind == kind);
    if same().any(|f| f.verified_at.is_none() && f.created_at.plus(RESEND_AFTER) > now) {
        return Err(FactorError::TooSoon);
    }
    let factor = of_address(parts, me.user, &to);
    let sending = code::send(parts, &first_code(&changing, &factor, &to), source).await?;
    let expires_in = sending.expires_in;
    let event = changing
        .event(EventName::FactorPending)
        .text("factor", factor.id.to_string())
        .text("kind", kind.as_str());
    // As many as are read, so that of many at once one begins.
    let bound = u32::try_from(same().count()).unwrap_or(u32::MAX).saturating_add(1);
    let below = Guard::FactorsBelow { user: me.user, kind, bound };
    let mut commit = sending.onto(changing.commit(event).guard(below));
    for old in same().filter(|f| f.verified_at.is_none()) {
        commit = commit
            .guard(Guard::FactorPending { user: me.user, id: old.id })
            .change(commit::Change::Factor(Change::Remove { user: me.user, id: old.id }));
    }
    let add = Change::Add(Box::new(factor.clone()));
    match parts.store.commit(commit.change(commit::Change::Factor(add))).await {
        Ok(_) => Ok((factor, expires_in)),
        Err(CommitError::Conflict(_)) => Err(FactorError::TooSoon),
        Err(other) => Err(other.into()),
    }
}

/// Finishes the enrolment that waits, by the code that was sent to its address; the factor takes the place of the one that
/// the user had of this way, if any. `address`, if it is named, has to be the one that waits.
///
/// # Errors
/// [`FactorError`]
pub async fn finish_by_code(
    parts: &Parts,
    me: &Person,
    (channel, address): (Channel, Option<&str>),
    typed: &SecretString,
    asked: &Asked,
    source: &Source,
) -> Result<(), FactorError> {
    let changing = Changing::begin(parts, me, asked, source).await?;
    let kind = FactorKind::by(channel);
    let factor = waiting(&changing.factors, kind, parts.now()).ok_or(FactorError::NothingPending)?;
    if address.is_some_and(|named| Address::new(channel, named) != factor.sent_to()) {
        return Err(FactorError::OtherAddress);
    }
    mfa::charge_guess(parts, me).await??;
    let checked = code::check(parts, me.user, Purpose::NewFactor, factor.id.bytes(), typed).await?;
    let Some(checked) = checked else {
        parts.store.commit(Commit::refusal("no_code")).await.map_err(Fault::from)?;
        return Err(FactorError::Wrong);
    };
    let (right, guard, change) = (checked.right, checked.guard, checked.change);
    let commit = if right {
        finishing(&changing, factor)
    } else {
        let event = changing.event(EventName::CodeRefused).text("purpose", Purpose::NewFactor.as_str());
        changing.commit(event)
    };
    match parts.store.commit(commit.guard(guard).change(change)).await {
        Ok(_) if right => Ok(()),
        Ok(_) | Err(CommitError::Conflict(_)) => Err(FactorError::Wrong),
        Err(other) => Err(other.into()),
    }
}

/// The commit by which a factor counts, and the former one of its kind no more.
fn finishing(changing: &Changing<'_>, factor: &Factor) -> Commit {
    let (user, id) = (changing.me.user, factor.id);
    let former = changing.factors.iter().filter(|f| f.kind == factor.kind && f.verified_at.is_some());
    let first = !changing.factors.iter().any(|f| f.is_enrolled() && f.primary && f.kind != factor.kind);
    let mut commit = changing
        .changing(EventName::FactorEnrolled, factor)
        .guard(Guard::FactorPending { user, id })
        .change(commit::Change::Factor(Change::Verify { user, id, step: None }));
    for old in former {
        let told = told(EventName::FactorRemoved, old.kind);
        commit = commit
            .guard(Guard::FactorEnrolled { user, id: old.id })
            .with(told.and_then(|what| changing.notice_at(old, what)))
            .change(commit::Change::Factor(Change::Remove { user, id: old.id }));
    }
    if first { commit.change(commit::Change::Factor(Change::SetPrimary { user, id })) } else { commit }
}

/// The enrolment of this kind that waits for its code.
pub(super) fn waiting(factors: &[Factor], kind: FactorKind, now: Timestamp) -> Option<&Factor> {
    let fresh = |f: &&Factor| f.verified_at.is_none() && f.created_at.plus(ENROLMENT_TTL) > now;
    factors.iter().filter(fresh).find(|f| f.kind == kind)
}

/// What finishes the enrolment of a factor.
pub(super) const fn first_code<'a>(
    changing: &'a Changing<'_>,
    factor: &Factor,
    to: &'a Address,
) -> CodeFor<'a> {
    CodeFor {
        purpose: Purpose::NewFactor,
        user: &changing.user,
        scope: *factor.id.bytes(),
        to,
        template: Template::ConfirmAddress,
        ttl: code::TTL,
    }
}

/// The factor that an address is, once its user has shown that they read what is sent there.
pub(crate) fn of_address(parts: &Parts, user: UserId, to: &Address) -> Factor {
    let now = parts.now();
    Factor {
        id: FactorId::generate(now, &*parts.rng),
        user,
        kind: FactorKind::by(to.channel()),
        name: to.masked(),
        address: Some(to.as_str().to_owned()),
        sealed: None,
        verified_at: None,
        enabled: true,
        primary: false,
        failures: 0,
        last_step: None,
        last_used_at: None,
        created_at: now,
        set_password: false,
    }
}
