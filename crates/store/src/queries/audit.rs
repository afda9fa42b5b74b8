//! What acts leave in the audit log: rows that wait until they are sealed ([`super::audit_tree`]).

use super::conn::{Conn, Result, params};
use super::{change, first};
use authms_core::audit::AuditRow;
use authms_core::time::Timestamp;

/// The time of the last commit that left a row, be it one that waits or the last that was sealed.
pub(crate) fn last_time(conn: Conn<'_>) -> Result<Option<Timestamp>> {
    let waiting = first(conn, "SELECT at FROM audit_log ORDER BY seq DESC LIMIT 1", params![], |c| c.time())?;
    let sealed = first(conn, "SELECT last_at FROM audit_sealer", params![], |c| c.time())?;
    Ok(waiting.max(sealed))
}

/// Leaves a row to be sealed.
pub(crate) fn append(conn: Conn<'_>, row: &AuditRow, at: Timestamp) -> Result<()> {
    let sql = "INSERT INTO audit_log (id, tenant, name, at, body) VALUES (?1, ?2, ?3, ?4, ?5)";
    let tenant = row.tenant.as_ref().map(|t| t.bytes());
    change(conn, sql, params![row.id.bytes(), tenant, row.name.as_str(), at.as_millis(), row.body])
}
