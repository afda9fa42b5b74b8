//! `GET /admin/audit/export/jobs`

use super::ExportJob;
use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Query};
use crate::state::AppState;
use crate::wire::{List, Paging, SimpleResponse, TenantIdText};
use authms_core::audit;
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

/// Whose exports.
#[derive(Deserialize, IntoParams, Debug)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// The caller's tenant.
    #[param(value_type = Option<String>)]
    tenant_id: Option<TenantIdText>,
}

/// The exports of the caller's tenant, newest first.
#[utoipa::path(
    get,
    path = "/admin/audit/export/jobs",
    operation_id = "list_audit_exports",
    tag = "audit",
    params(Asked, Paging),
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 200, description = "A page of them.", body = List<ExportJob>),
        (status = 403, description = "The caller may not read it, or names another tenant.", body = SimpleResponse),
    )
)]
pub async fn list(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Query(asked): Query<Asked>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<ExportJob>>, ApiError> {
    let named = asked.tenant_id.map(|tenant| tenant.0);
    let page = audit::exports(&state, &caller, named, paging.request()).await?;
    Ok(Json(List::new(page, ExportJob::from, state.now())))
}
