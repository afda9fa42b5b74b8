//! Looking at factors.

use super::error::FactorError;
use super::model::Factor;
use crate::access::{Caller, Forbidden, Permission, Person};
use crate::fault::Fault;
use crate::id::UserId;
use crate::parts::Parts;
use crate::user::UserStatus;

/// The caller's own factors, oldest first.
///
/// # Errors
/// [`FactorError`]
pub async fn mine(parts: &Parts, me: &Person) -> Result<Vec<Factor>, FactorError> {
    if me.acting.is_some() {
        return Err(Forbidden::OnBehalf.into());
    }
    Ok(parts.store.factors_of(me.user).await.map_err(Fault::from)?)
}

/// The factors of a user in the caller's tenant, for themself and for those who administer users.
///
/// # Errors
/// [`FactorError`]
pub async fn factors_of(parts: &Parts, caller: &Caller, user: UserId) -> Result<Vec<Factor>, FactorError> {
    if let Caller::Person(me) = caller
        && me.user == user
    {
        return mine(parts, me).await;
    }
    caller.require(Permission::UserRead)?;
    let member = parts.store.member(caller.tenant(), user).await.map_err(Fault::from)?;
    member.filter(|m| m.user.status != UserStatus::Deleted).ok_or(FactorError::UnknownUser)?;
    Ok(parts.store.factors_of(user).await.map_err(Fault::from)?)
}
