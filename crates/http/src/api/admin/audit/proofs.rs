//! `POST /admin/audit/merkle-proofs`

use super::MerkleProof;
use crate::error::ApiError;
use crate::extract::{Authenticated, Json};
use crate::state::AppState;
use crate::wire::{AtMost, Data, SimpleResponse, Text};
use authms_core::audit::{self, AuditError, PROOFS};
use authms_core::id::EventId;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `dto.MerkleProofsRequest`
#[derive(Deserialize, ToSchema, Debug)]
pub struct MerkleProofsRequest {
    /// The events, at most 100.
    #[schema(value_type = Vec<Text<64>>, max_items = 100)]
    entry_ids: AtMost<PROOFS, Text<64>>,
}

/// `dto.MerkleProofsResponse`
#[derive(Serialize, ToSchema, Debug)]
pub struct MerkleProofs {
    /// How many proofs there are.
    found: usize,
    /// Events that the caller's tenant has not, or not sealed yet.
    not_found: Vec<String>,
    /// A proof each, all of the same head.
    proofs: Vec<MerkleProof>,
    /// How many were asked for.
    total: usize,
}

/// What shows that events are in the tenant's tree, all against the same root.
#[utoipa::path(
    post,
    path = "/admin/audit/merkle-proofs",
    operation_id = "audit_merkle_proofs",
    tag = "audit",
    request_body = MerkleProofsRequest,
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 200, description = "The proofs.", body = Data<MerkleProofs>),
        (status = 400, description = "The request is malformed.", body = SimpleResponse),
        (status = 409, description = "Nothing is sealed yet.", body = SimpleResponse),
    )
)]
pub async fn proofs(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Json(asked): Json<MerkleProofsRequest>,
) -> Result<Json<Data<MerkleProofs>>, ApiError> {
    let tree = audit::own_tree(&state, &caller, None).await?;
    let (mut proofs, mut not_found) = (Vec::new(), Vec::new());
    let asked = asked.entry_ids.into_vec();
    let total = asked.len();
    for text in &asked {
        let shown = match EventId::parse(text) {
            Some(id) => audit::proof(&state, &caller, &tree, id).await,
            None => Err(AuditError::Unknown),
        };
        match shown {
            Ok(shown) => proofs.push(MerkleProof::of(text.to_string(), &shown, &tree)),
            Err(AuditError::Unknown | AuditError::NotSealed) => not_found.push(text.to_string()),
            Err(other) => return Err(other.into()),
        }
    }
    Ok(Json(Data::new(MerkleProofs { found: proofs.len(), not_found, proofs, total }, state.now())))
}
