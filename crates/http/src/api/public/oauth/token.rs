//! `POST /oauth/token`

use super::exchange::{OAuthTokenResponse, TokenExchangeRequest, exchanged};
use crate::error::ApiError;
use crate::extract::{FormOrJson, Json, Source, TenantHeader};
use crate::state::AppState;
use crate::wire::SimpleResponse;
use axum::extract::State;
use axum::http::HeaderMap;

/// The same as `/oauth/token-exchange`, at the token endpoint: there is no other grant.
#[utoipa::path(
    post,
    path = "/oauth/token",
    operation_id = "token",
    tag = "oauth",
    params(
        ("X-Step-Up-Token" = Option<String>, Header, description = "The actor's, of `/mfa/step-up`."),
        ("X-Tenant-ID" = Option<String>, Header, description = "If present, must be the client's tenant."),
    ),
    request_body(content(
        (TokenExchangeRequest = "application/x-www-form-urlencoded"),
        (TokenExchangeRequest = "application/json"),
    )),
    security(("client" = [])),
    responses(
        (status = 200, description = "The session on the user's behalf.", body = OAuthTokenResponse),
        (status = 400, description = "`unsupported_grant_type`, or as there.", body = SimpleResponse),
        (status = 401, description = "`invalid_client`: the client did not authenticate.", body = SimpleResponse),
    )
)]
pub async fn token(
    State(state): State<AppState>,
    source: Source,
    tenant: TenantHeader,
    headers: HeaderMap,
    body: Result<FormOrJson<TokenExchangeRequest>, ApiError>,
) -> Result<Json<OAuthTokenResponse>, ApiError> {
    exchanged(&state, &source, tenant, &headers, body).await
}
