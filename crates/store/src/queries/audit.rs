//! What acts leave in the audit log: rows that wait until they are sealed ([`super::audit_tree`]).

use super::conn::{Conn, Result, params};
use super::first;
use authms_core::audit::AuditRow;
use authms_core::time::Timestamp;

/// The time of the last commit that left a row, be it one that waits or the last that was sealed.
pub(crate) fn last_time(conn: Conn<'_>) -> Result<Option<Timestamp>> {
    let waiting = first(conn, "SELECT at FROM audit_log ORDER BY seq DESC LIMIT 1", params![], |c| c.time())?;
    let sealed = first(conn, "SELECT last_at FROM audit_sealer", params![], |c| c.time())?;
    Ok(waiting.max(sealed))
}

/// How many rows wait to be sealed, and how many are: every act, and every sealing, makes them others.
pub(crate) fn counts(conn: Conn<'_>) -> Result<(u64, u64)> {
    let waiting = first(conn, "SELECT count(*) FROM audit_log", params![], |c| c.count())?;
    let sealed = "SELECT CAST(coalesce(sum(size), 0) AS BIGINT) FROM audit_trees";
    Ok((waiting.unwrap_or(0), first(conn, sealed, params![], |c| c.count())?.unwrap_or(0)))
}

/// Leaves a row to be sealed.
pub(crate) fn append(conn: Conn<'_>, row: &AuditRow, at: Timestamp) -> Result<()> {
    let sql = "INSERT INTO audit_log (id, tenant, name, at, body) VALUES (?1, ?2, ?3, ?4, ?5)";
    let tenant = row.tenant.as_ref().map(|t| t.bytes());
    conn.append(sql, params![row.id.bytes(), tenant, row.name.as_str(), at.as_millis(), row.body])
}
