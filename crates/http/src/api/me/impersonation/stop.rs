//! `POST /auth/me/stop-impersonation`

use crate::error::ApiError;
use crate::extract::{Json, MeOrActor, Source};
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse};
use authms_core::on_behalf;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

/// `dto.StopImpersonationResponse`: without tokens. The actor's own session was never replaced, so that there is nothing to
/// give back, least of all to whoever holds the token of the other one.
#[derive(Serialize, ToSchema, Debug)]
pub struct StopImpersonationResponse {}

/// Ends the session in which it is asked, if somebody acts in it. Their own session goes on.
#[utoipa::path(
    post,
    path = "/auth/me/stop-impersonation",
    operation_id = "stop_impersonation",
    tag = "on behalf",
    security(("bearer" = [])),
    responses(
        (status = 200, description = "Ended.", body = Data<StopImpersonationResponse>),
        (status = 409, description = "Nobody acts in this session.", body = SimpleResponse),
    )
)]
pub async fn stop(
    State(state): State<AppState>,
    MeOrActor(me): MeOrActor,
    source: Source,
) -> Result<Json<Data<StopImpersonationResponse>>, ApiError> {
    on_behalf::stop(&state, &me, &source).await?;
    Ok(Json(Data::new(StopImpersonationResponse {}, state.now())))
}
