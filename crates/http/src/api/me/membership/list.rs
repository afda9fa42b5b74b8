//! `GET /auth/me/memberships`

use crate::error::ApiError;
use crate::extract::{Json, MeOrActor};
use crate::state::AppState;
use crate::wire::{List, Time};
use authms_core::membership::{self, MembershipOf};
use authms_core::page::{Page, PageRequest};
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

/// `dto.MembershipInfo`
#[derive(Serialize, ToSchema, Debug)]
pub struct MembershipInfo {
    /// When the user joined.
    joined_at: Time,
    /// The user's role there.
    role: &'static str,
    /// The tenant's status.
    status: &'static str,
    /// The tenant.
    tenant_id: String,
    /// Its name.
    tenant_name: String,
}

/// Where the signed-in user belongs.
#[utoipa::path(
    get,
    path = "/auth/me/memberships",
    operation_id = "my_memberships",
    tag = "me",
    security(("bearer" = [])),
    responses((status = 200, description = "All of them.", body = List<MembershipInfo>))
)]
pub async fn list(
    State(state): State<AppState>,
    MeOrActor(me): MeOrActor,
) -> Result<Json<List<MembershipInfo>>, ApiError> {
    let all = membership::mine(&state, &me).await?;
    let total = all.len() as u64;
    let page = Page { items: all, total, request: PageRequest::new(None, Some(PageRequest::MAX_SIZE)) };
    Ok(Json(List::new(page, MembershipInfo::from, state.now())))
}

impl From<MembershipOf> for MembershipInfo {
    fn from((membership, tenant): MembershipOf) -> Self {
        Self {
            joined_at: membership.joined_at.into(),
            role: membership.role.as_str(),
            status: tenant.status.as_str(),
            tenant_id: tenant.id.to_string(),
            tenant_name: tenant.name,
        }
    }
}
