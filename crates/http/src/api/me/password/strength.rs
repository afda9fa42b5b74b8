//! `POST /auth/me/password-strength`

use crate::api::public::password::strength::PasswordStrengthRequest;
use crate::error::ApiError;
use crate::extract::{Json, Me};
use crate::state::AppState;
use crate::wire::{Data, PasswordStrength};
use authms_core::password;
use axum::extract::State;

/// Tells how good a password would be for the caller: their names and their tenant's words count, too.
#[utoipa::path(
    post,
    path = "/auth/me/password-strength",
    operation_id = "my_password_strength",
    tag = "me",
    request_body = PasswordStrengthRequest,
    security(("bearer" = [])),
    responses((status = 200, description = "How good it is.", body = Data<PasswordStrength>))
)]
pub async fn strength(
    State(state): State<AppState>,
    Me(me): Me,
    Json(body): Json<PasswordStrengthRequest>,
) -> Result<Json<Data<PasswordStrength>>, ApiError> {
    let strength = password::strength_of_mine(&state, &me, &body.password.into_secret()).await?;
    Ok(Json(Data::new(strength.into(), state.now())))
}
