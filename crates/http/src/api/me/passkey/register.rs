//! `POST /mfa/webauthn/credentials/register`

use crate::error::ApiError;
use crate::extract::{Json, MeOrEnrolling, OptionalJson, Source, Stepping};
use crate::state::AppState;
use crate::wire::{CredentialCreation, Data, SecretText, SimpleResponse, Text};
use authms_core::factor::Asked;
use authms_core::passkey::{self, BeginRegistration};
use authms_core::signin::challenge::enrolment;
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
    /// The present password, instead of a step-up for the first factor.
    password: Option<SecretText<1024>>,
}

/// Begins to register a passkey. Asks for a step-up. The options are for `navigator.credentials.create()`; what that brings
/// back goes to `/mfa/webauthn/credentials/register/verify` within five minutes, in the same session. Also for who has to
/// enrol before they are signed in, by the `challenge_token` of their sign-in.
#[utoipa::path(
    post,
    path = "/mfa/webauthn/credentials/register",
    operation_id = "begin_passkey_registration",
    tag = "passkeys",
    request_body = BeginWebAuthnRegistrationRequest,
    params(("X-Step-Up-Token" = Option<String>, Header)),
    security(("bearer" = [])),
    responses(
        (status = 200, description = "The options.", body = Data<CredentialCreation>),
        (status = 401, description = "A step-up is missing, or the password wrong.", body = SimpleResponse),
        (status = 403, description = "The challenge is not released yet.", body = SimpleResponse),
        (status = 409, description = "There are too many passkeys.", body = SimpleResponse),
    )
)]
pub async fn register(
    State(state): State<AppState>,
    who: MeOrEnrolling,
    source: Source,
    OptionalJson(body): OptionalJson<BeginWebAuthnRegistrationRequest>,
) -> Result<Json<Data<CredentialCreation>>, ApiError> {
    let named = |name: Option<Text<100>>| name.filter(|name| !name.is_empty()).map(Text::into_string);
    let ask = BeginRegistration { name: named(body.display_name), user_name: named(body.user_name) };
    let options = match who {
        MeOrEnrolling::Me(Stepping { me, token }) => {
            let password = body.password.map(SecretText::into_secret);
            let asked = Asked { step_up: token, password, ..Asked::default() };
            passkey::begin_registration(&state, &me, ask, &asked, &source).await?
        }
        MeOrEnrolling::Enrolling(me) => enrolment::begin_passkey(&state, &me, ask).await?,
    };
    Ok(Json(Data::new(options.into(), state.now())))
}
