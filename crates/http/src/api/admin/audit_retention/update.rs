//! `PUT /admin/audit/retention-policy`

use super::{AuditRetentionPolicy, render};
use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Source};
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse, Text};
use authms_core::audit::{self, UpdateRetention};
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

/// `dto.RetentionPolicyRequest`: what is to change; absent members stay.
#[derive(Deserialize, ToSchema, Debug)]
pub struct AuditRetentionRequest {
    /// Empty: nothing is put elsewhere before it is erased, so anything else is refused.
    archive_to: Option<Text<64>>,
    /// Empty.
    bucket: Option<Text<256>>,
    /// How long rows are to be kept, in days, within what the operator allows.
    #[schema(minimum = 1)]
    days: Option<i64>,
    /// Whether that counts, which it does unless this is false; else rows are kept as the operator set it.
    enabled: Option<bool>,
}

/// Changes how long rows of the audit log of the caller's tenant are kept: longer at once, shorter after a week, so that others can see it
/// before anything is erased.
#[utoipa::path(
    put,
    path = "/admin/audit/retention-policy",
    operation_id = "update_audit_retention",
    tag = "audit",
    request_body = AuditRetentionRequest,
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 200, description = "How long.", body = Data<AuditRetentionPolicy>),
        (status = 400, description = "It is not within bounds, or an archive is asked for.", body = SimpleResponse),
        (status = 403, description = "The caller may not change the tenant.", body = SimpleResponse),
        (status = 409, description = "Somebody else changed the tenant meanwhile.", body = SimpleResponse),
    )
)]
pub async fn update(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    source: Source,
    Json(body): Json<AuditRetentionRequest>,
) -> Result<Json<Data<AuditRetentionPolicy>>, ApiError> {
    for (member, text) in [("archive_to", body.archive_to.as_deref()), ("bucket", body.bucket.as_deref())] {
        if text.is_some_and(|text| !text.is_empty()) {
            return Err(ApiError::malformed(member, "there is no archive; take exports along"));
        }
    }
    let ask = UpdateRetention { enabled: body.enabled, days: body.days };
    let kept = audit::update_retention(&state, &caller, ask, &source).await?;
    Ok(Json(Data::new(render(&kept, &state.policy.audit_kept), state.now())))
}
