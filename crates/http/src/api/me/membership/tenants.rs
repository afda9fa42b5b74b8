//! `GET /auth/me/tenants`

use crate::error::ApiError;
use crate::extract::{Json, MeOrActor};
use crate::state::AppState;
use crate::wire::Data;
use authms_core::membership;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

/// `dto.MyTenantsResponse`
#[derive(Serialize, ToSchema, Debug)]
pub struct MyTenants {
    /// All of them.
    tenants: Vec<TenantInfo>,
}

/// `dto.TenantInfo`
#[derive(Serialize, ToSchema, Debug)]
pub struct TenantInfo {
    /// The tenant.
    id: String,
    /// Its name.
    name: String,
    /// The user's role there.
    role: &'static str,
}

/// The tenants that the signed-in user belongs to.
#[utoipa::path(
    get,
    path = "/auth/me/tenants",
    operation_id = "my_tenants",
    tag = "me",
    security(("bearer" = [])),
    responses((status = 200, description = "All of them.", body = Data<MyTenants>))
)]
pub async fn tenants(
    State(state): State<AppState>,
    MeOrActor(me): MeOrActor,
) -> Result<Json<Data<MyTenants>>, ApiError> {
    let all = membership::mine(&state, &me).await?;
    let tenants = all
        .into_iter()
        .map(|(m, t)| TenantInfo { id: t.id.to_string(), name: t.name, role: m.role.as_str() })
        .collect();
    Ok(Json(Data::new(MyTenants { tenants }, state.now())))
}
