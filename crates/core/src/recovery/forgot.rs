//! Asking for a code.

use super::error::RecoveryError;
use crate::audit::Source;
use crate::code::{self, Purpose};
use crate::fault::Fault;
use crate::id::TenantId;
use crate::message::{Channel, errand};
use crate::parts::Parts;
use crate::time::Span;

/// Who forgot.
#[derive(Clone, Debug)]
pub struct Forgot {
    /// User name, e-mail address or phone number.
    pub identity: String,
    /// The tenant; the default one if absent.
    pub tenant: Option<TenantId>,
}

/// Has a code sent to whoever is called so, if anybody is, and tells how long it would be good.
///
/// # Errors
/// [`RecoveryError::NoTransport`], [`RecoveryError::Throttled`] or a fault, none of which depends on the user.
pub async fn forgot(parts: &Parts, ask: &Forgot, source: &Source) -> Result<Span, RecoveryError> {
    if parts.mailer.is_none() && parts.messenger.is_none() {
        return Err(RecoveryError::NoTransport(Channel::Email));
    }
    let tenant = tenant(parts, ask.tenant).await?;
    errand::accept(parts, (tenant, &ask.identity, Purpose::ResetPassword), source).await??;
    Ok(code::TTL)
}

/// The tenant that is meant.
pub(crate) async fn tenant(parts: &Parts, named: Option<TenantId>) -> Result<TenantId, Fault> {
    match named {
        Some(tenant) => Ok(tenant),
        None => Ok(parts.store.default_tenant().await?.ok_or(Fault::Unavailable)?.id),
    }
}
