//! `POST /mfa/totp/enable`

use super::set_up::{TotpEnableRequest, TotpEnabling, set_up};
use crate::error::ApiError;
use crate::extract::{Json, MeOrEnrolling, OptionalJson, Source, Stepping};
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse};
use axum::extract::State;

/// The same as `/mfa/totp/setup`.
#[utoipa::path(
    post,
    path = "/mfa/totp/enable",
    operation_id = "enable_totp",
    tag = "factors",
    params(("X-Step-Up-Token" = Option<String>, Header)),
    request_body = TotpEnableRequest,
    security(("bearer" = [])),
    responses(
        (status = 200, description = "The enrolment waits for the first code.", body = Data<TotpEnabling>),
        (status = 409, description = "There are five already.", body = SimpleResponse),
    )
)]
pub async fn enable(
    state: State<AppState>,
    stepping: Stepping,
    source: Source,
    body: OptionalJson<TotpEnableRequest>,
) -> Result<Json<Data<TotpEnabling>>, ApiError> {
    set_up(state, MeOrEnrolling::Me(stepping), source, body).await
}
