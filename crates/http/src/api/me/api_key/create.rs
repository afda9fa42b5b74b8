//! `POST /auth/api-keys`

use super::{CreatedApiKey, clients, environment, scopes};
use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Source};
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse, Text};
use authms_core::access::Role;
use authms_core::key::{self, CreateKey, NewRestriction};
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

/// `dto.CreateApiKeyRequest`, the rank and the restrictions.
#[derive(Deserialize, ToSchema, Debug)]
pub struct CreateApiKeyRequest {
    /// The only clients that it mints tickets for; any if there are none.
    client_ids: Option<Vec<Text<64>>>,
    /// `live`, the default, or `test`.
    environment: Option<Text<16>>,
    /// RFC 3339; never if absent.
    expires_at: Option<Text<40>>,
    /// The addresses or networks (as CIDR) that it may be used from; from anywhere if there are none.
    ip_restrictions: Option<Vec<Text<64>>>,
    /// 1–100 characters.
    name: Text<100>,
    /// The highest rank of user that it may touch: `member`, the default, or higher, up to your own.
    rank: Option<Text<16>>,
    /// What it may do, such as `ticket:mint`.
    scopes: Option<Vec<Text<32>>>,
}

/// Creates an API key.
#[utoipa::path(
    post,
    path = "/auth/api-keys",
    operation_id = "create_api_key",
    tag = "api keys",
    request_body = CreateApiKeyRequest,
    security(("bearer" = [])),
    responses(
        (status = 201, description = "Created.", body = Data<CreatedApiKey>),
        (status = 404, description = "One of `client_ids` is no client of the tenant.", body = SimpleResponse),
    )
)]
pub async fn create(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    source: Source,
    Json(body): Json<CreateApiKeyRequest>,
) -> Result<(StatusCode, Json<Data<CreatedApiKey>>), ApiError> {
    let created = key::create(&state, &caller, read(body)?, &source).await?;
    Ok((StatusCode::CREATED, Json(Data::new(created.into(), state.now()))))
}

fn read(body: CreateApiKeyRequest) -> Result<CreateKey, ApiError> {
    let rank = body.rank.map(|r| Role::parse(&r));
    Ok(CreateKey {
        name: body.name.into_string(),
        scopes: scopes(body.scopes.unwrap_or_default())?,
        rank: rank.map(|r| r.ok_or_else(|| ApiError::malformed("rank", "no such rank"))).transpose()?,
        environment: body.environment.map(|e| environment(&e)).transpose()?,
        expires_at: body
            .expires_at
            .map(|t| t.parse().map_err(|_| ApiError::malformed("expires_at", "must be RFC 3339")))
            .transpose()?,
        networks: body.ip_restrictions.into_iter().flatten().map(unlabelled).collect(),
        clients: clients(body.client_ids.unwrap_or_default())?,
    })
}

fn unlabelled(value: Text<64>) -> NewRestriction {
    NewRestriction { value: value.into_string(), label: None }
}
