//! The schema: migrations of the same names as SQLite's, forward only, each in a transaction, by one node at a time.

use super::config::Target;
use super::open::OpenError;
use super::session::Session;
use super::value::value;
use crate::checksum::checksum;
use crate::queries::{Error, Result};
use authms_core::time::Timestamp;
use rusqlite::params;
use std::ops::ControlFlow;

/// All steps, by name. A version is a place in here, counted from 1. Released ones never change.
#[rustfmt::skip]
const MIGRATIONS: &[(&str, &str)] = &[
    ("0001_initial", include_str!("../../migrations/postgres/0001_initial.sql")),
    ("0002_ticket_lifecycle", include_str!("../../migrations/postgres/0002_ticket_lifecycle.sql")),
    ("0003_signing_algorithms", include_str!("../../migrations/postgres/0003_signing_algorithms.sql")),
    ("0004_api_keys", include_str!("../../migrations/postgres/0004_api_keys.sql")),
    ("0005_people", include_str!("../../migrations/postgres/0005_people.sql")),
    ("0006_client_origins", include_str!("../../migrations/postgres/0006_client_origins.sql")),
    ("0007_ticket_policy", include_str!("../../migrations/postgres/0007_ticket_policy.sql")),
    ("0008_session_flags", include_str!("../../migrations/postgres/0008_session_flags.sql")),
    ("0009_external_id", include_str!("../../migrations/postgres/0009_external_id.sql")),
    ("0010_challenges", include_str!("../../migrations/postgres/0010_challenges.sql")),
    ("0011_risk", include_str!("../../migrations/postgres/0011_risk.sql")),
    ("0012_history", include_str!("../../migrations/postgres/0012_history.sql")),
    ("0013_password", include_str!("../../migrations/postgres/0013_password.sql")),
    ("0014_mail", include_str!("../../migrations/postgres/0014_mail.sql")),
    ("0015_passkeys", include_str!("../../migrations/postgres/0015_passkeys.sql")),
    ("0016_factors", include_str!("../../migrations/postgres/0016_factors.sql")),
    ("0017_devices", include_str!("../../migrations/postgres/0017_devices.sql")),
    ("0018_code_factors", include_str!("../../migrations/postgres/0018_code_factors.sql")),
    ("0019_enrolment", include_str!("../../migrations/postgres/0019_enrolment.sql")),
    ("0020_renewal", include_str!("../../migrations/postgres/0020_renewal.sql")),
    ("0021_epoch", include_str!("../../migrations/postgres/0021_epoch.sql")),
];

/// The newest schema version.
pub(super) const LATEST: u32 = MIGRATIONS.len() as u32;

/// What only this engine has: the place of its own books, a function that SQLite has, and the traffic budgets, which one server
/// on SQLite counts in memory.
const BOOKS: &str = r#"
    CREATE TABLE IF NOT EXISTS schema_migrations (
        version    BIGINT           PRIMARY KEY,
        name       TEXT COLLATE "C" NOT NULL,
        checksum   BIGINT           NOT NULL,
        applied_at BIGINT           NOT NULL
    );
    CREATE TABLE IF NOT EXISTS limits (
        key     BYTEA  PRIMARY KEY,
        full_at BIGINT NOT NULL -- in nanoseconds since 1970
    ) WITH (fillfactor = 50);
    CREATE INDEX IF NOT EXISTS limits_full_at ON limits (full_at);
    CREATE OR REPLACE FUNCTION instr(whole text, part text) RETURNS integer
        LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN strpos(whole, part);
"#;

/// Brings the schema up to date. Whoever comes second waits, and finds it done.
pub(super) fn migrate(session: &Session, target: &Target, now: Timestamp) -> Result<(), OpenError> {
    // A migration may take long, and so may waiting for one.
    session.batch(
        "SET statement_timeout = 0; SET lock_timeout = 0; SET idle_in_transaction_session_timeout = 0",
    )?;
    session.batch("SELECT pg_advisory_lock(7310577, 1)")?;
    if version(session)? == 0 && session.number(FOREIGN)? != 0 {
        return Err(OpenError::NotOurs(target.database().to_owned()));
    }
    let found = check(session)?;
    for (number, (name, sql)) in (found + 1..).zip(&MIGRATIONS[(found as usize).min(MIGRATIONS.len())..]) {
        step(session, number, (name, sql), now)?;
    }
    Ok(session.batch("SELECT pg_advisory_unlock(7310577, 1)")?)
}

/// How many tables of others are there.
const FOREIGN: &str = "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND n.nspname = current_schema()";

fn step(session: &Session, number: u32, (name, sql): (&str, &str), now: Timestamp) -> Result<()> {
    session.batch("BEGIN")?;
    if number == 1 {
        session.batch(BOOKS)?;
    }
    session.batch(sql)?;
    let note = "INSERT INTO schema_migrations (version, name, checksum, applied_at) VALUES (?1, ?2, ?3, ?4)";
    session.execute(note, params![number, name, checksum(sql), now.as_millis()])?;
    session.commit()
}

/// Demands that the schema is up to date.
pub(super) fn require_latest(session: &Session) -> Result<(), OpenError> {
    match check(session)? {
        found if found < LATEST => Err(OpenError::SchemaOlder { found, known: LATEST }),
        _ => Ok(()),
    }
}

/// The schema's version; 0: there is none yet.
pub(super) fn version(session: &Session) -> Result<u32> {
    if session.number("SELECT to_regclass('schema_migrations') IS NOT NULL")? == 0 {
        return Ok(0);
    }
    let version = session.number("SELECT coalesce(max(version), 0) FROM schema_migrations")?;
    u32::try_from(version).map_err(|_| Error::Invalid(0))
}

/// The schema's version, if what was applied is what this binary knows.
fn check(session: &Session) -> Result<u32, OpenError> {
    let found = version(session)?;
    if found > LATEST {
        return Err(OpenError::SchemaNewer { found, known: LATEST });
    }
    let mut applied = Vec::new();
    if found > 0 {
        session.each("SELECT checksum FROM schema_migrations ORDER BY version", &[], |row| {
            applied.push(value(row, 0)?.as_i64().map_err(|_| Error::Invalid(0))?);
            Ok(ControlFlow::Continue(()))
        })?;
    }
    for (applied, (name, sql)) in applied.into_iter().zip(MIGRATIONS) {
        if applied != checksum(sql) {
            return Err(OpenError::MigrationChanged((*name).to_owned()));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::MIGRATIONS;

    #[test]
    fn both_engines_have_migrations_of_the_same_names() {
        let names: Vec<_> = MIGRATIONS.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, crate::sqlite::migration_names());
    }
}
