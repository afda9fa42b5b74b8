//! `POST /auth/api-keys`

use super::ApiKeyInfo;
use crate::codes;
use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Source};
use crate::state::AppState;
use crate::wire::{Data, Text};
use authms_core::access::{Permission, Role};
use authms_core::key::{self, CreateKey, Environment};
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `dto.CreateApiKeyRequest`, and the rank.
#[derive(Deserialize, ToSchema, Debug)]
pub struct CreateApiKeyRequest {
    /// `live`, the default, or `test`.
    environment: Option<Text<16>>,
    /// RFC 3339; never if absent.
    expires_at: Option<Text<40>>,
    /// 1–100 characters.
    name: Text<100>,
    /// The highest rank of user that it may touch: `member`, the default, or higher, up to your own.
    rank: Option<Text<16>>,
    /// What it may do, such as `ticket:mint`.
    scopes: Option<Vec<Text<32>>>,
}

/// `dto.CreateApiKeyResponse`
#[derive(Serialize, ToSchema, Debug)]
pub struct CreatedApiKey {
    /// The key, described.
    #[serde(flatten)]
    key: ApiKeyInfo,
    /// The key itself; shown this once.
    raw_key: String,
}

/// Creates an API key.
#[utoipa::path(
    post,
    path = "/auth/api-keys",
    operation_id = "create_api_key",
    tag = "api keys",
    request_body = CreateApiKeyRequest,
    security(("bearer" = [])),
    responses((status = 201, description = "Created.", body = Data<CreatedApiKey>))
)]
pub async fn create(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    source: Source,
    Json(body): Json<CreateApiKeyRequest>,
) -> Result<(StatusCode, Json<Data<CreatedApiKey>>), ApiError> {
    let created = key::create(&state, &caller, read(body)?, &source).await?;
    let answer = CreatedApiKey { raw_key: created.raw.expose().to_owned(), key: created.key.into() };
    Ok((StatusCode::CREATED, Json(Data::new(answer, state.now()))))
}

fn read(body: CreateApiKeyRequest) -> Result<CreateKey, ApiError> {
    let environment = body.environment.map(|e| Environment::parse(&e));
    let rank = body.rank.map(|r| Role::parse(&r));
    let scopes = body.scopes.into_iter().flatten();
    Ok(CreateKey {
        name: body.name.into_string(),
        scopes: scopes.map(|s| Permission::parse(&s).ok_or_else(unknown_scope)).collect::<Result<_, _>>()?,
        rank: rank.map(|r| r.ok_or_else(|| ApiError::malformed("rank", "no such rank"))).transpose()?,
        environment: environment
            .map(|e| e.ok_or_else(|| ApiError::malformed("environment", "must be live or test")))
            .transpose()?,
        expires_at: body
            .expires_at
            .map(|t| t.parse().map_err(|_| ApiError::malformed("expires_at", "must be RFC 3339")))
            .transpose()?,
    })
}

fn unknown_scope() -> ApiError {
    let known: Vec<_> =
        Permission::ALL.into_iter().filter(|p| p.is_scope()).map(Permission::as_str).collect();
    ApiError::from(codes::MALFORMED)
        .saying(format!("scopes: must be among {}", known.join(", ")))
        .with("member", "scopes")
}
