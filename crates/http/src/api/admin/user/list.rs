//! `GET /admin/users`

use super::{UserDetails, role};
use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Query};
use crate::state::AppState;
use crate::wire::{List, Paging, Text};
use authms_core::user::{self, Search, UserFilter, UserStatus};
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

/// Which users to show.
#[derive(Deserialize, IntoParams, Debug)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// `active`, `disabled` or `deleted`; by default all but deleted ones.
    status: Option<Text<16>>,
    /// `member`, `support`, `admin` or `super_admin`.
    role: Option<Text<16>>,
    /// An identifier, or the beginning of a user name, e-mail address, phone number or nickname, whatever its
    /// capitals; up to 10,000 users are found by it. Among the newest 20,000 users it may be any part of one.
    search: Option<Text<64>>,
}

/// The users of the caller's tenant, newest first.
#[utoipa::path(
    get,
    path = "/admin/users",
    operation_id = "list_users",
    tag = "users",
    params(Filter, Paging),
    security(("bearer" = []), ("api_key" = [])),
    responses((status = 200, description = "A page of them.", body = List<UserDetails>))
)]
pub async fn list(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Query(filter): Query<Filter>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<UserDetails>>, ApiError> {
    let unknown = || ApiError::malformed("status", "must be active, disabled or deleted");
    let status = filter.status.map(|s| UserStatus::parse(&s).ok_or_else(unknown)).transpose()?;
    let search = filter.search.as_deref().and_then(Search::parse);
    let filter = UserFilter { status, role: role(filter.role)?, search };
    let page = user::list(&state, &caller, filter, paging.request()).await?;
    Ok(Json(List::new(page, UserDetails::from, state.now())))
}
