//! The schema: migrations of the same names as SQLite's, forward only, each in a transaction, by one node at a time.

use super::config::Target;
use super::open::OpenError;
use super::session::Session;
use crate::checksum::checksum;
use crate::queries::schema::version;
use crate::queries::{Conn, Result};
use crate::schema::{self, Step};
use authms_core::time::Timestamp;
use rusqlite::params;

/// All steps. Released ones never change; their checksums are kept in the database.
#[rustfmt::skip]
pub(crate) const STEPS: &[Step] = &[
    Step { name: "0001_initial", sql: include_str!("../../migrations/postgres/0001_initial.sql") },
    Step { name: "0002_ticket_lifecycle", sql: include_str!("../../migrations/postgres/0002_ticket_lifecycle.sql") },
    Step { name: "0003_signing_algorithms", sql: include_str!("../../migrations/postgres/0003_signing_algorithms.sql") },
    Step { name: "0004_api_keys", sql: include_str!("../../migrations/postgres/0004_api_keys.sql") },
    Step { name: "0005_people", sql: include_str!("../../migrations/postgres/0005_people.sql") },
    Step { name: "0006_client_origins", sql: include_str!("../../migrations/postgres/0006_client_origins.sql") },
    Step { name: "0007_ticket_policy", sql: include_str!("../../migrations/postgres/0007_ticket_policy.sql") },
    Step { name: "0008_session_flags", sql: include_str!("../../migrations/postgres/0008_session_flags.sql") },
    Step { name: "0009_external_id", sql: include_str!("../../migrations/postgres/0009_external_id.sql") },
    Step { name: "0010_challenges", sql: include_str!("../../migrations/postgres/0010_challenges.sql") },
    Step { name: "0011_risk", sql: include_str!("../../migrations/postgres/0011_risk.sql") },
    Step { name: "0012_history", sql: include_str!("../../migrations/postgres/0012_history.sql") },
    Step { name: "0013_password", sql: include_str!("../../migrations/postgres/0013_password.sql") },
    Step { name: "0014_mail", sql: include_str!("../../migrations/postgres/0014_mail.sql") },
    Step { name: "0015_passkeys", sql: include_str!("../../migrations/postgres/0015_passkeys.sql") },
    Step { name: "0016_factors", sql: include_str!("../../migrations/postgres/0016_factors.sql") },
    Step { name: "0017_devices", sql: include_str!("../../migrations/postgres/0017_devices.sql") },
    Step { name: "0018_code_factors", sql: include_str!("../../migrations/postgres/0018_code_factors.sql") },
    Step { name: "0019_enrolment", sql: include_str!("../../migrations/postgres/0019_enrolment.sql") },
    Step { name: "0020_renewal", sql: include_str!("../../migrations/postgres/0020_renewal.sql") },
    Step { name: "0021_epoch", sql: include_str!("../../migrations/postgres/0021_epoch.sql") },
    Step { name: "0022_state", sql: include_str!("../../migrations/postgres/0022_state.sql") },
    Step { name: "0024_audit_trees", sql: include_str!("../../migrations/postgres/0024_audit_trees.sql") },
    Step { name: "0025_on_behalf", sql: include_str!("../../migrations/postgres/0025_on_behalf.sql") },
    Step { name: "0026_audit_exports", sql: include_str!("../../migrations/postgres/0026_audit_exports.sql") },
    Step { name: "0027_act_requests", sql: include_str!("../../migrations/postgres/0027_act_requests.sql") },
    Step { name: "0028_webhooks", sql: include_str!("../../migrations/postgres/0028_webhooks.sql") },
    Step { name: "0029_opt_outs", sql: include_str!("../../migrations/postgres/0029_opt_outs.sql") },
    Step { name: "0030_audit_outlets", sql: include_str!("../../migrations/postgres/0030_audit_outlets.sql") },
];

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
    let conn = Conn::Postgres(session);
    if version(conn)? == 0 && session.number(FOREIGN)? != 0 {
        return Err(OpenError::NotOurs(target.database().to_owned()));
    }
    let found = schema::check(conn, STEPS)?;
    for (number, next) in (1..).zip(STEPS).skip(found as usize) {
        step(session, number, next, now)?;
    }
    Ok(session.batch("SELECT pg_advisory_unlock(7310577, 1)")?)
}

/// How many tables of others are there.
const FOREIGN: &str = "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND n.nspname = current_schema()";

fn step(session: &Session, number: u32, Step { name, sql }: &Step, now: Timestamp) -> Result<()> {
    session.batch("BEGIN")?;
    if number == 1 {
        session.batch(BOOKS)?;
    }
    session.batch(sql)?;
    let note = "INSERT INTO schema_migrations (version, name, checksum, applied_at) VALUES (?1, ?2, ?3, ?4)";
    session.execute(note, params![number, name, checksum(sql), now.as_millis()])?;
    session.commit()
}

#[cfg(test)]
mod tests {
    use super::STEPS;

    #[test]
    fn both_engines_have_migrations_of_the_same_names() {
        let names: Vec<_> = STEPS.iter().map(|step| step.name).collect();
        assert_eq!(names, crate::sqlite::migration_names());
    }
}
