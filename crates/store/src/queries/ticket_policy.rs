//! A tenant's ticket policy, in one column of its row.

use super::columns::Columns;
use super::conn::Result;
use authms_core::ticket::TicketPolicy;
use authms_core::time::Span;
use serde::Deserialize;
use serde_json::json;

/// The policy at rest; what a row leaves out asks for nothing.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Row {
    require_client: bool,
    require_proof: bool,
    forbid_unbound: bool,
    default_ttl_ms: Option<i64>,
    max_ttl_ms: Option<i64>,
}

/// The policy in the next column. One that cannot be read is an error, never no policy.
pub(super) fn read(c: &mut Columns<'_>) -> Result<TicketPolicy> {
    let row: Row = c.named_if(|text| serde_json::from_str(text).ok())?.unwrap_or_default();
    Ok(TicketPolicy {
        require_client: row.require_client,
        require_proof: row.require_proof,
        forbid_unbound: row.forbid_unbound,
        default_ttl: row.default_ttl_ms.map(Span::millis),
        max_ttl: row.max_ttl_ms.map(Span::millis),
    })
}

/// The column of this policy.
pub(super) fn column(policy: &TicketPolicy) -> Option<String> {
    let row = json!({
        "require_client": policy.require_client,
        "require_proof": policy.require_proof,
        "forbid_unbound": policy.forbid_unbound,
        "default_ttl_ms": policy.default_ttl.map(Span::as_millis),
        "max_ttl_ms": policy.max_ttl.map(Span::as_millis),
    });
    (*policy != TicketPolicy::default()).then(|| row.to_string())
}
