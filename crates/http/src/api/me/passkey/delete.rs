//! `DELETE /mfa/webauthn/credentials/{credential_id}`

use crate::error::ApiError;
use crate::extract::{OptionalJson, Path, Source, Stepping};
use crate::state::AppState;
use crate::wire::{ChangeFactorRequest, SimpleResponse};
use authms_core::factor::{self, FactorKind};
use authms_core::id::FactorId;
use axum::extract::State;
use axum::http::StatusCode;

/// Removes one of the caller's passkeys. Asks for a step-up. Sessions that it opened go on.
#[utoipa::path(
    delete,
    path = "/mfa/webauthn/credentials/{credential_id}",
    operation_id = "delete_passkey",
    tag = "passkeys",
    params(("credential_id" = String, Path), ("X-Step-Up-Token" = Option<String>, Header)),
    request_body = ChangeFactorRequest,
    security(("bearer" = [])),
    responses(
        (status = 204, description = "Removed."),
        (status = 401, description = "A step-up is missing.", body = SimpleResponse),
        (status = 404, description = "The caller has no such passkey.", body = SimpleResponse),
        (status = 409, description = "The tenant asks for a factor, and it is the last.", body = SimpleResponse),
    )
)]
pub async fn delete(
    State(state): State<AppState>,
    Stepping { me, token }: Stepping,
    source: Source,
    Path(id): Path<FactorId>,
    OptionalJson(body): OptionalJson<ChangeFactorRequest>,
) -> Result<StatusCode, ApiError> {
    factor::remove(&state, &me, (FactorKind::Passkey, id), &body.asked(token), &source).await?;
    Ok(StatusCode::NO_CONTENT)
}
