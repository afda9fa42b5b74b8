//! `POST /auth/webauthn/authenticate/complete`

use crate::error::ApiError;
use crate::extract::{Json, Source};
use crate::state::AppState;
use crate::wire::{AssertionCredential, Data, LoginResponse, SimpleResponse};
use authms_core::signin;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

/// `dto.PasskeyAuthenticateCompleteRequest`. Who signs in is what the passkey shows, whatever else is named.
#[derive(Deserialize, ToSchema, Debug)]
pub struct PasskeyCompleteRequest {
    /// What the browser gives.
    credential: AssertionCredential,
}

/// Signs in by a passkey.
#[utoipa::path(
    post,
    path = "/auth/webauthn/authenticate/complete",
    operation_id = "webauthn_authenticate_complete",
    tag = "sign-in",
    request_body = PasskeyCompleteRequest,
    responses(
        (status = 200, description = "Signed in, or a second factor is asked for.",
            body = Data<LoginResponse>),
        (status = 400, description = "The passkey was not accepted: begin again.", body = SimpleResponse),
    )
)]
pub async fn authenticate_complete(
    State(state): State<AppState>,
    source: Source,
    Json(body): Json<PasskeyCompleteRequest>,
) -> Result<Json<Data<LoginResponse>>, ApiError> {
    let answer = signin::by_passkey(&state, &body.credential.into(), &source).await?;
    Ok(Json(Data::new(LoginResponse::of(answer, &source), state.now())))
}
