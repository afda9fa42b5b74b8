//! `GET /auth/me/permissions`

use crate::extract::{Json, MeOrActor};
use crate::state::AppState;
use crate::wire::Data;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

/// `dto.MyPermissionsResponse`
#[derive(Serialize, ToSchema, Debug)]
pub struct MyPermissions {
    /// By name, such as `user:read`.
    permissions: Vec<&'static str>,
}

/// What the signed-in user may do; nothing, while somebody acts on their behalf.
#[utoipa::path(
    get,
    path = "/auth/me/permissions",
    operation_id = "my_permissions",
    tag = "me",
    security(("bearer" = [])),
    responses((status = 200, description = "The permissions.", body = Data<MyPermissions>))
)]
pub async fn permissions(
    State(state): State<AppState>,
    MeOrActor(me): MeOrActor,
) -> Json<Data<MyPermissions>> {
    let held = me.role.permissions().filter(|_| me.acting.is_none()).map(|p| p.as_str());
    Json(Data::new(MyPermissions { permissions: held.collect() }, state.now()))
}
