//! `GET /admin/invitations`

use super::InvitationDetails;
use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Query};
use crate::state::AppState;
use crate::wire::{List, Paging, Text};
use authms_core::invitation::{self, InvitationStatus};
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

/// Which invitations to show.
#[derive(Deserialize, IntoParams, Debug)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// `open`, `accepted`, `revoked` or `expired`; by default all.
    status: Option<Text<16>>,
}

/// The invitations to the caller's tenant, newest first, until 90 days after their time.
#[utoipa::path(
    get,
    path = "/admin/invitations",
    operation_id = "list_invitations",
    tag = "invitations",
    params(Filter, Paging),
    security(("bearer" = []), ("api_key" = [])),
    responses((status = 200, description = "A page of them.", body = List<InvitationDetails>))
)]
pub async fn list(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Query(filter): Query<Filter>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<InvitationDetails>>, ApiError> {
    let unknown = || ApiError::malformed("status", "must be open, accepted, revoked or expired");
    let status = filter.status.map(|s| InvitationStatus::parse(&s).ok_or_else(unknown)).transpose()?;
    let page = invitation::list(&state, &caller, status, paging.request()).await?;
    let now = state.now();
    Ok(Json(List::new(page, |i| InvitationDetails::of(i, now), now)))
}
