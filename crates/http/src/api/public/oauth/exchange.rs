//! `POST /oauth/token-exchange`

use super::{credentials, in_token_endpoint};
use crate::api::admin::impersonation::act_request;
use crate::codes;
use crate::error::ApiError;
use crate::extract::{FormOrJson, Json, Source, TenantHeader, basic, step_up_token};
use crate::state::AppState;
use crate::wire::{SecretText, SimpleResponse, Text};
use authms_core::client::Client;
use authms_core::on_behalf::Terms;
use authms_core::token::{self, Exchange};
use axum::extract::State;
use axum::http::HeaderMap;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The only grant.
pub const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

/// RFC 8693 §2.1, and what an act needs besides. A member without a value is as good as absent.
#[derive(Deserialize, ToSchema, Debug)]
pub struct TokenExchangeRequest {
    /// `urn:ietf:params:oauth:grant-type:token-exchange`
    grant_type: Text<100>,
    /// An access token of the user's own, issued to the client.
    subject_token: Option<SecretText<8192>>,
    /// If it is there: `urn:ietf:params:oauth:token-type:access_token`.
    subject_token_type: Option<Text<100>>,
    /// An access token of whoever is to act, issued to the client.
    actor_token: Option<SecretText<8192>>,
    /// The same as `subject_token_type`.
    actor_token_type: Option<Text<100>>,
    /// The same.
    requested_token_type: Option<Text<100>>,
    /// If it is there, the client itself.
    audience: Option<Text<200>>,
    /// None can be named.
    resource: Option<Text<2000>>,
    /// `read`, which is what stands if it is absent, or `read write`.
    scope: Option<Text<200>>,
    /// Why: required, and told to the user. At most 500 characters.
    reason: Option<Text<500>>,
    /// What it is filed under elsewhere, such as a case number; the tenant may require it.
    reference: Option<Text<100>>,
    /// The request that was cleared for this, where the tenant wants it; reason and all else are as there.
    act_request: Option<Text<64>>,
    /// The client, unless it authenticates by Basic; beside that, the same.
    client_id: Option<Text<64>>,
    /// The client's secret.
    client_secret: Option<SecretText<256>>,
}

/// `dto.OAuthTokenResponse`, RFC 8693 §2.2.1; there is no refresh token.
#[derive(Serialize, ToSchema, Debug)]
pub struct OAuthTokenResponse {
    /// The access token of the session on the user's behalf.
    access_token: String,
    /// Seconds until it expires, and the session with it.
    #[schema(example = 1800)]
    expires_in: i64,
    /// `urn:ietf:params:oauth:token-type:access_token`
    issued_token_type: &'static str,
    /// What may be done: no more than both may, and of that what was asked for.
    scope: String,
    /// `Bearer`
    token_type: &'static str,
}

/// Begins to act on a user's behalf, for a client that has their own token and the actor's (RFC 8693).
///
/// By the rules of `/admin/impersonate`; every refusal but that of the client itself is 400, with the code that it has there.
#[utoipa::path(
    post,
    path = "/oauth/token-exchange",
    operation_id = "exchange_token",
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
        (status = 400, description = "`error` says what of the request is refused, `code` and `message` why.",
            body = SimpleResponse),
        (status = 401, description = "`invalid_client`: the client did not authenticate.", body = SimpleResponse),
    )
)]
pub async fn exchange(
    State(state): State<AppState>,
    source: Source,
    tenant: TenantHeader,
    headers: HeaderMap,
    body: Result<FormOrJson<TokenExchangeRequest>, ApiError>,
) -> Result<Json<OAuthTokenResponse>, ApiError> {
    exchanged(&state, &source, tenant, &headers, body).await
}

/// What both paths do.
pub(super) async fn exchanged(
    state: &AppState,
    source: &Source,
    tenant: TenantHeader,
    headers: &HeaderMap,
    body: Result<FormOrJson<TokenExchangeRequest>, ApiError>,
) -> Result<Json<OAuthTokenResponse>, ApiError> {
    let done = async {
        let FormOrJson(mut body) = body?;
        let client = body.client(state, tenant, headers).await?;
        let ask = body.read(headers, &client)?;
        let session = token::exchange(state, client, ask, source).await?;
        Ok(OAuthTokenResponse {
            access_token: session.access_token.expose().to_owned(),
            expires_in: session.expires_in.as_seconds(),
            issued_token_type: ACCESS_TOKEN,
            scope: session.scope.unwrap_or_default(),
            token_type: "Bearer",
        })
    };
    done.await.map(Json).map_err(in_token_endpoint)
}

impl TokenExchangeRequest {
    /// The client, which may name itself beside its credentials (RFC 6749 §3.2.1).
    async fn client(
        &mut self,
        state: &AppState,
        tenant: TenantHeader,
        headers: &HeaderMap,
    ) -> Result<Client, ApiError> {
        let (id, secret) = (self.client_id.take(), self.client_secret.take());
        let by_basic = basic(headers).ok().flatten();
        let id = id.filter(|id| secret.is_some() || by_basic.is_none_or(|basic| basic.id != **id));
        Ok(token::authenticate(state, &credentials(headers, id, secret)?, tenant.named()?).await?)
    }

    /// What it asks for of the use case.
    fn read(self, headers: &HeaderMap, client: &Client) -> Result<Exchange, ApiError> {
        if *self.grant_type != *GRANT_TYPE {
            return Err(codes::GRANT_TYPE.into());
        }
        let types = [
            ("subject_token_type", self.subject_token_type),
            ("actor_token_type", self.actor_token_type),
            ("requested_token_type", self.requested_token_type),
        ];
        for (member, named) in types {
            if named.is_some_and(|named| !named.is_empty() && *named != *ACCESS_TOKEN) {
                return Err(ApiError::malformed(
                    member,
                    "must be urn:ietf:params:oauth:token-type:access_token",
                ));
            }
        }
        let at = client.id.to_string();
        let elsewhere = given(self.audience).is_some_and(|audience| audience != at);
        if elsewhere || given(self.resource).is_some() {
            return Err(codes::TARGET.into());
        }
        let writes = match given(self.scope).as_deref() {
            None | Some("read") => false,
            Some("read write" | "write read") => true,
            Some(_) => return Err(codes::SCOPE.into()),
        };
        let required = |token: Option<SecretText<8192>>, member| {
            let token = token.filter(|token| !token.expose().is_empty()).ok_or("missing");
            token.map(SecretText::into_secret).map_err(|why| ApiError::malformed(member, why))
        };
        Ok(Exchange {
            subject_token: required(self.subject_token, "subject_token")?,
            actor_token: required(self.actor_token, "actor_token")?,
            reason: self.reason.map(Text::into_string),
            terms: Terms { writes, reference: given(self.reference), ..Terms::default() },
            act_request: act_request(self.act_request.filter(|id| !id.is_empty()))?,
            step_up: step_up_token(headers)?,
        })
    }
}

/// A member that has a value (RFC 6749 §3.2).
fn given<const N: usize>(member: Option<Text<N>>) -> Option<String> {
    member.map(Text::into_string).filter(|text| !text.is_empty())
}
