//! `GET /admin/audit/hashchain/{tenant_id}`

use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Path};
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse};
use authms_core::audit;
use authms_core::id::TenantId;
use authms_crypto::merkle;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

/// `dto.HashChainResponse`
#[derive(Serialize, ToSchema, Debug)]
pub struct HashChain {
    /// The root over all of it, in hexadecimal digits.
    end_hash: String,
    /// Whether the newest 10,000 events are what was signed.
    is_valid: bool,
    /// How many leaves the tree has.
    log_count: u64,
    /// The first leaf, in hexadecimal digits.
    start_hash: String,
    /// The tenant.
    tenant_id: String,
    /// When that was looked at, in seconds since 1970.
    verified_at: i64,
}

/// How the tenant's log begins and ends, and whether its newest events are what was signed. `authms audit verify` looks at all of it.
#[utoipa::path(
    get,
    path = "/admin/audit/hashchain/{tenant_id}",
    operation_id = "audit_hash_chain",
    tag = "audit",
    params(("tenant_id" = String, Path)),
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 200, description = "The log as a whole.", body = Data<HashChain>),
        (status = 403, description = "The caller may not read it, or it is another tenant's.", body = SimpleResponse),
        (status = 409, description = "Nothing is sealed yet.", body = SimpleResponse),
    )
)]
pub async fn chain(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Path(tenant): Path<TenantId>,
) -> Result<Json<Data<HashChain>>, ApiError> {
    let (tree, checked) = audit::check(&state, &caller, Some(tenant), None, None).await?;
    let ends = audit::ends(&state, &tree).await?;
    let chain = HashChain {
        end_hash: merkle::to_hex(&ends.root),
        is_valid: checked.wrong.is_none(),
        log_count: tree.size,
        start_hash: merkle::to_hex(&ends.leaf),
        tenant_id: tenant.to_string(),
        verified_at: state.now().as_seconds(),
    };
    Ok(Json(Data::new(chain, state.now())))
}
