//! `POST /oauth/revoke`

use super::{credentials, in_oauth};
use crate::error::ApiError;
use crate::extract::{FormOrJson, Json, Source, TenantHeader};
use crate::state::AppState;
use crate::wire::{SecretText, SimpleResponse, Text};
use authms_core::token;
use axum::extract::State;
use axum::http::HeaderMap;
use serde::Deserialize;
use utoipa::ToSchema;

/// RFC 7009 §2.1.
#[derive(Deserialize, ToSchema, Debug)]
pub struct RevokeTokenRequest {
    /// An access or refresh token.
    token: SecretText<8192>,
    /// Not needed: a token shows what it is.
    #[serde(rename = "token_type_hint")]
    _hint: Option<Text<64>>,
    /// The client, unless it authenticates by Basic.
    client_id: Option<Text<64>>,
    /// The client's secret.
    client_secret: Option<SecretText<256>>,
}

/// Revokes a token of the client's (RFC 7009): its session ends, with all tokens of it.
///
/// What is no token of ours, or no longer, is answered like one that was revoked.
#[utoipa::path(
    post,
    path = "/oauth/revoke",
    operation_id = "revoke_token",
    tag = "oauth",
    params(("X-Tenant-ID" = Option<String>, Header, description = "If present, must be the client's tenant.")),
    request_body(content(
        (RevokeTokenRequest = "application/x-www-form-urlencoded"),
        (RevokeTokenRequest = "application/json"),
    )),
    security(("client" = [])),
    responses(
        (status = 200, description = "Revoked; an empty text.", body = String),
        (status = 400, description = "`invalid_grant`: the token was issued to another client, or to none.",
            body = SimpleResponse),
        (status = 401, description = "`invalid_client`: the client did not authenticate.", body = SimpleResponse),
        (status = 403, description = "`X-Tenant-ID` names another tenant.", body = SimpleResponse),
    )
)]
pub async fn revoke(
    State(state): State<AppState>,
    source: Source,
    tenant: TenantHeader,
    headers: HeaderMap,
    body: Result<FormOrJson<RevokeTokenRequest>, ApiError>,
) -> Result<Json<&'static str>, ApiError> {
    let revoked = async {
        let FormOrJson(body) = body?;
        let credentials = credentials(&headers, body.client_id, body.client_secret)?;
        let client = token::authenticate(&state, &credentials, tenant.named()?).await?;
        Ok(token::revoke(&state, &client, &body.token.into_secret(), &source).await?)
    };
    revoked.await.map(|()| Json("")).map_err(in_oauth)
}
