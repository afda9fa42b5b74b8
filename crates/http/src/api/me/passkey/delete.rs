//! `DELETE /mfa/webauthn/credentials/{credential_id}`

use super::RemovePasskeyRequest;
use crate::error::ApiError;
use crate::extract::{Me, OptionalJson, Path, Source};
use crate::state::AppState;
use crate::wire::{SecretText, SimpleResponse};
use authms_core::id::FactorId;
use authms_core::passkey;
use axum::extract::State;
use axum::http::StatusCode;

/// Removes one of the caller's passkeys. Sessions that it opened go on.
#[utoipa::path(
    delete,
    path = "/mfa/webauthn/credentials/{credential_id}",
    operation_id = "delete_passkey",
    tag = "passkeys",
    params(("credential_id" = String, Path)),
    request_body = RemovePasskeyRequest,
    security(("bearer" = [])),
    responses(
        (status = 204, description = "Removed."),
        (status = 401, description = "Sign in again, or give the present password.", body = SimpleResponse),
        (status = 404, description = "The caller has no such passkey.", body = SimpleResponse),
    )
)]
pub async fn delete(
    State(state): State<AppState>,
    Me(me): Me,
    source: Source,
    Path(id): Path<FactorId>,
    OptionalJson(body): OptionalJson<RemovePasskeyRequest>,
) -> Result<StatusCode, ApiError> {
    let password = body.password.map(SecretText::into_secret);
    passkey::remove(&state, &me, id, password.as_ref(), &source).await?;
    Ok(StatusCode::NO_CONTENT)
}
