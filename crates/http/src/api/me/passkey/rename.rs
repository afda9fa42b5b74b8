//! `PUT /mfa/webauthn/credentials/{credential_id}`

use super::WebAuthnCredentialItem;
use crate::error::ApiError;
use crate::extract::{Json, Me, Path, Source};
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse, Text};
use authms_core::id::FactorId;
use authms_core::passkey;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

/// `dto.UpdateWebAuthnCredentialRequest`
#[derive(Deserialize, ToSchema, Debug)]
pub struct UpdateWebAuthnCredentialRequest {
    /// 1–100 characters.
    name: Text<100>,
}

/// Gives one of the caller's passkeys another name.
#[utoipa::path(
    put,
    path = "/mfa/webauthn/credentials/{credential_id}",
    operation_id = "rename_passkey",
    tag = "passkeys",
    params(("credential_id" = String, Path)),
    request_body = UpdateWebAuthnCredentialRequest,
    security(("bearer" = [])),
    responses(
        (status = 200, description = "Renamed.", body = Data<WebAuthnCredentialItem>),
        (status = 404, description = "The caller has no such passkey.", body = SimpleResponse),
    )
)]
pub async fn rename(
    State(state): State<AppState>,
    Me(me): Me,
    source: Source,
    Path(id): Path<FactorId>,
    Json(body): Json<UpdateWebAuthnCredentialRequest>,
) -> Result<Json<Data<WebAuthnCredentialItem>>, ApiError> {
    let view = passkey::rename(&state, &me, id, &body.name, &source).await?;
    Ok(Json(Data::new(view.into(), state.now())))
}
