//! `POST /mfa/webauthn/credentials/register/verify`

use super::WebAuthnCredentialItem;
use crate::error::ApiError;
use crate::extract::{Json, MeOrEnrolling, Source, Stepping};
use crate::state::AppState;
use crate::wire::{CreationCredential, Data, SimpleResponse};
use authms_core::passkey;
use authms_core::signin::challenge::enrolment;
use axum::extract::State;

/// Registers the passkey: `dto.FinishWebAuthnRegistrationRequest`, as the browser gives it. By the `challenge_token` of a sign-in
/// it counts once it is proved at `/auth/mfa/verify-challenge`.
#[utoipa::path(
    post,
    path = "/mfa/webauthn/credentials/register/verify",
    operation_id = "finish_passkey_registration",
    tag = "passkeys",
    request_body = CreationCredential,
    security(("bearer" = [])),
    responses(
        (status = 200, description = "Registered.", body = Data<WebAuthnCredentialItem>),
        (status = 400, description = "The passkey was not accepted: begin again.", body = SimpleResponse),
        (status = 403, description = "The challenge is not released yet.", body = SimpleResponse),
        (status = 409, description = "It is registered already, or there are too many.", body = SimpleResponse),
    )
)]
pub async fn verify(
    State(state): State<AppState>,
    who: MeOrEnrolling,
    source: Source,
    Json(credential): Json<CreationCredential>,
) -> Result<Json<Data<WebAuthnCredentialItem>>, ApiError> {
    let (asked, registration) = (credential.asked(), credential.into());
    let view = match who {
        MeOrEnrolling::Me(Stepping { me, .. }) => {
            passkey::finish_registration(&state, &me, registration, &asked, &source).await?
        }
        MeOrEnrolling::Enrolling(me) => enrolment::finish_passkey(&state, &me, registration, &source).await?,
    };
    Ok(Json(Data::new(view.into(), state.now())))
}
