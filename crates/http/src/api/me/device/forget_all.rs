//! `DELETE /devices`

use crate::error::ApiError;
use crate::extract::{Me, Query, Source};
use crate::state::AppState;
use authms_core::device::{self, Which};
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::IntoParams;

/// Whether the device that asks stays.
#[derive(Deserialize, IntoParams, Clone, Copy, Debug)]
#[into_params(parameter_in = Query)]
pub struct Spared {
    /// `true`: the one that asks stays. It is the one whose `X-Device-Token` is sent, or else the one that the session
    /// was opened with.
    except_current: Option<bool>,
}

/// Forgets all of the caller's devices.
#[utoipa::path(
    delete,
    path = "/devices",
    operation_id = "forget_devices",
    tag = "devices",
    params(Spared),
    security(("bearer" = [])),
    responses((status = 204, description = "Forgotten."))
)]
pub async fn forget_all(
    State(state): State<AppState>,
    Me(me): Me,
    source: Source,
    Query(spared): Query<Spared>,
) -> Result<StatusCode, ApiError> {
    let which = if spared.except_current == Some(true) { Which::AllButCurrent } else { Which::All };
    device::forget_all(&state, &me, which, &source).await?;
    Ok(StatusCode::NO_CONTENT)
}
