//! `POST /auth/ticket/signin`

use super::TicketSigninRequest;
use crate::error::ApiError;
use crate::extract::{IdempotencyKey, Json, Source, TenantHeader};
use crate::state::AppState;
use crate::wire::{LoginResponse, SimpleResponse};
use authms_core::ticket;
use axum::extract::State;
use axum::http::HeaderMap;

/// Redeems a one-time ticket: signs its user in, once.
///
/// With an `Idempotency-Key` of at least 128 random bits, the same request within 60 seconds gets the same session and
/// refresh token again, so that a lost answer is not a lost sign-in.
#[utoipa::path(
    post,
    path = "/auth/ticket/signin",
    operation_id = "ticket_signin",
    tag = "tickets",
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "1–255 visible ASCII characters."),
        ("X-Tenant-ID" = Option<String>, Header, description = "If present, must be the ticket's tenant."),
    ),
    request_body = TicketSigninRequest,
    security((), ("client" = [])),
    responses(
        (status = 200, description = "Signed in, or a second factor is asked for.", body = LoginResponse),
        (status = 400, description = "The ticket is invalid or has expired: one answer for all reasons.",
            body = SimpleResponse),
    )
)]
pub async fn signin(
    State(state): State<AppState>,
    source: Source,
    tenant: TenantHeader,
    IdempotencyKey(idempotency_key): IdempotencyKey,
    headers: HeaderMap,
    Json(body): Json<TicketSigninRequest>,
) -> Result<Json<LoginResponse>, ApiError> {
    let ask = body.read(&headers, tenant, idempotency_key)?;
    let answer = ticket::redeem(&state, &ask, &source).await?;
    Ok(Json(LoginResponse::of(answer, &source)))
}
