//! `GET /admin/audit/hashchain/{tenant_id}/verify-by-date`

use super::days;
use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Path, Query};
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse, Text};
use authms_core::audit;
use authms_core::audit::log::{Checked, Wrong};
use authms_core::id::TenantId;
use authms_crypto::merkle;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which events.
#[derive(Deserialize, IntoParams, Debug)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// On this day, `2026-01-01` in UTC, or later.
    start_date: Option<Text<64>>,
    /// On this day or earlier.
    end_date: Option<Text<64>>,
}

/// `dto.VerifyChainResponse`
#[derive(Serialize, ToSchema, Debug)]
pub struct VerifiedChain {
    /// The first event that is wrong, by its leaf; absent if none is.
    #[serde(skip_serializing_if = "Option::is_none")]
    broken_at: Option<u64>,
    /// How many events were looked at.
    checked_count: u64,
    /// The leaf of the first of them, in hexadecimal digits; empty without any.
    first_hash: String,
    /// The leaf of the last of them.
    last_hash: String,
    /// For people: what is wrong.
    message: String,
    /// Whether they are what was signed.
    valid: bool,
}

impl From<Checked> for VerifiedChain {
    fn from(checked: Checked) -> Self {
        let (first, last) = checked.ends.unzip();
        let hash = |hash: Option<merkle::Hash>| hash.as_ref().map(merkle::to_hex).unwrap_or_default();
        Self {
            broken_at: checked.wrong.as_ref().and_then(Wrong::row),
            checked_count: checked.rows,
            first_hash: hash(first),
            last_hash: hash(last),
            message: checked.wrong.as_ref().map_or_else(|| "nothing is wrong".to_owned(), Wrong::to_string),
            valid: checked.wrong.is_none(),
        }
    }
}

/// Verifies the newest 10,000 events of these days: each against its leaf, and the leaves against the signed root of all. `authms audit
/// verify` looks at everything, and beside heads that were kept elsewhere.
#[utoipa::path(
    get,
    path = "/admin/audit/hashchain/{tenant_id}/verify-by-date",
    operation_id = "verify_audit_by_date",
    tag = "audit",
    params(("tenant_id" = String, Path), Asked),
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 200, description = "What was found.", body = Data<VerifiedChain>),
        (status = 400, description = "A day cannot be read.", body = SimpleResponse),
        (status = 403, description = "The caller may not read it, or it is another tenant's.", body = SimpleResponse),
        (status = 409, description = "Nothing is sealed yet.", body = SimpleResponse),
    )
)]
pub async fn check(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Path(tenant): Path<TenantId>,
    Query(asked): Query<Asked>,
) -> Result<Json<Data<VerifiedChain>>, ApiError> {
    let (from, until) = days(asked.start_date.as_deref(), asked.end_date.as_deref())?;
    let (_, checked) = audit::check(&state, &caller, Some(tenant), from, until).await?;
    Ok(Json(Data::new(checked.into(), state.now())))
}
