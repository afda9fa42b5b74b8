//! An installation out of a backup.

use crate::audit::{AuditRow, Event, EventName};
use crate::ports::Rng;
use crate::time::Timestamp;

/// What a restore made void: whatever was good once may have been spent after the backup.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Voided {
    /// The store's epoch from now on: how often it was restored.
    pub epoch: u64,
    /// Tickets that nobody had redeemed.
    pub tickets: u64,
    /// Sessions that had not been ended.
    pub sessions: u64,
    /// Challenges, passkey ceremonies and codes that were sent.
    pub challenges: u64,
    /// Invitations that nobody had accepted.
    pub invitations: u64,
}

/// What the audit log says of a restore.
pub fn restored(voided: &Voided, now: Timestamp, rng: &dyn Rng) -> AuditRow {
    let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    Event::new(EventName::StoreRestored, None)
        .by_console()
        .number("epoch", number(voided.epoch))
        .number("tickets", number(voided.tickets))
        .number("sessions", number(voided.sessions))
        .number("challenges", number(voided.challenges))
        .number("invitations", number(voided.invitations))
        .into_row(now, rng)
}
