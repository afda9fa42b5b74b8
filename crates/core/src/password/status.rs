//! How a user's password stands, for who administers them.

use super::state::{PasswordState, password_state};
use crate::access::{Caller, Permission};
use crate::fault::Fault;
use crate::id::UserId;
use crate::parts::Parts;
use crate::time::Timestamp;
use crate::user::{UserError, UserStatus, existing};

/// How a user's password stands.
#[derive(Clone, Copy, Debug)]
pub struct PasswordStatus {
    /// Whether there is one, and its user may sign in.
    pub active: bool,
    /// When it was last set.
    pub changed_at: Option<Timestamp>,
    /// When it was marked as compromised, if it was.
    pub compromised_at: Option<Timestamp>,
    /// How long it stays good.
    pub state: PasswordState,
}

/// How the password of a user of the caller's tenant stands.
///
/// # Errors
/// [`UserError`]
pub async fn status(parts: &Parts, caller: &Caller, id: UserId) -> Result<PasswordStatus, UserError> {
    caller.require(Permission::UserRead)?;
    let user = existing(parts, caller, id).await?.user;
    // The account's own tenant decides how long its password lasts, not one that it was made a member of.
    let home = parts.store.tenant(user.tenant).await.map_err(Fault::from)?.ok_or(UserError::Unknown)?;
    Ok(PasswordStatus {
        active: user.has_password && user.status == UserStatus::Active,
        changed_at: user.password_changed_at.filter(|_| user.has_password),
        compromised_at: user.password_compromised_at,
        state: password_state(&home.password_policy, &user, parts.now()),
    })
}
