//! Users say that they have seen what they are told of their account.

use super::log::Change;
use super::{AuditError, Event, EventName, Source};
use crate::access::{Caller, Person};
use crate::commit::{self, Commit};
use crate::fault::Fault;
use crate::id::EventId;
use crate::parts::Parts;

/// Notes that an event needs no more attention of the user whom it concerns; once more is as good as once.
///
/// # Errors
/// [`AuditError::Unknown`] for what they are not told.
pub async fn dismiss(
    parts: &Parts,
    me: &Person,
    id: EventId,
    why: Option<String>,
    source: &Source,
) -> Result<(), AuditError> {
    match parts.store.audit_dismissed(me.tenant, me.user, id).await? {
        None => return Err(AuditError::Unknown),
        Some(true) => return Ok(()),
        Some(false) => {}
    }
    let event = Event::new(EventName::SecurityEventDismissed, Some(me.tenant))
        .by(&Caller::Person(me.clone()))
        .from(source)
        .subject(me.user)
        .text("dismissed", id.to_string())
        .text_if("reason", why);
    let change = commit::Change::Audit(Change::Dismiss { user: me.user, id });
    let commit = Commit::new(event.into_row(parts.now(), &*parts.rng)).change(change);
    parts.store.commit(commit).await.map_err(Fault::from)?;
    Ok(())
}
