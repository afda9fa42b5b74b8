//! `POST /auth/webauthn/register/complete`

use super::WebAuthnCredentialItem;
use super::verify::verify;
use crate::error::ApiError;
use crate::extract::{Json, Me, MeOrEnrolling, Source, Stepping};
use crate::state::AppState;
use crate::wire::{CreationCredential, Data, SimpleResponse};
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

/// `handler.completeRegistrationRequest`
#[derive(Deserialize, ToSchema, Debug)]
pub struct CompleteRegistrationRequest {
    /// What the browser gives.
    credential: CreationCredential,
}

/// The same as `POST /mfa/webauthn/credentials/register/verify`, with the credential as a member.
#[utoipa::path(
    post,
    path = "/auth/webauthn/register/complete",
    operation_id = "webauthn_register_complete",
    tag = "passkeys",
    request_body = CompleteRegistrationRequest,
    security(("bearer" = [])),
    responses(
        (status = 200, description = "Registered.", body = Data<WebAuthnCredentialItem>),
        (status = 400, description = "The passkey was not accepted: begin again.", body = SimpleResponse),
        (status = 409, description = "It is registered already, or there are too many.", body = SimpleResponse),
    )
)]
pub async fn register_complete(
    state: State<AppState>,
    Me(me): Me,
    source: Source,
    Json(body): Json<CompleteRegistrationRequest>,
) -> Result<Json<Data<WebAuthnCredentialItem>>, ApiError> {
    let me = MeOrEnrolling::Me(Stepping { me, token: None });
    verify(state, me, source, Json(body.credential)).await
}
