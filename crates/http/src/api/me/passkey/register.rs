//! `POST /mfa/webauthn/credentials/register`

use crate::error::ApiError;
use crate::extract::Json;
use crate::extract::{Me, OptionalJson};
use crate::state::AppState;
use crate::wire::{CredentialCreation, Data, SecretText, SimpleResponse, Text};
use authms_core::passkey::{self, BeginRegistration};
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

/// `dto.BeginWebAuthnRegistrationRequest`, and a proof of the caller.
#[derive(Deserialize, ToSchema, Default, Debug)]
pub struct BeginWebAuthnRegistrationRequest {
    /// What the passkey will be called: 1–100 characters.
    display_name: Option<Text<100>>,
    /// What the authenticator shows as the account, if not your own name: 1–100 characters.
    user_name: Option<Text<100>>,
    /// The present password, unless you signed in within the last five minutes.
    password: Option<SecretText<1024>>,
}

impl From<BeginWebAuthnRegistrationRequest> for BeginRegistration {
    fn from(body: BeginWebAuthnRegistrationRequest) -> Self {
        Self {
            name: body.display_name.filter(|name| !name.is_empty()).map(Text::into_string),
            user_name: body.user_name.filter(|name| !name.is_empty()).map(Text::into_string),
            password: body.password.map(SecretText::into_secret),
        }
    }
}

/// Begins to register a passkey. The options are for `navigator.credentials.create()`; what that brings back goes to
/// `/mfa/webauthn/credentials/register/verify` within five minutes, in the same session.
#[utoipa::path(
    post,
    path = "/mfa/webauthn/credentials/register",
    operation_id = "begin_passkey_registration",
    tag = "passkeys",
    request_body = BeginWebAuthnRegistrationRequest,
    security(("bearer" = [])),
    responses(
        (status = 200, description = "The options.", body = Data<CredentialCreation>),
        (status = 401, description = "Sign in again, or give the present password.", body = SimpleResponse),
        (status = 409, description = "There are too many passkeys.", body = SimpleResponse),
    )
)]
pub async fn register(
    State(state): State<AppState>,
    Me(me): Me,
    OptionalJson(body): OptionalJson<BeginWebAuthnRegistrationRequest>,
) -> Result<Json<Data<CredentialCreation>>, ApiError> {
    let options = passkey::begin_registration(&state, &me, body.into()).await?;
    Ok(Json(Data::new(options.into(), state.now())))
}
