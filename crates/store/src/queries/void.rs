//! What a restored store must not honour: it may have been spent, ended or withdrawn after the backup.

use super::conn::{Conn, Result, params};
use super::{audit, first, schema};
use authms_core::audit::AuditRow;
use authms_core::install::Voided;
use authms_core::session::EndReason;
use authms_core::ticket::Revocation;
use authms_core::time::Timestamp;

/// Seconds of a time step (RFC 6238 §5.2).
const TOTP_STEP: i64 = 30;

/// What is erased, because nothing but an answer or a secret of before hangs on it. Messages on their way were sent by the
/// store that the backup was taken of, and what codes they carry is void.
const ERASED: [&str; 7] = [
    "ticket_replays",
    "mint_keys",
    "session_rotations",
    "mfa_releases",
    "act_requests",
    "message_outbox",
    "act_notices",
];

/// The same, which is counted as challenges.
const CHALLENGES: [&str; 3] = ["challenges", "passkey_ceremonies", "sent_codes"];

/// Raises the epoch, also above that of the store that is replaced, makes void what was given out before it, and appends
/// the audit row that `row` makes of that: in a transaction of the caller's.
pub(crate) fn void(
    conn: Conn<'_>,
    former: u64,
    at: Timestamp,
    row: impl FnOnce(&Voided) -> AuditRow,
) -> Result<Voided> {
    let mut voided = Voided { epoch: raise(conn, former)?, ..Voided::default() };
    voided.tickets = count(conn.execute(
        "UPDATE tickets SET state = 'revoked', revoked_at = ?1, revoked_why = ?2 WHERE state = 'issued'",
        params![at.as_millis(), Revocation::Restored.as_str()],
    )?);
    voided.sessions = count(conn.execute(
        "UPDATE sessions SET ended_at = ?1, end_reason = ?2 WHERE ended_at IS NULL",
        params![at.as_millis(), EndReason::Restored.as_str()],
    )?);
    let invitations = "UPDATE invitations SET closed_at = ?1 WHERE closed_at IS NULL";
    voided.invitations = count(conn.execute(invitations, params![at.as_millis()])?);
    for table in CHALLENGES {
        voided.challenges += count(conn.execute(&format!("DELETE FROM {table}"), params![])?);
    }
    for table in ERASED {
        conn.execute(&format!("DELETE FROM {table}"), params![])?;
    }
    // A device that was lost since may be trusted here: everybody proves a second factor once more.
    conn.execute("UPDATE devices SET trusted_at = NULL, trusted_until = NULL", params![])?;
    // The codes that authenticators show now may have been used.
    let step = at.as_millis() / (TOTP_STEP * 1000) + 1;
    let spent = "UPDATE factors SET last_step = ?1 WHERE kind = 'totp' AND coalesce(last_step, 0) < ?1";
    conn.execute(spent, params![step])?;
    // Nor does it matter any longer that it had been left.
    schema::stand(conn, &schema::Standing::default())?;
    audit::append(conn, &row(&voided), at)?;
    Ok(voided)
}

fn raise(conn: Conn<'_>, former: u64) -> Result<u64> {
    let former = i64::try_from(former).unwrap_or(i64::MAX);
    let sql =
        "UPDATE installation SET epoch = CASE WHEN epoch < ?1 THEN ?1 ELSE epoch END + 1 RETURNING epoch";
    Ok(first(conn, sql, params![former], |c| c.count())?.unwrap_or(0))
}

fn count(rows: usize) -> u64 {
    u64::try_from(rows).unwrap_or(u64::MAX)
}
