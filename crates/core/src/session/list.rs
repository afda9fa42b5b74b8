//! Listing sessions.

use super::model::Session;
use crate::access::{Forbidden, Person};
use crate::fault::Fault;
use crate::page::{Page, PageRequest};
use crate::parts::Parts;

/// Why nothing is listed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ListError {
    /// The caller may not.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// It could not be carried out.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// The caller's own living sessions in the tenant, newest first.
///
/// # Errors
/// [`ListError`]
pub async fn list_mine(parts: &Parts, me: &Person, page: PageRequest) -> Result<Page<Session>, ListError> {
    if me.acting.is_some() {
        return Err(Forbidden::OnBehalf.into());
    }
    let now = parts.now();
    let sessions = parts
        .store
        .sessions_of(me.tenant, me.user, now, parts.policy.session_idle, page)
        .await
        .map_err(Fault::from)?;
    Ok(sessions)
}
