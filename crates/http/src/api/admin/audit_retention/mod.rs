//! How long the caller's tenant keeps rows of its audit log.

pub mod show;
pub mod update;

use authms_core::audit::{Bounds, Days, Kept};
use serde::Serialize;
use utoipa::ToSchema;

/// `dto.RetentionPolicyResponse`
#[derive(Serialize, ToSchema, Debug)]
pub struct AuditRetentionPolicy {
    /// Empty: nothing is put elsewhere before it is erased. Take exports along.
    archive_to: &'static str,
    /// Empty.
    bucket: &'static str,
    /// When the tenant first wanted something of its own, in seconds since 1970; absent if it never did.
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at: Option<i64>,
    /// How long rows are to be kept, in days; 0: for ever.
    days: Days,
    /// How long they are kept now: for a week after less was asked for, what held before.
    days_in_force: Days,
    /// Whether that is the tenant's own wish; else it is what the operator set.
    enabled: bool,
    /// The longest that the operator allows; 0: for ever.
    max_days: Days,
    /// The shortest.
    min_days: Days,
    /// The tenant.
    tenant_id: String,
    /// When the tenant's wish last changed, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    updated_at: Option<i64>,
}

fn render(kept: &Kept, bounds: &Bounds) -> AuditRetentionPolicy {
    AuditRetentionPolicy {
        archive_to: "",
        bucket: "",
        created_at: kept.own.map(|own| own.created_at.as_seconds()),
        days: kept.wanted,
        days_in_force: kept.in_force,
        enabled: kept.own.is_some_and(|own| own.enabled),
        max_days: bounds.most,
        min_days: bounds.least,
        tenant_id: kept.tenant.to_string(),
        updated_at: kept.own.map(|own| own.updated_at.as_seconds()),
    }
}
