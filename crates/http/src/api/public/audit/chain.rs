//! `GET /audit/public/hashchain`

use crate::error::ApiError;
use crate::extract::Json;
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse, Time};
use authms_core::audit;
use authms_crypto::merkle;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

/// `dto.PublicHashChain`
#[derive(Serialize, ToSchema, Default, Debug)]
pub struct PublicHashChain {
    /// The root over all of it, in hexadecimal digits; empty as long as nothing is sealed.
    end_hash: String,
    /// The head that the root stands in, signed: keep it elsewhere.
    head: String,
    /// When that was signed, after what the store had was compared with the head before.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_validated: Option<Time>,
    /// How many leaves the tree has.
    log_count: u64,
    /// The first leaf, in hexadecimal digits.
    start_hash: String,
}

/// How the installation's own log begins and ends, which is about no tenant and names none: heads that somebody else kept show whether it was
/// changed since.
#[utoipa::path(
    get,
    path = "/audit/public/hashchain",
    operation_id = "public_audit_hash_chain",
    tag = "audit",
    responses(
        (status = 200, description = "The log as a whole.", body = Data<PublicHashChain>),
        (status = 503, description = "The store cannot answer.", body = SimpleResponse),
    )
)]
pub async fn chain(State(state): State<AppState>) -> Result<Json<Data<PublicHashChain>>, ApiError> {
    let chain = match audit::public_chain(&state).await? {
        None => PublicHashChain::default(),
        Some((head, signed, leaf)) => PublicHashChain {
            end_hash: merkle::to_hex(&head.root),
            head: signed,
            last_validated: Some(head.at.into()),
            log_count: head.size,
            start_hash: merkle::to_hex(&leaf),
        },
    };
    Ok(Json(Data::new(chain, state.now())))
}
