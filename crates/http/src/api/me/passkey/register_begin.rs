//! `POST /auth/webauthn/register/begin`

use super::register::BeginWebAuthnRegistrationRequest;
use crate::error::ApiError;
use crate::extract::{Json, Me, OptionalJson};
use crate::state::AppState;
use crate::wire::{CredentialCreation, Data, SimpleResponse};
use authms_core::passkey;
use axum::extract::State;

/// The same as `POST /mfa/webauthn/credentials/register`.
#[utoipa::path(
    post,
    path = "/auth/webauthn/register/begin",
    operation_id = "webauthn_register_begin",
    tag = "passkeys",
    request_body = BeginWebAuthnRegistrationRequest,
    security(("bearer" = [])),
    responses(
        (status = 200, description = "The options.", body = Data<CredentialCreation>),
        (status = 401, description = "Sign in again, or give the present password.", body = SimpleResponse),
        (status = 409, description = "There are too many passkeys.", body = SimpleResponse),
    )
)]
pub async fn register_begin(
    State(state): State<AppState>,
    Me(me): Me,
    OptionalJson(body): OptionalJson<BeginWebAuthnRegistrationRequest>,
) -> Result<Json<Data<CredentialCreation>>, ApiError> {
    let options = passkey::begin_registration(&state, &me, body.into()).await?;
    Ok(Json(Data::new(options.into(), state.now())))
}
