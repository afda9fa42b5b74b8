//! `POST /admin/users/batch/status`

use crate::codes;
use crate::error::ApiError;
use crate::extract::{Authenticated, BulkJson, Json, Source};
use crate::state::AppState;
use crate::wire::{BatchResults, Data, Items, Text};
use authms_core::id::UserId;
use authms_core::user::{self, UserStatus};
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

/// `dto.BatchUpdateUserStatusRequest`
#[derive(Deserialize, ToSchema, Debug)]
pub struct BatchUserStatusRequest {
    /// `active`, `disabled` or `deleted`.
    status: Text<16>,
    /// 1–1,000 users.
    #[schema(value_type = Vec<Text<64>>, min_items = 1, max_items = 1000)]
    user_ids: Items<Text<64>, 1000>,
}

/// Enables, disables or deletes up to 1,000 users, each by the rules of a single change, with a result for each: what
/// is wrong with one fails that one alone. A tenant's last super_admin stays.
#[utoipa::path(
    post,
    path = "/admin/users/batch/status",
    operation_id = "set_user_statuses",
    tag = "users",
    request_body = BatchUserStatusRequest,
    security(("bearer" = []), ("api_key" = [])),
    responses((status = 200, description = "What came of each.", body = Data<BatchResults>))
)]
pub async fn set_statuses(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    source: Source,
    BulkJson(body): BulkJson<BatchUserStatusRequest>,
) -> Result<Json<Data<BatchResults>>, ApiError> {
    let unknown = || ApiError::malformed("status", "must be active, disabled or deleted");
    let status = UserStatus::parse(&body.status).ok_or_else(unknown)?;
    let (ids, rest) =
        body.user_ids.split(|id| UserId::parse(&id).ok_or_else(|| codes::USER_NOT_FOUND.into()));
    let outcomes = user::set_statuses(&state, &caller, &ids, status, &source).await?;
    let mut ids = ids.into_iter();
    let results = rest.join(outcomes.into_iter().map(|o| o.map(|()| ids.next())).collect(), |id| id);
    Ok(Json(Data::new(results, state.now())))
}
