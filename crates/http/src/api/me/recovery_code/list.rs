//! `GET /mfa/backup-codes`

use crate::error::ApiError;
use crate::extract::{Json, Me};
use crate::state::AppState;
use crate::wire::Data;
use authms_core::factor;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

/// `dto.GetBackupCodesResponse`
#[derive(Serialize, ToSchema, Debug)]
pub struct BackupCodes {
    /// Empty: they were shown when they were made.
    codes: [String; 0],
    /// How many are left.
    count: usize,
    /// For people; may change.
    message: &'static str,
}

/// How many recovery codes the caller has left; the codes themselves are never shown again.
#[utoipa::path(
    get,
    path = "/mfa/backup-codes",
    operation_id = "show_recovery_codes",
    tag = "factors",
    security(("bearer" = [])),
    responses((status = 200, description = "How many.", body = Data<BackupCodes>))
)]
pub async fn list(State(state): State<AppState>, Me(me): Me) -> Result<Json<Data<BackupCodes>>, ApiError> {
    let count = factor::remaining_codes(&state, me.user).await?.0;
    let message = "the codes were shown when they were made";
    Ok(Json(Data::new(BackupCodes { codes: [], count, message }, state.now())))
}
