//! `POST /mfa/email/disable`

use crate::error::ApiError;
use crate::extract::{Json, OptionalJson, Source, Stepping};
use crate::state::AppState;
use crate::wire::{ChangeFactorRequest, Data, Disabled, SimpleResponse};
use authms_core::factor::{self, FactorKind};
use axum::extract::State;

/// Removes the caller's codes by e-mail, by one that was sent there in this session, or a step-up.
#[utoipa::path(
    post,
    path = "/mfa/email/disable",
    operation_id = "disable_email_factor",
    tag = "factors",
    params(("X-Step-Up-Token" = Option<String>, Header)),
    request_body = ChangeFactorRequest,
    security(("bearer" = [])),
    responses(
        (status = 200, description = "Removed.", body = Data<Disabled>),
        (status = 400, description = "The code is wrong.", body = SimpleResponse),
        (status = 404, description = "There are none.", body = SimpleResponse),
        (status = 409, description = "The tenant asks for a factor, and it is the last.", body = SimpleResponse),
    )
)]
pub async fn disable(
    State(state): State<AppState>,
    Stepping { me, token }: Stepping,
    source: Source,
    OptionalJson(body): OptionalJson<ChangeFactorRequest>,
) -> Result<Json<Data<Disabled>>, ApiError> {
    let kind = FactorKind::Email;
    factor::remove_kind(&state, &me, kind, &body.asked_of(kind, token), &source).await?;
    Ok(Json(Data::new(Disabled { disabled: true }, state.now())))
}
