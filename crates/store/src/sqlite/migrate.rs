//! The schema: migrations run forward only, one transaction each.

use super::error::OpenError;
use crate::checksum::checksum;
use authms_core::time::Timestamp;
use rusqlite::{Connection, Transaction, TransactionBehavior, params};

/// A step of the schema. Its version is its place in [`MIGRATIONS`], counted from 1.
struct Migration {
    name: &'static str,
    sql: &'static str,
}

/// All steps. Released ones never change; their checksums are kept in the database.
const MIGRATIONS: &[Migration] = &[
    Migration { name: "0001_initial", sql: include_str!("../../migrations/sqlite/0001_initial.sql") },
    Migration {
        name: "0002_ticket_lifecycle",
        sql: include_str!("../../migrations/sqlite/0002_ticket_lifecycle.sql"),
    },
    Migration {
        name: "0003_signing_algorithms",
        sql: include_str!("../../migrations/sqlite/0003_signing_algorithms.sql"),
    },
    Migration { name: "0004_api_keys", sql: include_str!("../../migrations/sqlite/0004_api_keys.sql") },
    Migration { name: "0005_people", sql: include_str!("../../migrations/sqlite/0005_people.sql") },
    Migration {
        name: "0006_client_origins",
        sql: include_str!("../../migrations/sqlite/0006_client_origins.sql"),
    },
    Migration {
        name: "0007_ticket_policy",
        sql: include_str!("../../migrations/sqlite/0007_ticket_policy.sql"),
    },
    Migration {
        name: "0008_session_flags",
        sql: include_str!("../../migrations/sqlite/0008_session_flags.sql"),
    },
    Migration { name: "0009_external_id", sql: include_str!("../../migrations/sqlite/0009_external_id.sql") },
    Migration { name: "0010_challenges", sql: include_str!("../../migrations/sqlite/0010_challenges.sql") },
    Migration { name: "0011_risk", sql: include_str!("../../migrations/sqlite/0011_risk.sql") },
    Migration { name: "0012_history", sql: include_str!("../../migrations/sqlite/0012_history.sql") },
    Migration { name: "0013_password", sql: include_str!("../../migrations/sqlite/0013_password.sql") },
    Migration { name: "0014_mail", sql: include_str!("../../migrations/sqlite/0014_mail.sql") },
    Migration { name: "0015_passkeys", sql: include_str!("../../migrations/sqlite/0015_passkeys.sql") },
    Migration { name: "0016_factors", sql: include_str!("../../migrations/sqlite/0016_factors.sql") },
    Migration { name: "0017_devices", sql: include_str!("../../migrations/sqlite/0017_devices.sql") },
    Migration {
        name: "0018_code_factors",
        sql: include_str!("../../migrations/sqlite/0018_code_factors.sql"),
    },
    Migration { name: "0019_enrolment", sql: include_str!("../../migrations/sqlite/0019_enrolment.sql") },
    Migration { name: "0020_renewal", sql: include_str!("../../migrations/sqlite/0020_renewal.sql") },
    Migration { name: "0021_epoch", sql: include_str!("../../migrations/sqlite/0021_epoch.sql") },
];

/// The newest schema version.
pub const LATEST: u32 = MIGRATIONS.len() as u32;

/// Brings the schema up to date.
///
/// # Errors
/// [`OpenError::SchemaNewer`] and [`OpenError::MigrationChanged`] for a schema that this binary does not know.
pub fn migrate(conn: &mut Connection, now: Timestamp) -> Result<(), OpenError> {
    // Another process may migrate at the same time: whoever has the lock looks again.
    loop {
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let found = check(&tx)?;
        let Some(next) = MIGRATIONS.get(found as usize) else {
            return Ok(());
        };
        step(&tx, found + 1, next, now)?;
        tx.commit()?;
    }
}

/// Demands that the schema is up to date.
pub(super) fn require_latest(conn: &Connection) -> Result<(), OpenError> {
    match check(conn)? {
        LATEST => Ok(()),
        found => Err(OpenError::SchemaOlder { found, known: LATEST }),
    }
}

/// The schema's version; 0: there is none yet.
pub(super) fn version(conn: &Connection) -> rusqlite::Result<u32> {
    let exists = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'schema_migrations'";
    if conn.query_row(exists, [], |row| row.get::<_, u32>(0))? == 0 {
        return Ok(0);
    }
    conn.query_row("SELECT coalesce(max(version), 0) FROM schema_migrations", [], |row| row.get(0))
}

/// The schema's version, if what was applied is what this binary knows.
fn check(conn: &Connection) -> Result<u32, OpenError> {
    let found = version(conn)?;
    if found > LATEST {
        return Err(OpenError::SchemaNewer { found, known: LATEST });
    }
    for (version, migration) in (1..=found).zip(MIGRATIONS) {
        let sql = "SELECT checksum FROM schema_migrations WHERE version = ?1";
        let applied: i64 = conn.query_row(sql, [version], |row| row.get(0))?;
        if applied != checksum(migration.sql) {
            return Err(OpenError::MigrationChanged { name: migration.name.to_owned() });
        }
    }
    Ok(found)
}

fn step(tx: &Transaction<'_>, version: u32, migration: &Migration, now: Timestamp) -> rusqlite::Result<()> {
    tx.execute_batch(
        "CREATE TABLE IF NOT EXISTS schema_migrations (
             version    INTEGER PRIMARY KEY,
             name       TEXT    NOT NULL,
             checksum   INTEGER NOT NULL,
             applied_at INTEGER NOT NULL
         ) STRICT",
    )?;
    tx.execute_batch(migration.sql)?;
    let sql = "INSERT INTO schema_migrations (version, name, checksum, applied_at) VALUES (?1, ?2, ?3, ?4)";
    tx.execute(sql, params![version, migration.name, checksum(migration.sql), now.as_millis()]).map(drop)
}

/// The names of all steps.
#[cfg(test)]
pub(crate) fn names() -> Vec<&'static str> {
    MIGRATIONS.iter().map(|migration| migration.name).collect()
}

#[cfg(test)]
mod tests;
