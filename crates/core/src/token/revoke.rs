//! Revocation: a client gives a token back (RFC 7009).

use super::find::find;
use crate::audit::{Event, EventName, Source};
use crate::client::Client;
use crate::commit::{self, Commit};
use crate::fault::Fault;
use crate::parts::Parts;
use crate::session::{Change, EndReason};
use authms_crypto::SecretString;

/// Why a token was not revoked.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RevokeError {
    /// It was issued to another client, or to none (RFC 7009 §2.1).
    #[error("the token was not issued to this client")]
    OtherClient,
    /// It could not be carried out.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Revokes a token of the client's: access or refresh token, its session ends, and with it all that belongs to that.
/// What is no token of ours, or no longer, is as good as revoked.
///
/// # Errors
/// [`RevokeError`]
pub async fn revoke(
    parts: &Parts,
    client: &Client,
    token: &SecretString,
    source: &Source,
) -> Result<(), RevokeError> {
    let Some(found) = find(parts, token).await? else { return Ok(()) };
    let session = &found.view.session;
    // Whoever opened a session for no client, or for another, ends it themself.
    if session.tenant != client.tenant || session.client != Some(client.id) {
        return Err(RevokeError::OtherClient);
    }
    if session.ended.is_some() {
        return Ok(());
    }
    let reason = EndReason::Revoked;
    let event = Event::new(EventName::SessionEnded, Some(session.tenant))
        .text("actor", client.id.to_string())
        .subject(session.user)
        .session(session.id)
        .client(Some(client.id))
        .text("why", reason.as_str())
        .from(source);
    let commit = Commit::new(event.into_row(parts.now(), &*parts.rng))
        .change(commit::Change::Session(Change::End { id: session.id, reason }));
    parts.store.commit(commit).await.map_err(Fault::from)?;
    Ok(())
}
