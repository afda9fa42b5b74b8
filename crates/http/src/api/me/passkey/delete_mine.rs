//! `DELETE /auth/me/webauthn-credentials/{id}`

use super::RemovePasskeyRequest;
use crate::error::ApiError;
use crate::extract::{Json, Me, OptionalJson, Path, Source};
use crate::state::AppState;
use crate::wire::{SecretText, SimpleResponse};
use authms_core::id::FactorId;
use authms_core::passkey;
use axum::extract::State;

/// The same as `DELETE /mfa/webauthn/credentials/{credential_id}`.
#[utoipa::path(
    delete,
    path = "/auth/me/webauthn-credentials/{id}",
    operation_id = "delete_my_webauthn_credential",
    tag = "passkeys",
    params(("id" = String, Path)),
    request_body = RemovePasskeyRequest,
    security(("bearer" = [])),
    responses(
        (status = 200, description = "Removed.", body = SimpleResponse),
        (status = 401, description = "Sign in again, or give the present password.", body = SimpleResponse),
        (status = 404, description = "The caller has no such passkey.", body = SimpleResponse),
    )
)]
pub async fn delete_mine(
    State(state): State<AppState>,
    Me(me): Me,
    source: Source,
    Path(id): Path<FactorId>,
    OptionalJson(body): OptionalJson<RemovePasskeyRequest>,
) -> Result<Json<SimpleResponse>, ApiError> {
    let password = body.password.map(SecretText::into_secret);
    passkey::remove(&state, &me, id, password.as_ref(), &source).await?;
    Ok(Json(SimpleResponse::success("the passkey was removed", state.now())))
}
