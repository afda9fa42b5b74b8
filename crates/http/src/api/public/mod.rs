//! What anybody may call.

pub mod discovery;
pub mod health;
pub mod invitation;
pub mod mfa;
pub mod oauth;
pub mod password;
pub mod recovery;
pub mod session;
pub mod ticket;

use crate::error::ApiError;
use crate::extract::basic;
use crate::wire::{SecretText, Text};
use authms_core::client::Credentials;
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
