//! `POST /mfa/backup-codes/verify`

use crate::error::ApiError;
use crate::extract::{Json, Me, Source};
use crate::state::AppState;
use crate::wire::{Data, SecretText, SimpleResponse};
use authms_core::factor;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `dto.BackupCodeVerifyRequest`
#[derive(Deserialize, ToSchema, Debug)]
pub struct BackupCodeVerifyRequest {
    /// The code.
    code: SecretText<64>,
}

/// `dto.BackupCodeVerifyResponse`
#[derive(Serialize, ToSchema, Debug)]
pub struct UsedBackupCode {
    /// How many are left.
    remaining_codes: usize,
    /// Always true: a wrong code is an error.
    valid: bool,
}

/// Tries a recovery code, and so uses it up; a wrong one is counted as at a sign-in.
#[utoipa::path(
    post,
    path = "/mfa/backup-codes/verify",
    operation_id = "verify_recovery_code",
    tag = "factors",
    request_body = BackupCodeVerifyRequest,
    security(("bearer" = [])),
    responses(
        (status = 200, description = "The code is right.", body = Data<UsedBackupCode>),
        (status = 400, description = "The code is wrong.", body = SimpleResponse),
    )
)]
pub async fn verify(
    State(state): State<AppState>,
    Me(me): Me,
    source: Source,
    Json(body): Json<BackupCodeVerifyRequest>,
) -> Result<Json<Data<UsedBackupCode>>, ApiError> {
    let left = factor::use_code(&state, &me, &body.code.into_secret(), &source).await?;
    Ok(Json(Data::new(UsedBackupCode { remaining_codes: left.0, valid: true }, state.now())))
}
