//! `GET /admin/audit/merkle-root`

use super::day;
use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Query};
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse, TenantIdText, Text};
use authms_core::audit;
use authms_crypto::merkle;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which root.
#[derive(Deserialize, IntoParams, Debug)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// The caller's tenant.
    #[param(value_type = Option<String>)]
    tenant_id: Option<TenantIdText>,
    /// As of the end of this day, `2026-01-31`, in UTC; without it, the present one. Every root is over all that was sealed until then.
    end: Option<Text<64>>,
}

/// `dto.MerkleRootResponse`
#[derive(Serialize, ToSchema, Debug)]
pub struct MerkleRoot {
    /// When it was signed, in seconds since 1970.
    generated_at: i64,
    /// How many leaves the tree had.
    leaf_count: u64,
    /// The day of its signature.
    period: String,
    /// In hexadecimal digits.
    root_hash: String,
    /// The head that it stands in, a JWS that `GET /admin/audit/merkle-root` may be asked for any day, to be kept elsewhere.
    head: String,
    /// The tenant.
    tenant_id: String,
}

/// The signed root of the tenant's tree, present or as of the end of a day.
#[utoipa::path(
    get,
    path = "/admin/audit/merkle-root",
    operation_id = "audit_merkle_root",
    tag = "audit",
    params(Asked),
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 200, description = "The root.", body = Data<MerkleRoot>),
        (status = 400, description = "The day cannot be read.", body = SimpleResponse),
        (status = 403, description = "The caller may not read it, or names another tenant.", body = SimpleResponse),
        (status = 409, description = "Nothing was sealed by then.", body = SimpleResponse),
    )
)]
pub async fn root(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Query(asked): Query<Asked>,
) -> Result<Json<Data<MerkleRoot>>, ApiError> {
    let end = asked.end.map(|text| day("end", &text)).transpose()?;
    let (head, signed) = audit::head(&state, &caller, asked.tenant_id.map(|tenant| tenant.0), end).await?;
    let root = MerkleRoot {
        generated_at: head.at.as_seconds(),
        leaf_count: head.size,
        period: head.at.day().to_string(),
        root_hash: merkle::to_hex(&head.root),
        head: signed,
        tenant_id: head.log.to_string(),
    };
    Ok(Json(Data::new(root, state.now())))
}
