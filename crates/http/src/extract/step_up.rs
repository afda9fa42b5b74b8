//! `X-Step-Up-Token`: shows that the user proved themself again just now.

use super::Me;
use crate::error::ApiError;
use crate::state::AppState;
use authms_core::access::Person;
use authms_crypto::SecretString;
use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;

/// The longest token.
const MAX: usize = 8192;

/// A signed-in person, themself, with their step-up token if they sent one. What that is worth is for the use case to
/// say.
#[derive(Clone, Debug)]
pub struct Stepping {
    /// Who.
    pub me: Person,
    /// The token.
    pub token: Option<SecretString>,
}

impl FromRequestParts<AppState> for Stepping {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let Me(me) = Me::from_request_parts(parts, state).await?;
        Ok(Self { me, token: step_up_token(&parts.headers)? })
    }
}

/// The step-up token that was sent, if one was.
///
/// # Errors
/// 400 naming the header if it can be none.
pub fn step_up_token(headers: &HeaderMap) -> Result<Option<SecretString>, ApiError> {
    let mut values = headers.get_all("x-step-up-token").iter();
    let Some(value) = values.next() else { return Ok(None) };
    match (value.to_str(), values.next()) {
        (Ok(token), None) if token.len() <= MAX => Ok(Some(SecretString::new(token.to_owned()))),
        _ => Err(ApiError::malformed("X-Step-Up-Token", "must be one token of at most 8192 characters")),
    }
}
