//! `POST /auth/webauthn/register/begin`

use super::register::{BeginWebAuthnRegistrationRequest, register};
use crate::error::ApiError;
use crate::extract::{Json, MeOrEnrolling, OptionalJson, Source, Stepping};
use crate::state::AppState;
use crate::wire::{CredentialCreation, Data, SimpleResponse};
use axum::extract::State;

/// The same as `POST /mfa/webauthn/credentials/register`.
#[utoipa::path(
    post,
    path = "/auth/webauthn/register/begin",
    operation_id = "webauthn_register_begin",
    tag = "passkeys",
    request_body = BeginWebAuthnRegistrationRequest,
    params(("X-Step-Up-Token" = Option<String>, Header)),
    security(("bearer" = [])),
    responses(
        (status = 200, description = "The options.", body = Data<CredentialCreation>),
        (status = 401, description = "A step-up is missing, or the password wrong.", body = SimpleResponse),
        (status = 409, description = "There are too many passkeys.", body = SimpleResponse),
    )
)]
pub async fn register_begin(
    state: State<AppState>,
    stepping: Stepping,
    source: Source,
    body: OptionalJson<BeginWebAuthnRegistrationRequest>,
) -> Result<Json<Data<CredentialCreation>>, ApiError> {
    register(state, MeOrEnrolling::Me(stepping), source, body).await
}
