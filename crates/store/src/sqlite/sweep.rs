//! The sweep: erases what may answer again no longer, reaps what is past its retention, and carries recent sessions and
//! tickets over to the places where they are looked for. A step at a time, so that commits wait no longer than for one.

use super::reap::Reaper;
use crate::queries::{session_index, ticket_index};
use authms_core::device;
use authms_core::id::{SessionId, UserId};
use authms_core::invitation::KEPT;
use authms_core::retention::Retention;
use authms_core::session::ROTATION_WINDOW;
use authms_core::time::{Span, Timestamp};
use rusqlite::{Connection, Result, TransactionBehavior, params};

/// Rows erased in one step.
const ERASED: u32 = 500;

/// Sessions, and rows about tickets, carried over in one step.
const CARRIED: usize = 2000;

/// Sessions read at a time to be carried over; the more, the closer together they lie in their users' order.
const BACKLOG: u32 = 200_000;

/// How long sessions and tickets stay recent: the more are carried over together, the fewer pages are written for each.
const CARRY_EVERY: Span = Span::seconds(10);

/// How long challenges are kept once they are over: whoever comes late is told so in the audit log.
const CHALLENGE_KEPT: Span = Span::seconds(3600);

/// What the sweep is in the middle of. Lost, it begins again.
#[derive(Default)]
pub(super) struct Sweeper {
    /// When recent sessions were last read to be carried over.
    loaded_at: Option<Timestamp>,
    /// Recent sessions, by user.
    to_carry: Vec<(UserId, SessionId)>,
    /// Those that have reached their users' places, not yet forgotten as recent, in order.
    carried: Vec<SessionId>,
    /// How far recent tickets have been carried over.
    tickets: Option<ticket_index::Place>,
    reaper: Reaper,
}

impl Sweeper {
    /// One step; whether there are more.
    pub(super) fn step(&mut self, conn: &mut Connection, keep: &Retention, now: Timestamp) -> Result<bool> {
        let idle = self.to_carry.is_empty() && self.carried.is_empty() && self.tickets.is_none();
        if idle && self.is_due(now) {
            self.load(conn)?;
            self.loaded_at = Some(now);
            self.tickets = Some(ticket_index::Place::START);
        }
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let erased_all = erase(&tx, now)?;
        let (to_carry, carried) = self.next();
        for (user, session) in to_carry {
            session_index::insert(&tx, *user, *session)?;
        }
        for session in carried {
            session_index::forget_recent(&tx, *session)?;
        }
        let (carry_left, forget_left) =
            (self.to_carry.len() - to_carry.len(), self.carried.len() - carried.len());
        let tickets_left = match self.tickets {
            Some(from) => ticket_index::carry(&tx, from, CARRIED as u32)?,
            None => None,
        };
        let reaper = self.reaper.step(&tx, keep, now)?;
        tx.commit()?;
        self.reaper = reaper;
        self.tickets = tickets_left;
        self.to_carry.truncate(carry_left);
        self.carried.truncate(forget_left);
        let carrying = carry_left + forget_left > 0 || self.tickets.is_some();
        Ok(!erased_all || carrying || self.reaper.is_under_way())
    }

    /// What this step is about: the ends of the lists, the first before the second.
    fn next(&self) -> (&[(UserId, SessionId)], &[SessionId]) {
        let end = |len: usize| len.saturating_sub(CARRIED)..len;
        if self.to_carry.is_empty() {
            (&[], &self.carried[end(self.carried.len())])
        } else {
            (&self.to_carry[end(self.to_carry.len())], &[])
        }
    }

    /// A clock that was set back makes nothing wait.
    fn is_due(&self, now: Timestamp) -> bool {
        self.loaded_at.is_none_or(|at| now < at || at.plus(CARRY_EVERY) <= now)
    }

    fn load(&mut self, conn: &Connection) -> Result<()> {
        self.to_carry = session_index::recent(conn, BACKLOG)?;
        self.carried = self.to_carry.iter().map(|(_, session)| *session).collect();
        self.to_carry.sort_unstable();
        Ok(())
    }
}

/// Erases some of what is past its time; whether that was all.
fn erase(conn: &Connection, now: Timestamp) -> Result<bool> {
    let replays = "DELETE FROM ticket_replays WHERE ticket_id IN
                       (SELECT ticket_id FROM ticket_replays WHERE until <= ?1 LIMIT ?2)";
    let rotations = "DELETE FROM session_rotations WHERE session_id IN
                         (SELECT session_id FROM session_rotations WHERE at <= ?1 LIMIT ?2)";
    let mint_keys = "DELETE FROM mint_keys WHERE (scope, key_hash) IN
                         (SELECT scope, key_hash FROM mint_keys WHERE until <= ?1 LIMIT ?2)";
    let invitations = "DELETE FROM invitations WHERE id IN
                           (SELECT id FROM invitations WHERE expires_at <= ?1 LIMIT ?2)";
    let challenges = "DELETE FROM challenges WHERE id IN
                          (SELECT id FROM challenges WHERE expires_at <= ?1 LIMIT ?2)";
    let codes = "DELETE FROM sent_codes WHERE slot IN
                     (SELECT slot FROM sent_codes WHERE expires_at <= ?1 LIMIT ?2)";
    let releases = "DELETE FROM mfa_releases WHERE (tenant_id, user_id) IN
                        (SELECT tenant_id, user_id FROM mfa_releases WHERE expires_at <= ?1 LIMIT ?2)";
    let devices = "DELETE FROM devices WHERE id IN (SELECT id FROM devices WHERE seen_at <= ?1 LIMIT ?2)";
    let ceremonies = "DELETE FROM passkey_ceremonies WHERE challenge_hash IN
                          (SELECT challenge_hash FROM passkey_ceremonies WHERE expires_at <= ?1 LIMIT ?2)";
    let mut all = true;
    for (sql, until) in [
        (replays, now),
        (rotations, now.minus(ROTATION_WINDOW)),
        (mint_keys, now),
        (invitations, now.minus(KEPT)),
        (challenges, now.minus(CHALLENGE_KEPT)),
        (codes, now),
        (releases, now),
        (devices, now.minus(device::KEPT)),
        (ceremonies, now),
    ] {
        let erased = conn.prepare_cached(sql)?.execute(params![until.as_millis(), ERASED])?;
        all &= erased < ERASED as usize;
    }
    Ok(all)
}
