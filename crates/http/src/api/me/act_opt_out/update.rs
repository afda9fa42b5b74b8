//! `PUT /auth/me/on-behalf/opt-out`

use super::ActOptOut;
use crate::error::ApiError;
use crate::extract::{Json, Source, Stepping};
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse};
use authms_core::on_behalf;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

/// What is to be.
#[derive(Deserialize, ToSchema, Debug)]
pub struct SetActOptOutRequest {
    /// Whether nobody is to act on the caller's behalf.
    opted_out: bool,
}

/// Says that nobody acts on the caller's behalf in this tenant, or takes that back. What others do for them ends at once; who breaks
/// the glass in an emergency, where the tenant lets one, still may.
///
/// The caller must have proved themself within 5 minutes, at the sign-in of this session or since then for an `X-Step-Up-Token`: by a
/// second factor, if they have one.
#[utoipa::path(
    put,
    path = "/auth/me/on-behalf/opt-out",
    operation_id = "set_my_act_opt_out",
    tag = "on behalf",
    params(("X-Step-Up-Token" = Option<String>, Header, description = "Of `/mfa/step-up` or `/auth/re-authenticate`.")),
    request_body = SetActOptOutRequest,
    security(("bearer" = [])),
    responses(
        (status = 200, description = "As it is now.", body = Data<ActOptOut>),
        (status = 409, description = "It was changed at the same time.", body = SimpleResponse),
    )
)]
pub async fn update(
    State(state): State<AppState>,
    Stepping { me, token }: Stepping,
    source: Source,
    Json(body): Json<SetActOptOutRequest>,
) -> Result<Json<Data<ActOptOut>>, ApiError> {
    let since = on_behalf::set_opt_out(&state, &me, body.opted_out, token.as_ref(), &source).await?;
    Ok(Json(Data::new(since.into(), state.now())))
}
