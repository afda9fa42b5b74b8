//! What OAuth has clients do with tokens. Errors are a `SimpleResponse` with the members `error` and
//! `error_description` of RFC 6749 §5.2.

pub mod exchange;
pub mod introspect;
pub mod revoke;
pub mod token;
pub mod userinfo;

use crate::codes;
use crate::error::ApiError;
use crate::extract::basic;
use crate::wire::{SecretText, Text};
use authms_core::client::Credentials;
use axum::http::HeaderMap;

/// What the client authenticates by: Basic, or the members of the body, never both (RFC 6749 §2.3).
fn credentials(
    headers: &HeaderMap,
    id: Option<Text<64>>,
    secret: Option<SecretText<256>>,
) -> Result<Credentials, ApiError> {
    let unauthenticated = ApiError::unauthenticated_client;
    match (basic(headers).map_err(|_| unauthenticated())?, id, secret) {
        (Some(basic), None, None) => Ok(Credentials { id: basic.id, secret: basic.secret }),
        (None, Some(id), Some(secret)) => {
            Ok(Credentials { id: id.into_string(), secret: secret.into_secret() })
        }
        (Some(_), ..) => Err(ApiError::malformed("client_id", "the client authenticates twice")),
        (None, ..) => Err(unauthenticated()),
    }
}

/// The error in the words of RFC 6749 §5.2, RFC 6750 §3.1 and RFC 7009 §2.2.1, beside ours.
fn in_oauth(error: ApiError) -> ApiError {
    let code = error.code();
    let name = match code.status {
        _ if code == codes::CLIENT_UNAUTHENTICATED => "invalid_client",
        _ if code == codes::OTHER_CLIENTS_TOKEN => "invalid_grant",
        _ if code == codes::PERMISSION => "insufficient_scope",
        401 => "invalid_token",
        403 => "unauthorized_client",
        429 | 503 => "temporarily_unavailable",
        500 => "server_error",
        _ => "invalid_request",
    };
    let said = error.message();
    error.with("error", name).with("error_description", said)
}

/// The same at the token endpoint, where every refusal but of the client is 400 (RFC 6749 §5.2, RFC 8693 §2.2.2).
fn in_token_endpoint(error: ApiError) -> ApiError {
    let code = error.code();
    let name = match code {
        codes::CLIENT_UNAUTHENTICATED => "invalid_client",
        codes::GRANT_TYPE => "unsupported_grant_type",
        codes::TARGET => "invalid_target",
        codes::SCOPE => "invalid_scope",
        codes::CLIENT_GRANT => "unauthorized_client",
        _ if (400..429).contains(&code.status) => "invalid_request",
        _ => return in_oauth(error),
    };
    let said = error.message();
    let error = error.with("error", name).with("error_description", said);
    if matches!(code.status, 401 | 403 | 404 | 409) && name != "invalid_client" {
        error.as_bad_request()
    } else {
        error
    }
}
