//! When a tenant asks for second factors.

pub mod show;
pub mod update;

use authms_core::access::Role;
use authms_core::factor::{FactorKind, FactorKinds};
use authms_core::id::TenantId;
use authms_core::mfa::MfaPolicy;
use serde::Serialize;
use utoipa::ToSchema;

/// `dto.RiskPolicyResponse`, and when a factor is asked for whatever the risk.
#[derive(Serialize, ToSchema, Debug)]
pub struct MfaPolicyDetails {
    /// Whether a factor is asked for at every sign-in.
    always: bool,
    /// The least role whose members are asked at every sign-in; null: none.
    from_role: Option<&'static str>,
    /// At high risk.
    high_risk: MfaPolicyLevel,
    /// At low risk.
    low_risk: MfaPolicyLevel,
    /// At medium risk.
    medium_risk: MfaPolicyLevel,
    /// The tenant.
    tenant_id: String,
}

/// `dto.RiskPolicyLevel`.
#[derive(Serialize, ToSchema, Debug)]
pub struct MfaPolicyLevel {
    /// The methods that satisfy; none: nothing is asked for.
    required_methods: Vec<&'static str>,
}

fn render(policy: &MfaPolicy, tenant: TenantId) -> MfaPolicyDetails {
    let level = |kinds: FactorKinds| MfaPolicyLevel {
        required_methods: kinds.iter().map(FactorKind::as_str).collect(),
    };
    MfaPolicyDetails {
        always: policy.always,
        from_role: policy.from_role.map(Role::as_str),
        high_risk: level(policy.high),
        low_risk: level(policy.low),
        medium_risk: level(policy.medium),
        tenant_id: tenant.to_string(),
    }
}
