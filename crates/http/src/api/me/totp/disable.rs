//! `POST /mfa/totp/disable`

use crate::error::ApiError;
use crate::extract::{Json, OptionalJson, Source, Stepping};
use crate::state::AppState;
use crate::wire::{ChangeFactorRequest, Data, Disabled, SimpleResponse};
use authms_core::factor::{self, FactorKind};
use axum::extract::State;

/// Removes all of the caller's authenticator apps, by a code of one or a step-up.
#[utoipa::path(
    post,
    path = "/mfa/totp/disable",
    operation_id = "disable_totp",
    tag = "factors",
    params(("X-Step-Up-Token" = Option<String>, Header)),
    request_body = ChangeFactorRequest,
    security(("bearer" = [])),
    responses(
        (status = 200, description = "Removed.", body = Data<Disabled>),
        (status = 400, description = "The code is wrong.", body = SimpleResponse),
        (status = 409, description = "The tenant asks for a factor, and it is the last.", body = SimpleResponse),
    )
)]
pub async fn disable(
    State(state): State<AppState>,
    Stepping { me, token }: Stepping,
    source: Source,
    OptionalJson(body): OptionalJson<ChangeFactorRequest>,
) -> Result<Json<Data<Disabled>>, ApiError> {
    factor::remove_kind(&state, &me, FactorKind::Totp, &body.asked(token), &source).await?;
    Ok(Json(Data::new(Disabled { disabled: true }, state.now())))
}
