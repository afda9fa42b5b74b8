//! `GET /admin/users`

use super::UserDetails;
use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Query};
use crate::state::AppState;
use crate::wire::{List, Paging, Text};
use authms_core::user::{self, UserFilter, UserStatus};
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

/// Which users to show.
#[derive(Deserialize, IntoParams, Debug)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// `active`, `disabled` or `deleted`; by default all but deleted ones.
    status: Option<Text<16>>,
    /// A part of a name.
    search: Option<Text<64>>,
}

/// The users of the caller's tenant.
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
    let filter = UserFilter { status, search: filter.search.map(Text::into_string) };
    let page = user::list(&state, &caller, filter, paging.request()).await?;
    Ok(Json(List::new(page, UserDetails::from, state.now())))
}
