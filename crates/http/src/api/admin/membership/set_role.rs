//! `PUT /admin/memberships/{user_id}`

use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Path, Source};
use crate::state::AppState;
use crate::wire::{SimpleResponse, Text};
use authms_core::access::Role;
use authms_core::id::UserId;
use authms_core::membership;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

/// A new role.
#[derive(Deserialize, ToSchema, Debug)]
pub struct SetRoleRequest {
    /// `member`, `support`, `admin` or `super_admin`.
    role: Text<16>,
}

/// Gives a member of the caller's tenant another role; ends their sessions there.
#[utoipa::path(
    put,
    path = "/admin/memberships/{user_id}",
    operation_id = "set_membership_role",
    tag = "memberships",
    params(("user_id" = String, Path)),
    request_body = SetRoleRequest,
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 200, description = "Set.", body = SimpleResponse),
        (status = 404, description = "No such member of the caller's tenant.", body = SimpleResponse),
        (status = 409, description = "The last super_admin must stay.", body = SimpleResponse),
    )
)]
pub async fn set_role(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    source: Source,
    Path(user): Path<UserId>,
    Json(body): Json<SetRoleRequest>,
) -> Result<Json<SimpleResponse>, ApiError> {
    let unknown = || ApiError::malformed("role", "must be member, support, admin or super_admin");
    let role = Role::parse(&body.role).ok_or_else(unknown)?;
    membership::set_role(&state, &caller, user, role, &source).await?;
    Ok(Json(SimpleResponse::success("role set", state.now())))
}
