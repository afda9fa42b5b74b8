//! How an account stands against guessing, and clearing what guesses have used up.

use super::error::UserError;
use super::list::existing;
use super::model::{Change, User, UserStatus};
use super::update::administered;
use crate::access::{Caller, Permission};
use crate::audit::{Event, EventName, Source};
use crate::commit::{self, Commit, Guard, Row};
use crate::factor;
use crate::fault::Fault;
use crate::id::UserId;
use crate::parts::Parts;
use crate::signin::throttle;
use crate::text;
use crate::time::Timestamp;

/// How an account stands in the caller's tenant.
#[derive(Clone, Copy, Debug)]
pub struct SecurityStatus {
    /// Whether the account is active; what is locked by guesses still signs in from a known network, or by ticket.
    pub active: bool,
    /// Until when passwords from networks that the user is not known to use are refused, if they are.
    pub locked_until: Option<Timestamp>,
    /// Failed sign-ins since the last that succeeded, at most 100.
    pub failures: u32,
    /// Password attempts that one network has at once.
    pub attempts: u32,
    /// Whether a second factor is enrolled, also if failures have switched it off.
    pub has_factor: bool,
    /// Whether the e-mail address is known to be theirs.
    pub email_verified: bool,
    /// Whether the phone number is.
    pub phone_verified: bool,
}

/// How a user of the caller's tenant stands.
///
/// # Errors
/// [`UserError`]
pub async fn security_status(
    parts: &Parts,
    caller: &Caller,
    id: UserId,
) -> Result<SecurityStatus, UserError> {
    caller.require(Permission::UserRead)?;
    let user = existing(parts, caller, id).await?.user;
    let tenant = caller.tenant();
    let take = throttle::everywhere(parts, throttle::account(tenant, &user));
    let budgets = parts.store.budgets(&[take]).await.map_err(Fault::from)?;
    let used_up = budgets.first().filter(|b| !b.allowed);
    let factors = parts.store.factors_of(id).await.map_err(Fault::from)?;
    Ok(SecurityStatus {
        active: user.status == UserStatus::Active,
        locked_until: used_up.map(|b| parts.now().plus(b.reset)),
        failures: parts.store.failures_of(tenant, id).await.map_err(Fault::from)?,
        attempts: parts.policy.quotas.account.requests,
        has_factor: factor::has_enrolled(&factors),
        email_verified: user.email_verified_at.is_some(),
        phone_verified: user.phone_verified_at.is_some(),
    })
}

/// Gives a user of the caller's tenant all password attempts back, from every network.
///
/// # Errors
/// [`UserError`]
pub async fn unlock(
    parts: &Parts,
    caller: &Caller,
    id: UserId,
    reason: Option<&str>,
    source: &Source,
) -> Result<(), UserError> {
    let before = administered(parts, caller, id, Permission::UserWrite).await?.user;
    let reason = reason.filter(|r| !r.is_empty()).map(|r| text::label("reason", r, 500)).transpose()?;
    let event = Event::new(EventName::UserUnlocked, Some(caller.tenant()))
        .by(caller)
        .subject(id)
        .text_if("reason", reason)
        .from(source);
    // The budgets are those of the account at its revision: raising it starts new ones.
    let rev = before.rev;
    let user = User { rev: rev + 1, ..before };
    let commit = Commit::new(event.into_row(parts.now(), &*parts.rng))
        .guard(Guard::Rev { row: Row::User(id), rev })
        .change(commit::Change::User(Change::Update(Box::new(user))));
    parts.store.commit(commit).await?;
    Ok(())
}
