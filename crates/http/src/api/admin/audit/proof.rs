//! `GET /admin/audit/merkle-proof`

use super::MerkleProof;
use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Query};
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse, TenantIdText, Text};
use authms_core::audit::{self, AuditError};
use authms_core::id::EventId;
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

/// Which event.
#[derive(Deserialize, IntoParams, Debug)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// The caller's tenant.
    #[param(value_type = Option<String>)]
    tenant_id: Option<TenantIdText>,
    /// The event.
    entry_id: Text<64>,
}

/// What shows that an event is in the tenant's tree (RFC 9162 §2.1.3).
#[utoipa::path(
    get,
    path = "/admin/audit/merkle-proof",
    operation_id = "audit_merkle_proof",
    tag = "audit",
    params(Asked),
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 200, description = "The proof.", body = Data<MerkleProof>),
        (status = 403, description = "The caller may not read it, or names another tenant.", body = SimpleResponse),
        (status = 404, description = "No such event in the caller's tenant.", body = SimpleResponse),
        (status = 409, description = "It is not sealed yet.", body = SimpleResponse),
    )
)]
pub async fn proof(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Query(asked): Query<Asked>,
) -> Result<Json<Data<MerkleProof>>, ApiError> {
    let tree = audit::own_tree(&state, &caller, asked.tenant_id.map(|tenant| tenant.0)).await?;
    let id = EventId::parse(&asked.entry_id).ok_or(AuditError::Unknown)?;
    let shown = audit::proof(&state, &caller, &tree, id).await?;
    Ok(Json(Data::new(MerkleProof::of(id.to_string(), &shown, &tree), state.now())))
}
