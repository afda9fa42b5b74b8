//! `GET /mfa/trusted-devices`

use super::TrustedDeviceItem;
use crate::error::ApiError;
use crate::extract::{Json, Me, Query, Source};
use crate::state::AppState;
use crate::wire::{List, Paging};
use authms_core::device::{self, Listed};
use axum::extract::State;

/// The caller's devices that are trusted now, newest first.
#[utoipa::path(
    get,
    path = "/mfa/trusted-devices",
    operation_id = "list_mfa_trusted_devices",
    tag = "devices",
    params(Paging),
    security(("bearer" = [])),
    responses((status = 200, description = "A page of them.", body = List<TrustedDeviceItem>))
)]
pub async fn list(
    State(state): State<AppState>,
    Me(me): Me,
    source: Source,
    Query(paging): Query<Paging>,
) -> Result<Json<List<TrustedDeviceItem>>, ApiError> {
    let page = device::list_mine(&state, &me, Listed::Trusted, paging.request(), &source).await?;
    Ok(Json(List::new(page, TrustedDeviceItem::from, state.now())))
}
