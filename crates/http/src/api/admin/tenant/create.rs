//! `POST /admin/tenants`

use super::TenantDetails;
use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Source};
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse, Text};
use authms_core::tenant;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

/// A new tenant.
#[derive(Deserialize, ToSchema, Debug)]
pub struct CreateTenantRequest {
    /// 1–64 characters, unique.
    name: Text<64>,
}

/// Creates a tenant, with the caller as its first super administrator. For super administrators of the default tenant.
#[utoipa::path(
    post,
    path = "/admin/tenants",
    operation_id = "create_tenant",
    tag = "tenants",
    request_body = CreateTenantRequest,
    security(("bearer" = [])),
    responses(
        (status = 201, description = "Created.", body = Data<TenantDetails>),
        (status = 409, description = "The name is taken.", body = SimpleResponse),
    )
)]
pub async fn create(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    source: Source,
    Json(body): Json<CreateTenantRequest>,
) -> Result<(StatusCode, Json<Data<TenantDetails>>), ApiError> {
    let tenant = tenant::create(&state, &caller, &body.name, &source).await?;
    Ok((StatusCode::CREATED, Json(Data::new(tenant.into(), state.now()))))
}
