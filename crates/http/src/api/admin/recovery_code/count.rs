//! `GET /admin/mfa/backup-codes/{user_id}`

use crate::api::me::recovery_code::count::BackupCodesCount;
use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Path};
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse};
use authms_core::factor;
use authms_core::id::UserId;
use axum::extract::State;

/// How many recovery codes a user has left.
#[utoipa::path(
    get,
    path = "/admin/mfa/backup-codes/{user_id}",
    operation_id = "count_users_recovery_codes",
    tag = "security",
    params(("user_id" = String, Path)),
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 200, description = "How many.", body = Data<BackupCodesCount>),
        (status = 404, description = "No such user in the caller's tenant.", body = SimpleResponse),
    )
)]
pub async fn count(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Path(user): Path<UserId>,
) -> Result<Json<Data<BackupCodesCount>>, ApiError> {
    let count = factor::remaining_codes_of(&state, &caller, user).await?.0;
    Ok(Json(Data::new(BackupCodesCount::new(count), state.now())))
}
