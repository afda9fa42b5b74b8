//! `POST /admin/users/batch`

use super::create::CreateUserRequest;
use crate::error::ApiError;
use crate::extract::{Authenticated, BulkJson, Json, Source};
use crate::state::AppState;
use crate::wire::{BatchResults, Data, Items, SimpleResponse};
use authms_core::user;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

/// `dto.BatchCreateUserRequest`
#[derive(Deserialize, ToSchema, Debug)]
pub struct BatchCreateUserRequest {
    /// 1–1,000 users.
    #[schema(value_type = Vec<CreateUserRequest>, min_items = 1, max_items = 1000)]
    users: Items<CreateUserRequest, 1000>,
}

/// Creates up to 1,000 users in the caller's tenant, each by the rules of `POST /admin/users`, with a result for each:
/// what is wrong with one fails that one alone.
///
/// Passwords are hashed one after another, so that a batch slows nobody else down: some 30 ms each, within the time
/// for a request. Users without one sign in by ticket.
#[utoipa::path(
    post,
    path = "/admin/users/batch",
    operation_id = "create_users",
    tag = "users",
    request_body = BatchCreateUserRequest,
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 200, description = "What came of each.", body = Data<BatchResults>),
        (status = 413, description = "The body is larger than 1 MiB.", body = SimpleResponse),
    )
)]
pub async fn create_batch(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    source: Source,
    BulkJson(body): BulkJson<BatchCreateUserRequest>,
) -> Result<Json<Data<BatchResults>>, ApiError> {
    let (asks, rest) = body.users.split(CreateUserRequest::ask);
    let outcomes = user::create_batch(&state, &caller, asks, &source).await?;
    let results = rest.join(outcomes, |member| Some(member.user.id));
    Ok(Json(Data::new(results, state.now())))
}
