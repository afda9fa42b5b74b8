//! `POST /admin/on-behalf/requests`

use super::ActRequestDetails;
use crate::codes;
use crate::error::ApiError;
use crate::extract::{Json, Source, Stepping};
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse, Text};
use authms_core::id::{ClientId, UserId};
use authms_core::on_behalf::{self, Terms};
use authms_core::ticket::Mint;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

/// What somebody wants to do on somebody's behalf.
#[derive(Deserialize, ToSchema, Debug)]
pub struct AskToActRequest {
    /// At which client; without one at our own endpoints, or at any that the policy names.
    client_id: Option<Text<64>>,
    /// Why: required, and told to the user. At most 500 characters.
    reason: Option<Text<500>>,
    /// What it is filed under elsewhere, such as a case number; the tenant may require it.
    reference: Option<Text<100>>,
    /// For whom.
    user_id: Text<64>,
    /// Whether anything is to be changed, not only looked at; needs a rule of the tenant's policy.
    write: Option<bool>,
}

/// Asks to act on a user's behalf, where the tenant wants another administrator to approve it, or the user to agree. Once
/// cleared it is good for one act, which names it as `act_request`.
///
/// Both have ten minutes; then the act has ten minutes to begin.
#[utoipa::path(
    post,
    path = "/admin/on-behalf/requests",
    operation_id = "ask_to_act",
    tag = "on behalf",
    params(("X-Step-Up-Token" = Option<String>, Header, description = "Of `/mfa/step-up`.")),
    request_body = AskToActRequest,
    security(("bearer" = [])),
    responses(
        (status = 201, description = "The request.", body = Data<ActRequestDetails>),
        (status = 404, description = "No such user in the caller's tenant.", body = SimpleResponse),
    )
)]
pub async fn ask(
    State(state): State<AppState>,
    Stepping { me, token }: Stepping,
    source: Source,
    Json(body): Json<AskToActRequest>,
) -> Result<(StatusCode, Json<Data<ActRequestDetails>>), ApiError> {
    let user = UserId::parse(&body.user_id).ok_or(codes::USER_NOT_FOUND)?;
    let client = body.client_id.map(|id| ClientId::parse(&id).ok_or(codes::CLIENT_NOT_FOUND)).transpose()?;
    let reference = body.reference.map(Text::into_string);
    let ask = Mint {
        client,
        reason: body.reason.map(Text::into_string),
        terms: Terms { writes: body.write.unwrap_or_default(), reference, ..Terms::default() },
        step_up: token,
        ..Mint::for_user(user)
    };
    let request = on_behalf::ask(&state, &me, ask, &source).await?;
    let now = state.now();
    Ok((StatusCode::CREATED, Json(Data::new(ActRequestDetails::of(request, now), now))))
}
