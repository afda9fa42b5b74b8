//! `POST /auth/ticket/signin`

use crate::error::ApiError;
use crate::extract::{IdempotencyKey, Json, Source, TenantHeader, basic};
use crate::state::AppState;
use crate::wire::{LoginResponse, SecretText, SimpleResponse, Text};
use authms_core::client::Credentials;
use authms_core::ticket::{self, Redeem};
use axum::extract::State;
use axum::http::HeaderMap;
use serde::Deserialize;
use utoipa::ToSchema;

/// `dto.TicketSigninRequest`, and the bindings that a ticket may ask for.
#[derive(Deserialize, ToSchema, Debug)]
pub struct TicketSigninRequest {
    /// The one-time ticket.
    ticket: SecretText<256>,
    /// The verifier of the ticket's `proof` (RFC 7636 §4.1).
    verifier: Option<SecretText<128>>,
    /// The ticket's `redirect_uri`, byte for byte.
    redirect_uri: Option<Text<2048>>,
    /// The ticket's `context`.
    context: Option<SecretText<512>>,
    /// The redeeming client, unless it authenticates by Basic.
    client_id: Option<Text<64>>,
    /// The redeeming client's secret.
    client_secret: Option<SecretText<256>>,
}

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
        (status = 200, description = "Signed in.", body = LoginResponse),
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
    let ask = Redeem {
        client: credentials(&headers, body.client_id, body.client_secret)?,
        ticket: body.ticket.into_secret(),
        verifier: body.verifier.map(SecretText::into_secret),
        redirect_uri: body.redirect_uri.map(Text::into_string),
        context: body.context.map(SecretText::into_secret),
        tenant: tenant.0.map(|named| named.map_err(|_| ())),
        idempotency_key,
    };
    let signed_in = ticket::redeem(&state, &ask, &source).await?;
    Ok(Json(signed_in.into()))
}

/// From the header or the body, never both (RFC 6749 §2.3).
fn credentials(
    headers: &HeaderMap,
    id: Option<Text<64>>,
    secret: Option<SecretText<256>>,
) -> Result<Option<Credentials>, ApiError> {
    match (basic(headers)?, id, secret) {
        (None, None, None) => Ok(None),
        (Some(basic), None, None) => Ok(Some(Credentials { id: basic.id, secret: basic.secret })),
        (None, Some(id), Some(secret)) => {
            Ok(Some(Credentials { id: id.into_string(), secret: secret.into_secret() }))
        }
        (None, Some(_), None) => Err(ApiError::malformed("client_secret", "missing beside client_id")),
        (None, None, Some(_)) => Err(ApiError::malformed("client_id", "missing beside client_secret")),
        (Some(_), ..) => Err(ApiError::malformed("client_id", "the client authenticates twice")),
    }
}
