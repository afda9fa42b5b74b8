//! `POST /public/password-strength`

use crate::error::ApiError;
use crate::extract::{Json, TenantHeader};
use crate::state::AppState;
use crate::wire::{Data, PasswordStrength, SecretText, SimpleResponse};
use authms_core::password;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

/// `handler.CheckPublicPasswordStrengthRequest`
#[derive(Deserialize, ToSchema, Debug)]
pub struct PasswordStrengthRequest {
    /// The password; nothing of it is kept or logged.
    pub(crate) password: SecretText<1024>,
}

/// Tells how good a password is, by the policy of a tenant. Its first 64 characters are guessed at.
#[utoipa::path(
    post,
    path = "/public/password-strength",
    operation_id = "password_strength",
    tag = "sign-in",
    params(("X-Tenant-ID" = Option<String>, Header, description = "The tenant; the default one if absent.")),
    request_body = PasswordStrengthRequest,
    responses(
        (status = 200, description = "How good it is.", body = Data<PasswordStrength>),
        (status = 403, description = "`X-Tenant-ID` names another tenant, or none.", body = SimpleResponse),
        (status = 503, description = "Too many passwords are being hashed.", body = SimpleResponse),
    )
)]
pub async fn strength(
    State(state): State<AppState>,
    header: TenantHeader,
    Json(body): Json<PasswordStrengthRequest>,
) -> Result<Json<Data<PasswordStrength>>, ApiError> {
    let tenant = header.named()?;
    let strength = password::strength_of_anybody(&state, tenant, &body.password.into_secret()).await?;
    Ok(Json(Data::new(strength.into(), state.now())))
}
