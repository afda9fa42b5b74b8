//! Places outside that are told of the audit log, and how far each has come.

use super::audit_tree::read_tree;
use super::conn::{Conn, Result, params};
use super::{all, change_one, first, signed};
use authms_core::audit::outlet::{Outlet, OutletChange, Untold};
use authms_core::time::Timestamp;

/// How one stands.
pub(crate) fn get(conn: Conn<'_>, name: &str) -> Result<Option<Outlet>> {
    let sql =
        "SELECT turn, free_at, told_at, skipped, failures, failing_since FROM audit_outlets WHERE name = ?1";
    first(conn, sql, [name], |c| {
        let (turn, free_at, told_at, skipped) = (c.count()?, c.time()?, c.time()?, c.count()?);
        Ok(Outlet { turn, free_at, told_at, skipped, failures: c.take()?, failing_since: c.time_if()? })
    })
}

/// Logs that have grown since it was told of them.
pub(crate) fn untold(conn: Conn<'_>, name: &str, most: u32) -> Result<Vec<Untold>> {
    let sql =
        "SELECT t.number, t.log, t.size, t.erased, t.head, t.sealed_at, coalesce(l.next_leaf, 0), l.head
               FROM audit_trees t LEFT JOIN audit_outlet_logs l ON l.outlet = ?1 AND l.log = t.log
               WHERE t.size > coalesce(l.next_leaf, 0) ORDER BY t.sealed_at, t.number LIMIT ?2";
    all(conn, sql, params![name, most], |c| {
        Ok(Untold { tree: read_tree(c)?, next: c.count()?, head: c.take()? })
    })
}

/// Writes a change.
pub(super) fn write(conn: Conn<'_>, change: &OutletChange) -> Result<()> {
    match change {
        OutletChange::Take { name, until } => {
            let sql = "INSERT INTO audit_outlets (name, turn, free_at, told_at, skipped, failures)
                       VALUES (?1, 1, ?2, 0, 0, 0)
                       ON CONFLICT (name) DO UPDATE SET turn = audit_outlets.turn + 1, free_at = excluded.free_at";
            change_one(conn, sql, params![name, until.as_millis()])
        }
        OutletChange::Tell { name, told, skipped, at, until } => {
            for one in told {
                let sql = "INSERT INTO audit_outlet_logs (outlet, log, next_leaf, head) VALUES (?1, ?2, ?3, ?4)
                           ON CONFLICT (outlet, log) DO UPDATE SET next_leaf = excluded.next_leaf, head = excluded.head";
                change_one(conn, sql, params![name, one.log.bytes(), signed(one.next), one.head])?;
            }
            let sql =
                "UPDATE audit_outlets SET told_at = ?2, skipped = skipped + ?3, free_at = ?4 WHERE name = ?1";
            change_one(conn, sql, params![name, at.as_millis(), signed(*skipped), until.as_millis()])
        }
        OutletChange::Rest { name, until, failures, failing_since } => {
            let sql =
                "UPDATE audit_outlets SET free_at = ?2, failures = ?3, failing_since = ?4 WHERE name = ?1";
            let since = failing_since.map(Timestamp::as_millis);
            change_one(conn, sql, params![name, until.as_millis(), failures, since])
        }
    }
}
