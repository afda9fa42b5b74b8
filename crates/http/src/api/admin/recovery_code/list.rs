//! `GET /admin/mfa/backup-codes`

use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Query};
use crate::state::AppState;
use crate::wire::{List, Paging};
use authms_core::factor;
use authms_core::id::UserId;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

/// `dto.AdminBackupCodesListItem`
#[derive(Serialize, ToSchema, Debug)]
pub struct UsersBackupCodes {
    /// How many are left.
    count: u32,
    /// Whose.
    user_id: String,
}

/// Who in the caller's tenant has recovery codes, and how many are left; the newest users first.
#[utoipa::path(
    get,
    path = "/admin/mfa/backup-codes",
    operation_id = "list_recovery_codes_by_user",
    tag = "security",
    params(Paging),
    security(("bearer" = []), ("api_key" = [])),
    responses((status = 200, description = "A page of them.", body = List<UsersBackupCodes>))
)]
pub async fn list(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Query(paging): Query<Paging>,
) -> Result<Json<List<UsersBackupCodes>>, ApiError> {
    let page = factor::who_has_codes(&state, &caller, paging.request()).await?;
    let item = |(user, count): (UserId, u32)| UsersBackupCodes { count, user_id: user.to_string() };
    Ok(Json(List::new(page, item, state.now())))
}
