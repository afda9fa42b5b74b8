//! `GET /admin/audit/retention-policy`

use super::{AuditRetentionPolicy, render};
use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Query};
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse, TenantIdText};
use authms_core::audit;
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

/// Whose.
#[derive(Deserialize, IntoParams, Debug)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// The caller's tenant.
    #[param(value_type = Option<String>)]
    tenant_id: Option<TenantIdText>,
}

/// How long rows of the audit log of the caller's tenant are kept.
#[utoipa::path(
    get,
    path = "/admin/audit/retention-policy",
    operation_id = "show_audit_retention",
    tag = "audit",
    params(Asked),
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 200, description = "How long.", body = Data<AuditRetentionPolicy>),
        (status = 403, description = "The caller may not read the log, or names another tenant.", body = SimpleResponse),
    )
)]
pub async fn show(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Query(asked): Query<Asked>,
) -> Result<Json<Data<AuditRetentionPolicy>>, ApiError> {
    let kept = audit::retention(&state, &caller, asked.tenant_id.map(|tenant| tenant.0)).await?;
    Ok(Json(Data::new(render(&kept, &state.policy.audit_kept), state.now())))
}
