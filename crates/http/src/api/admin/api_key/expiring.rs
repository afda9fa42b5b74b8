//! `GET /admin/auth/api-keys/expiring`

use crate::api::me::api_key::ApiKeyInfo;
use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Query};
use crate::state::AppState;
use crate::wire::{List, Paging};
use authms_core::key::{self, ApiKeyStatus, KeyFilter};
use authms_core::time::Span;
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

/// How soon.
#[derive(Deserialize, IntoParams, Clone, Copy, Debug)]
#[into_params(parameter_in = Query)]
pub struct Soon {
    /// 1–365, 7 by default; out of bounds means the nearest bound.
    #[param(minimum = 1, maximum = 365)]
    days: Option<u32>,
}

/// The active API keys that expire within so many days, soonest first.
#[utoipa::path(
    get,
    path = "/admin/auth/api-keys/expiring",
    operation_id = "list_expiring_api_keys",
    tag = "api keys",
    params(Soon, Paging),
    security(("bearer" = []), ("api_key" = [])),
    responses((status = 200, description = "A page of them.", body = List<ApiKeyInfo>))
)]
pub async fn expiring(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Query(soon): Query<Soon>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<ApiKeyInfo>>, ApiError> {
    let days = i64::from(soon.days.unwrap_or(7).clamp(1, 365));
    let now = state.now();
    let expiring = Some((now, now.plus(Span::hours(24 * days))));
    let filter = KeyFilter { status: Some(ApiKeyStatus::Active), expiring, ..KeyFilter::default() };
    let page = key::list(&state, &caller, filter, paging.request()).await?;
    Ok(Json(List::new(page, ApiKeyInfo::from, now)))
}
