//! `DELETE /mfa/totp/devices/{device_id}`

use crate::error::ApiError;
use crate::extract::{Json, OptionalJson, Path, Source, Stepping};
use crate::state::AppState;
use crate::wire::{ChangeFactorRequest, Data, Disabled, SimpleResponse};
use authms_core::factor::{self, FactorKind};
use authms_core::id::FactorId;
use axum::extract::State;

/// Removes one of the caller's authenticator apps, by a code or a step-up.
#[utoipa::path(
    delete,
    path = "/mfa/totp/devices/{device_id}",
    operation_id = "remove_totp_device",
    tag = "factors",
    params(("device_id" = String, Path), ("X-Step-Up-Token" = Option<String>, Header)),
    request_body = ChangeFactorRequest,
    security(("bearer" = [])),
    responses(
        (status = 200, description = "Removed.", body = Data<Disabled>),
        (status = 404, description = "The caller has no such app.", body = SimpleResponse),
        (status = 409, description = "The tenant asks for a factor, and it is the last.", body = SimpleResponse),
    )
)]
pub async fn remove(
    State(state): State<AppState>,
    Stepping { me, token }: Stepping,
    source: Source,
    Path(id): Path<FactorId>,
    OptionalJson(body): OptionalJson<ChangeFactorRequest>,
) -> Result<Json<Data<Disabled>>, ApiError> {
    factor::remove(&state, &me, (FactorKind::Totp, id), &body.asked(token), &source).await?;
    Ok(Json(Data::new(Disabled { disabled: true }, state.now())))
}
