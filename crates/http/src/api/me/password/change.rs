//! `PUT /auth/me/password`

use crate::error::ApiError;
use crate::extract::{Json, MeOrChanging, Source};
use crate::state::AppState;
use crate::wire::{SecretText, SimpleResponse, Text, demand_plain};
use authms_core::user;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

/// `dto.HTTPChangePasswordRequest`
#[derive(Deserialize, ToSchema, Debug)]
pub struct ChangePasswordRequest {
    /// The present password.
    old_password: SecretText<1024>,
    /// The new one.
    new_password: SecretText<1024>,
    /// `plain`, the default; anything else is not supported: use TLS.
    password_transmission: Option<Text<32>>,
}

/// Changes the caller's password and ends all their other sessions.
///
/// A sign-in by a password that must be changed answers a `challenge_token` that is the bearer token here, once and for ten
/// minutes. All sessions end then; sign in again.
#[utoipa::path(
    put,
    path = "/auth/me/password",
    operation_id = "change_password",
    tag = "me",
    request_body = ChangePasswordRequest,
    security(("bearer" = [])),
    responses((status = 200, description = "Changed.", body = SimpleResponse))
)]
pub async fn change(
    State(state): State<AppState>,
    who: MeOrChanging,
    source: Source,
    Json(body): Json<ChangePasswordRequest>,
) -> Result<Json<SimpleResponse>, ApiError> {
    demand_plain(body.password_transmission.as_deref())?;
    let (old, new) = (body.old_password.into_secret(), body.new_password.into_secret());
    match who {
        MeOrChanging::Me(me) => user::change_password(&state, &me, &old, &new, &source).await?,
        MeOrChanging::Changing(changing) => {
            user::change_password_first(&state, changing, &old, &new, &source).await?;
        }
    }
    Ok(Json(SimpleResponse::success("password changed", state.now())))
}
