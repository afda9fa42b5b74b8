//! What a presented token is.

use crate::fault::Fault;
use crate::id::SessionId;
use crate::parts::Parts;
use crate::session::{self, AuthenticateError, SessionView};
use crate::signin::Issued;
use authms_crypto::{RefreshToken, SecretString};

/// A token that we issued.
pub(super) struct Found {
    /// Its session, which may be over.
    pub view: SessionView,
    /// What it is.
    pub token: Presented,
}

/// What was presented.
pub(super) enum Presented {
    /// An access token that has not expired.
    Access(Issued),
    /// A refresh token of any generation.
    Refresh(RefreshToken),
}

/// The access or refresh token that `token` is; nothing for all else. Each kind shows by its form, so that no hint is
/// needed.
pub(super) async fn find(parts: &Parts, token: &SecretString) -> Result<Option<Found>, Fault> {
    if let Some(refresh) = RefreshToken::parse(&parts.secrets.refresh_mac, token.expose()) {
        let view = parts.store.session(SessionId::from_bytes(refresh.session)).await?;
        return Ok(view.map(|view| Found { view, token: Presented::Refresh(refresh) }));
    }
    match session::of_access_token(parts, token.expose()).await {
        Ok((issued, view)) => Ok(Some(Found { view, token: Presented::Access(issued) })),
        Err(AuthenticateError::Fault(fault)) => Err(fault),
        Err(AuthenticateError::Invalid | AuthenticateError::Throttled(_)) => Ok(None),
    }
}
