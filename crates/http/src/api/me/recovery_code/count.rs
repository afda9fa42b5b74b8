//! `GET /mfa/backup-codes/count`

use crate::error::ApiError;
use crate::extract::{Json, Me};
use crate::state::AppState;
use crate::wire::Data;
use authms_core::factor::{self, RECOVERY_CODES};
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

/// `dto.BackupCodesCountResponse`
#[derive(Serialize, ToSchema, Debug)]
pub struct BackupCodesCount {
    /// How many are left.
    count: usize,
    /// How many are made at once.
    max_codes: usize,
    /// For people; may change.
    message: &'static str,
    /// Whether it is time for new ones: three or fewer are left.
    should_regenerate: bool,
}

impl BackupCodesCount {
    /// So many are left.
    pub const fn new(count: usize) -> Self {
        let should_regenerate = count <= 3;
        let message = if should_regenerate { "it is time for new codes" } else { "there are enough" };
        Self { count, max_codes: RECOVERY_CODES, message, should_regenerate }
    }
}

/// How many recovery codes the caller has left.
#[utoipa::path(
    get,
    path = "/mfa/backup-codes/count",
    operation_id = "count_recovery_codes",
    tag = "factors",
    security(("bearer" = [])),
    responses((status = 200, description = "How many.", body = Data<BackupCodesCount>))
)]
pub async fn count(
    State(state): State<AppState>,
    Me(me): Me,
) -> Result<Json<Data<BackupCodesCount>>, ApiError> {
    let count = factor::remaining_codes(&state, me.user).await?.0;
    Ok(Json(Data::new(BackupCodesCount::new(count), state.now())))
}
