//! `GET /admin/tenants/{tenant_id}`

use super::TenantDetails;
use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Path};
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse};
use authms_core::id::TenantId;
use authms_core::tenant;
use axum::extract::State;

/// One tenant: the caller's own, or any for super administrators of the default tenant.
#[utoipa::path(
    get,
    path = "/admin/tenants/{tenant_id}",
    operation_id = "show_tenant",
    tag = "tenants",
    params(("tenant_id" = String, Path)),
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 200, description = "The tenant.", body = Data<TenantDetails>),
        (status = 404, description = "No such tenant that the caller may see.", body = SimpleResponse),
    )
)]
pub async fn show(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Path(id): Path<TenantId>,
) -> Result<Json<Data<TenantDetails>>, ApiError> {
    let tenant = tenant::get(&state, &caller, id).await?;
    Ok(Json(Data::new(tenant.into(), state.now())))
}
