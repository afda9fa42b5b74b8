//! `GET /admin/audit/export/{job_id}/status`

use super::{progress, status as state_of};
use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Path};
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse};
use authms_core::audit;
use authms_core::id::ExportId;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

/// `dto.ExportJobStatusResponse`
#[derive(Serialize, ToSchema, Debug)]
pub struct ExportJobStatus {
    /// The export.
    job_id: String,
    /// `processing` while it is counted, or `completed`.
    status: &'static str,
    /// How much of the log was counted, 0–100.
    progress: u64,
    /// How many events are in it, of what was counted so far.
    record_count: u64,
}

/// How far an export was counted.
#[utoipa::path(
    get,
    path = "/admin/audit/export/{job_id}/status",
    operation_id = "audit_export_status",
    tag = "audit",
    params(("job_id" = String, Path)),
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 200, description = "How far.", body = Data<ExportJobStatus>),
        (status = 404, description = "No such export in the caller's tenant.", body = SimpleResponse),
    )
)]
pub async fn status(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Path(id): Path<ExportId>,
) -> Result<Json<Data<ExportJobStatus>>, ApiError> {
    let export = audit::export(&state, &caller, id).await?;
    let found = ExportJobStatus {
        job_id: export.id.to_string(),
        status: state_of(&export),
        progress: progress(&export),
        record_count: export.records,
    };
    Ok(Json(Data::new(found, state.now())))
}
