//! `PUT /admin/tenants/{tenant_id}`

use super::TenantDetails;
use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Path, Source};
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse, Text};
use authms_core::id::TenantId;
use authms_core::signing_key::Algorithm;
use authms_core::tenant::{self, TenantStatus, UpdateTenant};
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

/// What is to change; absent members stay.
#[derive(Deserialize, ToSchema, Debug)]
pub struct UpdateTenantRequest {
    /// 1–64 characters, unique.
    name: Option<Text<64>>,
    /// `active` or `disabled`; for super administrators of the default tenant.
    status: Option<Text<16>>,
    /// What its access tokens are to be signed by: `ES256`, `EdDSA` or `RS256`.
    signing_algorithm: Option<Text<16>>,
}

/// Renames, disables or enables a tenant, or changes how its access tokens are signed.
///
/// Disabling ends everything in it at once. The first key of an algorithm signs once it has been in the key set for as
/// long as that may be cached.
#[utoipa::path(
    put,
    path = "/admin/tenants/{tenant_id}",
    operation_id = "update_tenant",
    tag = "tenants",
    params(("tenant_id" = String, Path)),
    request_body = UpdateTenantRequest,
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 200, description = "The tenant.", body = Data<TenantDetails>),
        (status = 404, description = "No such tenant that the caller may see.", body = SimpleResponse),
        (status = 409, description = "The name is taken, or it is the default tenant.", body = SimpleResponse),
    )
)]
pub async fn update(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    source: Source,
    Path(id): Path<TenantId>,
    Json(body): Json<UpdateTenantRequest>,
) -> Result<Json<Data<TenantDetails>>, ApiError> {
    let unknown = || ApiError::malformed("status", "must be active or disabled");
    let status = body.status.map(|s| TenantStatus::parse(&s).ok_or_else(unknown)).transpose()?;
    let unknown = || ApiError::malformed("signing_algorithm", "must be ES256, EdDSA or RS256");
    let algorithm = body.signing_algorithm.map(|a| Algorithm::parse(&a).ok_or_else(unknown)).transpose()?;
    let ask = UpdateTenant { name: body.name.map(Text::into_string), status, signing_algorithm: algorithm };
    let tenant = tenant::update(&state, &caller, id, ask, &source).await?;
    Ok(Json(Data::new(tenant.into(), state.now())))
}
