//! When a tenant asks for second factors.

pub mod evaluate;
pub mod list_levels;
pub mod reset_level;
pub mod show;
pub mod update;
pub mod update_level;

use crate::codes;
use crate::error::ApiError;
use crate::extract::PathParams;
use crate::wire::Text;
use authms_core::access::Role;
use authms_core::factor::{FactorKind, FactorKinds};
use authms_core::id::TenantId;
use authms_core::mfa::MfaPolicy;
use authms_core::risk::Level;
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

/// `dto.RiskPolicyItem`: one level of the policy.
#[derive(Serialize, ToSchema, Debug)]
pub struct RiskPolicyItem {
    /// Whether a factor is asked for at this level.
    enabled: bool,
    /// The level: what its path takes.
    id: &'static str,
    /// `low`, `medium` or `high`.
    level: &'static str,
    /// The methods that satisfy; none: nothing is asked for.
    required_methods: Vec<&'static str>,
}

impl RiskPolicyItem {
    fn of(policy: &MfaPolicy, level: Level) -> Self {
        let methods = policy.at(level);
        Self {
            enabled: !methods.is_empty(),
            id: level.as_str(),
            level: level.as_str(),
            required_methods: methods.iter().map(FactorKind::as_str).collect(),
        }
    }
}

/// The levels at which a factor can be asked for: above them a sign-in is refused.
const LEVELS: [Level; 3] = [Level::Low, Level::Medium, Level::High];

/// One of them by name, in a path.
#[derive(Clone, Copy, Debug)]
pub struct PolicyLevel(Level);

impl PathParams for PolicyLevel {
    fn read<'a>(mut segments: impl Iterator<Item = &'a str>) -> Result<Self, ApiError> {
        let level = segments.next().and_then(Level::parse).filter(|level| LEVELS.contains(level));
        level.map(Self).ok_or_else(|| codes::MFA_LEVEL.into())
    }
}

fn kinds(member: &'static str, names: &[Text<32>]) -> Result<FactorKinds, ApiError> {
    let known = names.iter().map(|name| FactorKind::parse(name)).collect::<Option<FactorKinds>>();
    known.ok_or_else(|| ApiError::malformed(member, "must list totp, passkey, email, sms or backup"))
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
