//! What a restored store must not honour: it may have been spent, ended or withdrawn after the backup.

use authms_core::audit::AuditRow;
use authms_core::install::Voided;
use authms_core::session::EndReason;
use authms_core::ticket::Revocation;
use authms_core::time::Timestamp;
use rusqlite::{Connection, Result, TransactionBehavior, params};

/// Seconds of a time step (RFC 6238 §5.2).
const TOTP_STEP: i64 = 30;

/// What is erased, because nothing but an answer or a secret of before hangs on it. Messages on their way were sent by the
/// store that the backup was taken of, and what codes they carry is void.
const ERASED: [&str; 5] =
    ["ticket_replays", "mint_keys", "session_rotations", "mfa_releases", "message_outbox"];

/// The same, which is counted as challenges.
const CHALLENGES: [&str; 3] = ["challenges", "passkey_ceremonies", "sent_codes"];

/// Raises the epoch, also above that of the store that is replaced, makes void what was given out before it, and appends the audit row that `row` makes of that: in one
/// transaction.
pub(super) fn void(
    conn: &mut Connection,
    former: u64,
    at: Timestamp,
    row: impl FnOnce(&Voided) -> AuditRow,
) -> Result<Voided> {
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut voided = Voided::default();
    let former = i64::try_from(former).unwrap_or(i64::MAX);
    let sql = "UPDATE installation SET epoch = max(epoch, ?1) + 1 RETURNING epoch";
    let epoch: i64 = tx.query_row(sql, [former], |row| row.get(0))?;
    voided.epoch = epoch.unsigned_abs();
    voided.tickets = changed(tx.execute(
        "UPDATE tickets SET state = 'revoked', revoked_at = ?1, revoked_why = ?2 WHERE state = 'issued'",
        params![at.as_millis(), Revocation::Restored.as_str()],
    )?);
    voided.sessions = changed(tx.execute(
        "UPDATE sessions SET ended_at = ?1, end_reason = ?2 WHERE ended_at IS NULL",
        params![at.as_millis(), EndReason::Restored.as_str()],
    )?);
    voided.invitations = changed(
        tx.execute("UPDATE invitations SET closed_at = ?1 WHERE closed_at IS NULL", [at.as_millis()])?,
    );
    for table in CHALLENGES {
        voided.challenges += changed(tx.execute(&format!("DELETE FROM {table}"), [])?);
    }
    for table in ERASED {
        tx.execute(&format!("DELETE FROM {table}"), [])?;
    }
    // A device that was lost since may be trusted here: everybody proves a second factor once more.
    tx.execute("UPDATE devices SET trusted_at = NULL, trusted_until = NULL", [])?;
    // The codes that authenticators show now may have been used.
    let step = at.as_millis() / (TOTP_STEP * 1000) + 1;
    tx.execute("UPDATE factors SET last_step = max(coalesce(last_step, 0), ?1) WHERE kind = 'totp'", [step])?;
    let row = row(&voided);
    let tenant = row.tenant.as_ref().map(|tenant| tenant.bytes());
    tx.execute(
        "INSERT INTO audit_log (id, tenant, name, at, body) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![row.id.bytes(), tenant, row.name.as_str(), at.as_millis(), row.body],
    )?;
    tx.commit()?;
    Ok(voided)
}

fn changed(rows: usize) -> u64 {
    u64::try_from(rows).unwrap_or(u64::MAX)
}
