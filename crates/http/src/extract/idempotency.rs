//! `Idempotency-Key`: makes a request safe to repeat.

use crate::error::ApiError;
use authms_crypto::SecretString;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;

/// The key, if one was sent: 1–255 visible ASCII characters. Whoever knows it can have the answer again, so it is
/// treated as a secret.
#[derive(Clone, Debug)]
pub struct IdempotencyKey(pub Option<SecretString>);

impl<S: Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let mut values = parts.headers.get_all("idempotency-key").iter();
        let Some(value) = values.next() else { return Ok(Self(None)) };
        let key = value.to_str().ok().filter(|k| authms_core::text::idempotency_key(k).is_ok());
        match (key, values.next()) {
            (Some(key), None) => Ok(Self(Some(SecretString::new(key.to_owned())))),
            _ => Err(ApiError::malformed("Idempotency-Key", "must have 1 to 255 visible ASCII characters")),
        }
    }
}
