//! `POST /auth/re-authenticate`

use crate::error::ApiError;
use crate::extract::{Json, Me, Source};
use crate::state::AppState;
use crate::wire::{Data, SecretText, SimpleResponse, Text, factor_kind};
use authms_core::mfa::{self, SteppedUp};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `dto.ReAuthenticateRequest`
#[derive(Deserialize, ToSchema, Debug)]
pub struct ReAuthenticateRequest {
    /// The password.
    password: SecretText<1024>,
    /// A code of `mfa_method`; needed if a second factor is enrolled.
    mfa_code: Option<SecretText<64>>,
    /// `totp`, `backup`, or `email` or `sms` after `/mfa/challenge`; by default, by the looks of the code, one of the first
    /// two.
    mfa_method: Option<Text<32>>,
}

/// `dto.ReAuthenticateResponse`
#[derive(Serialize, ToSchema, Debug)]
pub struct ReAuthentication {
    /// Seconds that the token is worth something.
    expires_in: i64,
    /// For people; may change.
    message: &'static str,
    /// To be sent as `X-Step-Up-Token`, in this session.
    step_up_token: String,
}

/// Proves by password that the user is there, and by a code if a second factor is enrolled.
#[utoipa::path(
    post,
    path = "/auth/re-authenticate",
    operation_id = "re_authenticate",
    tag = "me",
    request_body = ReAuthenticateRequest,
    security(("bearer" = [])),
    responses(
        (status = 200, description = "Proved.", body = Data<ReAuthentication>),
        (status = 400, description = "The code is wrong or missing.", body = SimpleResponse),
    )
)]
pub async fn re_authenticate(
    State(state): State<AppState>,
    Me(me): Me,
    source: Source,
    Json(body): Json<ReAuthenticateRequest>,
) -> Result<Json<Data<ReAuthentication>>, ApiError> {
    let kind = match body.mfa_method.as_deref().filter(|name| !name.is_empty()) {
        None => None,
        Some(name) => Some(
            factor_kind(name)
                .ok_or_else(|| ApiError::malformed("mfa_method", "must be totp, backup, email or sms"))?,
        ),
    };
    let code = body.mfa_code.filter(|code| !code.expose().is_empty()).map(SecretText::into_secret);
    let (password, code) = (body.password.into_secret(), code.as_ref().map(|code| (kind, code)));
    let done = mfa::re_authenticate(&state, &me, &password, code, &source).await?;
    Ok(Json(Data::new(done.into(), state.now())))
}

impl From<SteppedUp> for ReAuthentication {
    fn from(done: SteppedUp) -> Self {
        Self {
            expires_in: done.expires_in.as_seconds(),
            message: "proved",
            step_up_token: done.token.expose().to_owned(),
        }
    }
}
