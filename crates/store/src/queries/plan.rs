//! With debug assertions, so in every test: no statement may go through all of a table that grows.
//!
//! Which way SQLite takes depends on the statement alone, since nothing here is ever analysed. So what a test runs on ten
//! rows goes the same way through ten million, and a plan that would halve a large installation's rate shows on a small one.

use rusqlite::Connection;
use std::collections::{HashMap, HashSet};
use std::sync::{LazyLock, Mutex, PoisonError};

/// Tables that have a row, or several, for each user or each thing that users do, and keep it for days or longer.
const GROWING: [&str; 20] = [
    "audit_of_users",
    "audit_rows",
    "audit_tiles",
    "devices",
    "factors",
    "histories",
    "login_failures",
    "memberships",
    "passkeys",
    "password_history",
    "recovery_codes",
    "risk_events",
    "session_users",
    "sessions",
    "ticket_index",
    "tickets",
    "user_identifiers",
    "user_terms",
    "users",
    "webhook_deliveries",
];

/// Columns that a growing table has in common for most of its rows: who enters it by them alone goes through most of it.
const COMMON: [&str; 4] = ["tenant_id=?", "tree=?", "state=?", "removed=?"];

/// What the statements say that are about all rows: those of a copy, of a restored store, of a census, of a list's length; and
/// one whose way through all members has a bound of its own.
const ABOUT_ALL: [&str; 8] = [
    "SELECT \"",
    "UPDATE devices SET trusted_at = NULL",
    "UPDATE factors SET last_step = ?1 WHERE kind",
    "UPDATE sessions SET ended_at = ?1",
    "UPDATE tickets SET state = 'revoked', revoked_at = ?1",
    "u.password_hash FROM memberships m",
    "SELECT count(*) FROM memberships m",
    "ORDER BY user_id DESC LIMIT 20000) newest",
];

/// Looks at the way of a statement that was not seen before.
///
/// # Panics
/// It goes through all of a table that grows, or all of a tenant's part of it.
pub(super) fn check(conn: &Connection, sql: &str) {
    static SEEN: LazyLock<Mutex<HashSet<String>>> = LazyLock::new(Mutex::default);
    let is_new = SEEN.lock().unwrap_or_else(PoisonError::into_inner).insert(sql.to_owned());
    if is_new && let Some((step, steps)) = long_way(conn, sql) {
        panic!("{step}: {sql}\n{steps:#?}");
    }
}

/// The step of a statement that goes through all of a table that grows, among all of its steps.
fn long_way(conn: &Connection, sql: &str) -> Option<(String, Vec<String>)> {
    // A statement that cannot be prepared is told of where it is to be carried out.
    let mut plan = conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).ok()?;
    let steps = plan.raw_query().mapped(|row| row.get("detail")).collect::<rusqlite::Result<Vec<String>>>();
    let steps = steps.expect("a plan is told");
    let tables = tables(sql);
    let is_count = sql.starts_with("SELECT count(*) FROM ") && !sql.contains(" WHERE ");
    let about_all = is_count || ABOUT_ALL.iter().any(|words| sql.contains(words));
    // A page of a list: it ends where the page does, if nothing is to be sorted first.
    let ends = sql.contains("LIMIT") && !steps.iter().any(|s| s.starts_with("USE TEMP B-TREE"));
    let is_long = |step: &&String| {
        let mut words = step.split(' ');
        let (way, name) = (words.next(), words.next().unwrap_or_default());
        let grows = GROWING.contains(tables.get(name).unwrap_or(&name));
        let through_all = way == Some("SCAN");
        grows && !about_all && (through_all || (is_common(step) && !ends))
    };
    steps.iter().find(is_long).cloned().map(|step| (step, steps))
}

/// Whether a step enters its table by what most rows have in common.
fn is_common(step: &str) -> bool {
    let by = step.rsplit_once('(').and_then(|(_, by)| by.split_once(')'));
    by.is_some_and(|(by, _)| by.split(" AND ").all(|column| COMMON.contains(&column)))
}

/// The tables that a statement names, by the names that it gives them.
fn tables(sql: &str) -> HashMap<&str, &str> {
    let words: Vec<&str> = sql.split([' ', '\n', '(', ')', ',']).filter(|word| !word.is_empty()).collect();
    let named = words.windows(3).filter(|w| ["FROM", "JOIN", "UPDATE", "INTO"].contains(&w[0]));
    named.map(|w| (if w[2].starts_with(char::is_lowercase) { w[2] } else { w[1] }, w[1])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use authms_core::time::Timestamp;
    use rusqlite::config::DbConfig;

    fn step(sql: &str) -> Option<String> {
        let mut conn = Connection::open_in_memory().expect("a database");
        crate::sqlite::migrate(&mut conn, Timestamp::default()).expect("it migrates");
        conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).expect("it is set");
        conn.prepare(sql).expect("SQL");
        long_way(&conn, sql).map(|(step, _)| step)
    }

    #[test]
    fn the_long_way_is_seen() {
        for sql in [
            "SELECT s.id, s.tenant_id, s.user_id, s.created_at, s.ip, s.user_agent, v.history, coalesce(v.rev, 0) FROM (SELECT session_id FROM sign_ins_to_learn ORDER BY session_id LIMIT ?1) l
             JOIN sessions s ON s.id = l.session_id
             LEFT JOIN histories v ON v.user_id = s.user_id AND v.tenant_id = s.tenant_id ORDER BY s.id",
            "SELECT id FROM sessions WHERE ip = ?1 LIMIT 1",
            "UPDATE tickets SET attempts = 0 WHERE tenant_id = ?1 AND state = ?2 AND id IN (SELECT ticket_id FROM ticket_index)",
            "SELECT body FROM audit_rows WHERE place >= ?1 AND place < ?2 AND tree = ?3 ORDER BY place LIMIT ?4",
            "DELETE FROM login_failures WHERE at < ?1",
        ] {
            assert!(step(sql).is_some(), "{sql}");
        }
    }

    #[test]
    fn the_short_one_is_let_through() {
        for sql in [
            "SELECT ip FROM sessions WHERE id = ?1",
            "SELECT body FROM audit_rows WHERE place >= ?1 AND place < ?2 ORDER BY place LIMIT ?3",
            "SELECT id FROM tickets WHERE tenant_id = ?1 AND state = ?2 ORDER BY expires_at LIMIT 20",
            "SELECT name FROM tenants",
            "SELECT count(*) FROM users",
        ] {
            assert_eq!(step(sql), None, "{sql}");
        }
    }
}
