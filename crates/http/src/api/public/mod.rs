//! What anybody may call.

pub mod audit;
pub mod discovery;
pub mod health;
pub mod invitation;
pub mod mfa;
pub mod oauth;
pub mod passkey;
pub mod password;
pub mod recovery;
pub mod session;
pub mod ticket;

use crate::codes;
use crate::error::ApiError;
use crate::extract::{TenantHeader, basic};
use crate::wire::{SecretText, Text};
use authms_core::client::Credentials;
use authms_core::id::TenantId;
use axum::http::HeaderMap;

/// From the header or the body, never both (RFC 6749 §2.3).
pub(crate) fn credentials(
    headers: &HeaderMap,
    id: Option<Text<64>>,
    secret: Option<SecretText<256>>,
) -> Result<Option<Credentials>, ApiError> {
    match (basic(headers)?, id, secret) {
        (None, None, None) => Ok(None),
        (Some(basic), None, None) => Ok(Some(Credentials { id: basic.id, secret: basic.secret })),
        (None, Some(id), Some(secret)) => {
            Ok(Some(Credentials { id: id.into_string(), secret: secret.into_secret() }))
        }
        (None, Some(_), None) => Err(ApiError::malformed("client_secret", "missing beside client_id")),
        (None, None, Some(_)) => Err(ApiError::malformed("client_id", "missing beside client_secret")),
        (Some(_), ..) => Err(ApiError::malformed("client_id", "the client authenticates twice")),
    }
}

/// The tenant that the body or the header names, never two.
pub(crate) fn tenant(body: Option<Text<64>>, header: TenantHeader) -> Result<Option<TenantId>, ApiError> {
    let header = header.named()?;
    let Some(text) = body.filter(|t| !t.is_empty()) else { return Ok(header) };
    let named = TenantId::parse(&text).ok_or_else(|| ApiError::malformed("tenant_id", "must be tnt_…"))?;
    match header {
        Some(other) if other != named => Err(codes::TENANT_MISMATCH.into()),
        _ => Ok(Some(named)),
    }
}
