//! `POST /auth/webauthn/login/complete`

use crate::error::ApiError;
use crate::extract::{Json, Source};
use crate::state::AppState;
use crate::wire::{AssertionCredential, Data, LoginResponse, SimpleResponse};
use authms_core::signin;
use axum::extract::State;

/// The same as `POST /auth/webauthn/authenticate/complete`, with the credential as the body.
#[utoipa::path(
    post,
    path = "/auth/webauthn/login/complete",
    operation_id = "webauthn_login_complete",
    tag = "sign-in",
    request_body = AssertionCredential,
    responses(
        (status = 200, description = "Signed in, or a second factor is asked for.",
            body = Data<LoginResponse>),
        (status = 400, description = "The passkey was not accepted: begin again.", body = SimpleResponse),
    )
)]
pub async fn login_complete(
    State(state): State<AppState>,
    source: Source,
    Json(body): Json<AssertionCredential>,
) -> Result<Json<Data<LoginResponse>>, ApiError> {
    let answer = signin::by_passkey(&state, &body.into(), &source).await?;
    Ok(Json(Data::new(LoginResponse::of(answer, &source), state.now())))
}
