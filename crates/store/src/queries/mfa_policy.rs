//! When a tenant asks for second factors, in one column of its row.

use super::columns::Columns;
use super::conn::Result;
use authms_core::access::Role;
use authms_core::factor::{FactorKind, FactorKinds};
use authms_core::mfa::MfaPolicy;
use serde::Deserialize;
use serde_json::json;

/// The policy at rest.
#[derive(Deserialize)]
struct Row {
    always: bool,
    from_role: Option<String>,
    low: Vec<String>,
    medium: Vec<String>,
    high: Vec<String>,
}

/// The policy in the next column. One that cannot be read is an error, never no policy.
pub(super) fn read(c: &mut Columns<'_>) -> Result<MfaPolicy> {
    Ok(c.named_if(parse)?.unwrap_or_default())
}

fn parse(text: &str) -> Option<MfaPolicy> {
    let row: Row = serde_json::from_str(text).ok()?;
    let kinds =
        |names: &[String]| names.iter().map(|n| FactorKind::parse(n)).collect::<Option<FactorKinds>>();
    Some(MfaPolicy {
        always: row.always,
        from_role: match row.from_role {
            Some(name) => Some(Role::parse(&name)?),
            None => None,
        },
        low: kinds(&row.low)?,
        medium: kinds(&row.medium)?,
        high: kinds(&row.high)?,
    })
}

/// The column of this policy.
pub(super) fn column(policy: &MfaPolicy) -> Option<String> {
    let names = |kinds: FactorKinds| kinds.iter().map(FactorKind::as_str).collect::<Vec<_>>();
    let row = json!({
        "always": policy.always,
        "from_role": policy.from_role.map(Role::as_str),
        "low": names(policy.low),
        "medium": names(policy.medium),
        "high": names(policy.high),
    });
    (*policy != MfaPolicy::default()).then(|| row.to_string())
}
