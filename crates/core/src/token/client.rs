//! Who asks about tokens as a client.

use crate::access::Forbidden;
use crate::client::{self, Client, Credentials};
use crate::fault::Fault;
use crate::id::TenantId;
use crate::limits::{self, LimitKind, Take, Throttled};
use crate::parts::Parts;
use crate::tenant::TenantStatus;

/// Why a client is not let in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ClientAuthError {
    /// No active client of an active tenant has these credentials: one answer for all reasons.
    #[error("the client did not authenticate")]
    Invalid,
    /// The request names another tenant than the client's.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The client has used up its budget.
    #[error(transparent)]
    Throttled(#[from] Throttled),
    /// It could not be found out.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// The client with these credentials. `named` is the tenant that the request names beside them, if any.
///
/// # Errors
/// [`ClientAuthError`]
pub async fn authenticate(
    parts: &Parts,
    credentials: &Credentials,
    named: Option<TenantId>,
) -> Result<Client, ClientAuthError> {
    let found = client::authenticate(parts, credentials).await.map_err(Fault::from)?;
    let client = found.ok_or(ClientAuthError::Invalid)?;
    let tenant = parts.store.tenant(client.tenant).await.map_err(Fault::from)?;
    if !tenant.is_some_and(|t| t.status == TenantStatus::Active) {
        return Err(ClientAuthError::Invalid);
    }
    limits::charge(parts, &[Take::of(parts, LimitKind::Client, client.id.bytes())]).await??;
    match named {
        Some(tenant) if tenant != client.tenant => Err(Forbidden::Tenant.into()),
        _ => Ok(client),
    }
}
