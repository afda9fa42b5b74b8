//! `DELETE /auth/me/webauthn-credentials/{id}`

use crate::error::ApiError;
use crate::extract::{Json, OptionalJson, Path, Source, Stepping};
use crate::state::AppState;
use crate::wire::{ChangeFactorRequest, SimpleResponse};
use authms_core::factor::{self, FactorKind};
use authms_core::id::FactorId;
use axum::extract::State;

/// The same as `DELETE /mfa/webauthn/credentials/{credential_id}`.
#[utoipa::path(
    delete,
    path = "/auth/me/webauthn-credentials/{id}",
    operation_id = "delete_my_webauthn_credential",
    tag = "passkeys",
    params(("id" = String, Path), ("X-Step-Up-Token" = Option<String>, Header)),
    request_body = ChangeFactorRequest,
    security(("bearer" = [])),
    responses(
        (status = 200, description = "Removed.", body = SimpleResponse),
        (status = 401, description = "A step-up is missing.", body = SimpleResponse),
        (status = 404, description = "The caller has no such passkey.", body = SimpleResponse),
        (status = 409, description = "The tenant asks for a factor, and it is the last.", body = SimpleResponse),
    )
)]
pub async fn delete_mine(
    State(state): State<AppState>,
    Stepping { me, token }: Stepping,
    source: Source,
    Path(id): Path<FactorId>,
    OptionalJson(body): OptionalJson<ChangeFactorRequest>,
) -> Result<Json<SimpleResponse>, ApiError> {
    factor::remove(&state, &me, (FactorKind::Passkey, id), &body.asked(token), &source).await?;
    Ok(Json(SimpleResponse::success("the passkey was removed", state.now())))
}
