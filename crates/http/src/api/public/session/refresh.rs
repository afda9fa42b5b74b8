//! `POST /auth/refresh`

use crate::error::ApiError;
use crate::extract::{Json, Source, TenantHeader};
use crate::state::AppState;
use crate::wire::{LoginResponse, SecretText, SimpleResponse};
use authms_core::session;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

/// `dto.RefreshTokenRequest`
#[derive(Deserialize, ToSchema, Debug)]
pub struct RefreshTokenRequest {
    /// The last refresh token that was answered.
    refresh_token: SecretText<256>,
}

/// Gets the next access and refresh token.
///
/// Each refresh token works once; the same again within 10 seconds gets the same successor, as long as that is unused.
/// Any later reuse ends the session.
///
/// A refresh is decided like a sign-in. If a second factor has to be proved first, the answer has a `challenge_token` and no
/// tokens; the refresh token stays as it is. Completing the challenge opens a new session in this one's place.
#[utoipa::path(
    post,
    path = "/auth/refresh",
    operation_id = "refresh",
    tag = "sign-in",
    request_body = RefreshTokenRequest,
    responses(
        (status = 200, description = "Refreshed, or a second factor is asked for.", body = LoginResponse),
        (status = 401, description = "40000201: reused, the session is ended. 40000202: no longer valid.",
            body = SimpleResponse),
        (status = 403, description = "`X-Tenant-ID` names another tenant.", body = SimpleResponse),
    )
)]
pub async fn refresh(
    State(state): State<AppState>,
    source: Source,
    tenant: TenantHeader,
    Json(body): Json<RefreshTokenRequest>,
) -> Result<Json<LoginResponse>, ApiError> {
    let token = body.refresh_token.into_secret();
    let tenant = tenant.0.map(|named| named.map_err(|_| ()));
    let answer = session::refresh(&state, &token, tenant, &source).await?;
    Ok(Json(LoginResponse::of(answer, &source)))
}
