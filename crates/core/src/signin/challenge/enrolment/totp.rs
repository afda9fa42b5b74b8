//! Enrolling an authenticator app at a challenge: its first code completes the sign-in.

use super::enter::{EnrolError, Enrolling};
use crate::audit::Source;
use crate::commit;
use crate::factor::{self, Change, FactorKind};
use crate::fault::Fault;
use crate::parts::Parts;

/// Begins the enrolment of an authenticator app, in place of whatever was begun before.
///
/// # Errors
/// [`EnrolError`]
pub async fn set_up_totp(
    parts: &Parts,
    me: &Enrolling,
    name: Option<&str>,
    account: Option<&str>,
    source: &Source,
) -> Result<factor::Enrolment, EnrolError> {
    let begun = factor::begin_totp(parts, me.user(), name, account)?;
    me.demand(parts, FactorKind::Totp).await?;
    let add = commit::Change::Factor(Change::Add(Box::new(begun.factor.clone())));
    let commit = me.beginning(parts, (begun.factor.id, FactorKind::Totp, add), source);
    parts.store.commit(commit).await.map_err(Fault::from)?;
    Ok(begun)
}
