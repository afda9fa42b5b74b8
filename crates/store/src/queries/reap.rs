//! Reaping: rows whose retention is over are deleted, oldest first, few at a time.
//!
//! Tickets and sessions are found by their identifiers, which begin with the time at which they were made: so their
//! tables need no index by time, which every mint and every redemption would pay for. A pass goes through all that was
//! made before the longest life of its kind, and so looks at each row once in vain at the most.

use super::all;
use super::columns::Columns;
use super::conn::{Conn, Result, params};
use authms_core::retention::{LONGEST_SESSION, LONGEST_TICKET, Retention};
use authms_core::time::{Span, Timestamp};

/// Rows looked at in one step; a ticket has up to five.
const ROWS: u32 = 200;

/// How long after one pass began the next does.
const EVERY: Span = Span::hours(1);

/// An identifier's bytes.
type Id = [u8; 16];

/// The place of a failure: its user's identifier, and its own.
type Failure = (Id, Id);

/// Where a pass is.
#[derive(Clone, Copy)]
enum Stage {
    /// Past this ticket.
    Tickets(Id),
    /// Past this session.
    Sessions(Id),
    /// Past this failure.
    Failures(Failure),
    /// Counts and risk events: each step takes the oldest.
    Rest,
}

/// What the reaping is in the middle of. Lost, it begins again.
#[derive(Default)]
pub(crate) struct Reaper {
    begun_at: Option<Timestamp>,
    stage: Option<Stage>,
}

impl Reaper {
    /// One step, if there is one to do now.
    pub(crate) fn step(&self, conn: Conn<'_>, keep: &Retention, now: Timestamp) -> Result<Self> {
        // A clock that was set back makes nothing wait.
        let due = self.begun_at.is_none_or(|at| now < at || at.plus(EVERY) <= now);
        let (begun_at, stage) = match self.stage {
            Some(stage) => (self.begun_at, stage),
            None if due => (Some(now), Stage::Tickets([0; 16])),
            None => return Ok(Self { ..*self }),
        };
        let stage = match stage {
            Stage::Tickets(past) => match tickets(conn, past, now.minus(keep.tickets))? {
                Some(past) => Some(Stage::Tickets(past)),
                None => Some(Stage::Sessions([0; 16])),
            },
            Stage::Sessions(past) => match sessions(conn, past, now.minus(keep.sessions))? {
                Some(past) => Some(Stage::Sessions(past)),
                None => Some(Stage::Failures(([0; 16], [0; 16]))),
            },
            Stage::Failures(past) => match failures(conn, past, now.minus(keep.failures))? {
                Some(past) => Some(Stage::Failures(past)),
                None => Some(Stage::Rest),
            },
            Stage::Rest => rest(conn, keep, now)?.then_some(Stage::Rest),
        };
        Ok(Self { begun_at, stage })
    }

    /// Whether the pass goes on.
    pub(crate) const fn is_under_way(&self) -> bool {
        self.stage.is_some()
    }
}

/// The identifier before all that were made at this time or later.
fn made_at(time: Timestamp) -> Id {
    let mut id = [0; 16];
    let millis = u64::try_from(time.as_millis()).unwrap_or(0);
    id[..6].copy_from_slice(&millis.to_be_bytes()[2..]);
    id
}

/// Deletes the next tickets past this one; the last of those looked at, if there may be more. Their replays and the keys
/// that they were minted under are erased by their own time, which is shorter.
fn tickets(conn: Conn<'_>, past: Id, cutoff: Timestamp) -> Result<Option<Id>> {
    let sql = "SELECT id, expires_at, subject_id, client_id, minter_key, minter_user FROM tickets
               WHERE id > ?1 AND id < ?2 ORDER BY id LIMIT ?3";
    let range = params![past, made_at(cutoff.minus(LONGEST_TICKET)), ROWS];
    let read = |c: &mut Columns<'_>| Ok((c.take()?, c.take()?, [c.take()?, c.take()?, c.take()?, c.take()?]));
    let rows: Vec<(Id, i64, [Option<Id>; 4])> = all(conn, sql, range, read)?;
    for (id, expires_at, found_by) in
        rows.iter().filter(|(_, expires_at, _)| *expires_at <= cutoff.as_millis())
    {
        for of in found_by.iter().flatten() {
            for table in ["ticket_index", "ticket_recent"] {
                let sql =
                    format!("DELETE FROM {table} WHERE of_id = ?1 AND expires_at = ?2 AND ticket_id = ?3");
                conn.execute(&sql, params![of, expires_at, id])?;
            }
        }
        conn.execute("DELETE FROM tickets WHERE id = ?1", params![id])?;
    }
    Ok(rows.get(ROWS as usize - 1).map(|(last, ..)| *last))
}

/// The same of sessions. A session is dead at its expiry whatever else became of it.
fn sessions(conn: Conn<'_>, past: Id, cutoff: Timestamp) -> Result<Option<Id>> {
    let sql = "SELECT id, expires_at, user_id FROM sessions WHERE id > ?1 AND id < ?2 ORDER BY id LIMIT ?3";
    let range = params![past, made_at(cutoff.minus(LONGEST_SESSION)), ROWS];
    let rows: Vec<(Id, i64, Id)> = all(conn, sql, range, |c| Ok((c.take()?, c.take()?, c.take()?)))?;
    for (id, _, user) in rows.iter().filter(|(_, expires_at, _)| *expires_at <= cutoff.as_millis()) {
        conn.execute("DELETE FROM session_users WHERE user_id = ?1 AND session_id = ?2", params![user, id])?;
        for table in ["session_recent", "session_rotations", "sign_ins_to_learn"] {
            conn.execute(&format!("DELETE FROM {table} WHERE session_id = ?1"), params![id])?;
        }
        conn.execute("DELETE FROM sessions WHERE id = ?1", params![id])?;
    }
    Ok(rows.get(ROWS as usize - 1).map(|(last, ..)| *last))
}

/// The same of failed sign-ins, in their users' order: of each user there are a hundred at the most.
fn failures(conn: Conn<'_>, past: Failure, cutoff: Timestamp) -> Result<Option<Failure>> {
    let sql = "SELECT user_id, event_id, at FROM login_failures WHERE (user_id, event_id) > (?1, ?2)
               ORDER BY user_id, event_id LIMIT ?3";
    let after = params![past.0, past.1, ROWS];
    let rows: Vec<(Failure, i64)> = all(conn, sql, after, |c| Ok(((c.take()?, c.take()?), c.take()?)))?;
    for ((user, event), _) in rows.iter().filter(|(_, at)| *at <= cutoff.as_millis()) {
        conn.execute(
            "DELETE FROM login_failures WHERE user_id = ?1 AND event_id = ?2",
            params![user, event],
        )?;
    }
    Ok(rows.get(ROWS as usize - 1).map(|(last, _)| *last))
}

/// Deletes the oldest of what is counted by time; whether there may be more.
fn rest(conn: Conn<'_>, keep: &Retention, now: Timestamp) -> Result<bool> {
    let minutes = now.minus(keep.failures).as_millis().div_euclid(60_000);
    let refusals = "DELETE FROM refusals WHERE (minute, reason) IN
                        (SELECT minute, reason FROM refusals WHERE minute < ?1 LIMIT ?2)";
    // CROSS JOINs, so that SQLite goes from the tenants to what is old in each, and not through all that there is.
    let days = now.minus(keep.risk).day().number();
    let counts = "DELETE FROM risk_counts WHERE (tenant_id, day, type, band) IN
                      (SELECT c.tenant_id, c.day, c.type, c.band FROM tenants t CROSS JOIN risk_counts c
                       WHERE c.tenant_id = t.id AND c.day < ?1 LIMIT ?2)";
    let events = "DELETE FROM risk_events WHERE (tenant_id, id) IN
                      (SELECT e.tenant_id, e.id FROM tenants t CROSS JOIN risk_events e
                       WHERE e.tenant_id = t.id AND e.id < ?1 LIMIT ?2)";
    let deleted = [
        conn.execute(refusals, params![minutes, ROWS])?,
        conn.execute(counts, params![days, ROWS])?,
        conn.execute(events, params![made_at(now.minus(keep.risk)), ROWS])?,
    ];
    Ok(deleted.contains(&(ROWS as usize)))
}
