//! The schema: migrations run forward only, one transaction each.

use super::error::OpenError;
use crate::checksum::checksum;
use crate::queries::Conn;
use crate::schema::{self, Step};
use authms_core::time::Timestamp;
use rusqlite::{Connection, Transaction, TransactionBehavior, params};

/// All steps. Released ones never change; their checksums are kept in the database.
#[rustfmt::skip]
pub(crate) const STEPS: &[Step] = &[
    Step { name: "0001_initial", sql: include_str!("../../migrations/sqlite/0001_initial.sql") },
    Step { name: "0002_ticket_lifecycle", sql: include_str!("../../migrations/sqlite/0002_ticket_lifecycle.sql") },
    Step { name: "0003_signing_algorithms", sql: include_str!("../../migrations/sqlite/0003_signing_algorithms.sql") },
    Step { name: "0004_api_keys", sql: include_str!("../../migrations/sqlite/0004_api_keys.sql") },
    Step { name: "0005_people", sql: include_str!("../../migrations/sqlite/0005_people.sql") },
    Step { name: "0006_client_origins", sql: include_str!("../../migrations/sqlite/0006_client_origins.sql") },
    Step { name: "0007_ticket_policy", sql: include_str!("../../migrations/sqlite/0007_ticket_policy.sql") },
    Step { name: "0008_session_flags", sql: include_str!("../../migrations/sqlite/0008_session_flags.sql") },
    Step { name: "0009_external_id", sql: include_str!("../../migrations/sqlite/0009_external_id.sql") },
    Step { name: "0010_challenges", sql: include_str!("../../migrations/sqlite/0010_challenges.sql") },
    Step { name: "0011_risk", sql: include_str!("../../migrations/sqlite/0011_risk.sql") },
    Step { name: "0012_history", sql: include_str!("../../migrations/sqlite/0012_history.sql") },
    Step { name: "0013_password", sql: include_str!("../../migrations/sqlite/0013_password.sql") },
    Step { name: "0014_mail", sql: include_str!("../../migrations/sqlite/0014_mail.sql") },
    Step { name: "0015_passkeys", sql: include_str!("../../migrations/sqlite/0015_passkeys.sql") },
    Step { name: "0016_factors", sql: include_str!("../../migrations/sqlite/0016_factors.sql") },
    Step { name: "0017_devices", sql: include_str!("../../migrations/sqlite/0017_devices.sql") },
    Step { name: "0018_code_factors", sql: include_str!("../../migrations/sqlite/0018_code_factors.sql") },
    Step { name: "0019_enrolment", sql: include_str!("../../migrations/sqlite/0019_enrolment.sql") },
    Step { name: "0020_renewal", sql: include_str!("../../migrations/sqlite/0020_renewal.sql") },
    Step { name: "0021_epoch", sql: include_str!("../../migrations/sqlite/0021_epoch.sql") },
    Step { name: "0022_state", sql: include_str!("../../migrations/sqlite/0022_state.sql") },
    Step { name: "0024_audit_trees", sql: include_str!("../../migrations/sqlite/0024_audit_trees.sql") },
    Step { name: "0025_on_behalf", sql: include_str!("../../migrations/sqlite/0025_on_behalf.sql") },
    Step { name: "0026_audit_exports", sql: include_str!("../../migrations/sqlite/0026_audit_exports.sql") },
    Step { name: "0027_act_requests", sql: include_str!("../../migrations/sqlite/0027_act_requests.sql") },
    Step { name: "0028_webhooks", sql: include_str!("../../migrations/sqlite/0028_webhooks.sql") },
    Step { name: "0029_opt_outs", sql: include_str!("../../migrations/sqlite/0029_opt_outs.sql") },
    Step { name: "0030_audit_outlets", sql: include_str!("../../migrations/sqlite/0030_audit_outlets.sql") },
];

/// The newest schema version.
pub const LATEST: u32 = schema::latest(STEPS);

/// Brings the schema up to date.
///
/// # Errors
/// [`Unfit`](schema::Unfit), for a schema that this binary cannot use.
pub fn migrate(conn: &mut Connection, now: Timestamp) -> Result<(), OpenError> {
    // Another process may migrate at the same time: whoever has the lock looks again.
    loop {
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let found = schema::check(Conn::Sqlite(&tx), STEPS)?;
        let Some(next) = STEPS.get(found as usize) else {
            return Ok(());
        };
        step(&tx, found + 1, next, now)?;
        tx.commit()?;
    }
}

fn step(tx: &Transaction<'_>, version: u32, step: &Step, now: Timestamp) -> rusqlite::Result<()> {
    tx.execute_batch(
        "CREATE TABLE IF NOT EXISTS schema_migrations (
             version    INTEGER PRIMARY KEY,
             name       TEXT    NOT NULL,
             checksum   INTEGER NOT NULL,
             applied_at INTEGER NOT NULL
         ) STRICT",
    )?;
    tx.execute_batch(step.sql)?;
    let sql = "INSERT INTO schema_migrations (version, name, checksum, applied_at) VALUES (?1, ?2, ?3, ?4)";
    tx.execute(sql, params![version, step.name, checksum(step.sql), now.as_millis()]).map(drop)
}

/// The names of all steps.
#[cfg(test)]
pub(crate) fn names() -> Vec<&'static str> {
    STEPS.iter().map(|step| step.name).collect()
}

#[cfg(test)]
mod tests;
