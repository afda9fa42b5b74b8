//! `GET /admin/audit/verifications`

use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Query};
use crate::state::AppState;
use crate::wire::{List, Paging, SimpleResponse};
use authms_core::audit::{self, Verification};
use authms_crypto::merkle;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

/// `dto.VerificationResultResponse`
#[derive(Serialize, ToSchema, Debug)]
pub struct AuditVerification {
    /// How many events were looked at.
    entries_checked: u64,
    /// What is wrong; absent if nothing is.
    #[serde(skip_serializing_if = "Option::is_none")]
    error_message: Option<String>,
    /// The event that tells of it.
    id: String,
    /// The leaf of the last event that was looked at, in hexadecimal digits; empty without any.
    last_hash: String,
    /// That leaf, counted from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_sequence: Option<u64>,
    /// The tenant.
    tenant_id: String,
    /// Whether the events are what was signed.
    valid: bool,
    /// When, in seconds since 1970.
    validated_at: i64,
}

impl From<Verification> for AuditVerification {
    fn from(made: Verification) -> Self {
        Self {
            entries_checked: made.checked,
            valid: made.wrong.is_none(),
            error_message: made.wrong,
            id: made.id.to_string(),
            last_hash: made.last.map(|(_, hash)| merkle::to_hex(&hash)).unwrap_or_default(),
            last_sequence: made.last.map(|(leaf, _)| leaf),
            tenant_id: made.tenant.to_string(),
            validated_at: made.made_at.as_seconds(),
        }
    }
}

/// The verifications that were asked for in the caller's tenant within a year, newest first.
#[utoipa::path(
    get,
    path = "/admin/audit/verifications",
    operation_id = "list_audit_verifications",
    tag = "audit",
    params(Paging),
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 200, description = "A page of them.", body = List<AuditVerification>),
        (status = 403, description = "The caller may not read the log.", body = SimpleResponse),
    )
)]
pub async fn verifications(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Query(paging): Query<Paging>,
) -> Result<Json<List<AuditVerification>>, ApiError> {
    let page = audit::verifications(&state, &caller, paging.request()).await?;
    Ok(Json(List::new(page, AuditVerification::from, state.now())))
}
