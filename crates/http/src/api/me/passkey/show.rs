//! `GET /mfa/webauthn/credentials/{credential_id}`

use super::WebAuthnCredentialItem;
use crate::error::ApiError;
use crate::extract::{Json, Me, Path};
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse};
use authms_core::id::FactorId;
use authms_core::passkey;
use axum::extract::State;

/// One of the caller's passkeys, by its `id`.
#[utoipa::path(
    get,
    path = "/mfa/webauthn/credentials/{credential_id}",
    operation_id = "show_passkey",
    tag = "passkeys",
    params(("credential_id" = String, Path)),
    security(("bearer" = [])),
    responses(
        (status = 200, description = "The passkey.", body = Data<WebAuthnCredentialItem>),
        (status = 404, description = "The caller has no such passkey.", body = SimpleResponse),
    )
)]
pub async fn show(
    State(state): State<AppState>,
    Me(me): Me,
    Path(id): Path<FactorId>,
) -> Result<Json<Data<WebAuthnCredentialItem>>, ApiError> {
    let view = passkey::get(&state, &me, id).await?;
    Ok(Json(Data::new(view.into(), state.now())))
}
