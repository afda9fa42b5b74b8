//! `POST /auth/logout`

use crate::error::ApiError;
use crate::extract::{Json, OptionalJson, Perhaps, Source};
use crate::state::AppState;
use crate::wire::{SecretText, SimpleResponse};
use authms_core::session::{self, Logout};
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

/// The refresh token, for those whose access token has expired.
#[derive(Deserialize, ToSchema, Default, Debug)]
pub struct LogoutRequest {
    /// A refresh token of the session.
    refresh_token: Option<SecretText<256>>,
}

/// Signs out: ends the session of the access token, or of the refresh token.
#[utoipa::path(
    post,
    path = "/auth/logout",
    operation_id = "logout",
    tag = "sign-in",
    request_body = Option<LogoutRequest>,
    security((), ("bearer" = [])),
    responses((status = 200, description = "Signed out.", body = SimpleResponse))
)]
pub async fn logout(
    State(state): State<AppState>,
    source: Source,
    Perhaps(person): Perhaps,
    OptionalJson(body): OptionalJson<LogoutRequest>,
) -> Result<Json<SimpleResponse>, ApiError> {
    let ask = Logout { person, refresh_token: body.refresh_token.map(SecretText::into_secret) };
    session::logout(&state, ask, &source).await?;
    Ok(Json(SimpleResponse::success("signed out", state.now())))
}
