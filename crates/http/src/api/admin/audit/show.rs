//! `GET /admin/audit/logs/{alert_id}`

use super::AuditLog;
use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Path};
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse};
use authms_core::audit;
use authms_core::id::EventId;
use axum::extract::State;

/// One event of the caller's tenant.
#[utoipa::path(
    get,
    path = "/admin/audit/logs/{alert_id}",
    operation_id = "show_audit_log",
    tag = "audit",
    params(("alert_id" = String, Path)),
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 200, description = "The event.", body = Data<AuditLog>),
        (status = 404, description = "No such event in the caller's tenant.", body = SimpleResponse),
    )
)]
pub async fn show(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Path(id): Path<EventId>,
) -> Result<Json<Data<AuditLog>>, ApiError> {
    let shown = audit::entry(&state, &caller, id).await?;
    Ok(Json(Data::new(AuditLog::of(shown, caller.tenant()), state.now())))
}
