//! The life of a ticket: where it may stand, and what may happen to it there. The guards of the store agree with it, and
//! the diagram in `docs/tickets.md` is drawn from it.

use crate::id::SessionId;
use crate::time::Timestamp;

/// How far a ticket's life has gone, as stored; expiry is a matter of time, not of state.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TicketState {
    /// Nobody has redeemed it.
    Issued,
    /// Redeemed; it opened this session at this time.
    Spent {
        /// The session that it opened.
        session: SessionId,
        /// The time of the commit that spent it.
        at: Timestamp,
    },
    /// Killed before anybody redeemed it.
    Revoked {
        /// The time of the commit that killed it.
        at: Timestamp,
        /// Why.
        why: Revocation,
    },
}

/// Why a ticket was revoked.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Revocation {
    /// Somebody who may revoked it.
    Withdrawn,
    /// A holder reported that it leaked.
    Reported,
    /// A newer ticket took its place.
    Replaced,
    /// Too many redeemers failed its bindings.
    Attempts,
    /// Its redemption was too risky.
    Risk,
    /// The store was restored from a backup.
    Restored,
}

impl Revocation {
    /// All reasons.
    pub const ALL: [Self; 6] =
        [Self::Withdrawn, Self::Reported, Self::Replaced, Self::Attempts, Self::Risk, Self::Restored];

    /// The name on the wire and at rest.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Withdrawn => "withdrawn",
            Self::Reported => "reported",
            Self::Replaced => "replaced",
            Self::Attempts => "attempts",
            Self::Risk => "risk",
            Self::Restored => "restored",
        }
    }

    /// The reason of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.as_str() == name)
    }
}

/// Where a ticket's life stands at a time. All but the first are final.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TicketStatus {
    /// May be redeemed.
    Issued,
    /// Was redeemed.
    Spent,
    /// Nobody redeemed it in time.
    Expired,
    /// Was killed before anybody redeemed it.
    Revoked,
}

impl TicketStatus {
    /// All, in the order of a life.
    pub const ALL: [Self; 4] = [Self::Issued, Self::Spent, Self::Expired, Self::Revoked];

    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Issued => "issued",
            Self::Spent => "spent",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }

    /// The status of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == name)
    }

    /// Where the ticket stands after an act; `None`: the act is refused and changes nothing.
    pub const fn after(self, act: TicketAct) -> Option<Self> {
        match (self, act) {
            (Self::Issued, TicketAct::Redeem) => Some(Self::Spent),
            (Self::Issued, TicketAct::Expire) => Some(Self::Expired),
            (Self::Issued, TicketAct::Revoke(_)) => Some(Self::Revoked),
            (Self::Issued, TicketAct::Fail | TicketAct::Peek) => Some(Self::Issued),
            (Self::Spent | Self::Expired | Self::Revoked, _) => None,
        }
    }
}

/// What happens to a ticket.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TicketAct {
    /// Its holder meets every binding and signs in.
    Redeem,
    /// Its holder fails a binding.
    Fail,
    /// Its holder looks at it.
    Peek,
    /// Its time passes.
    Expire,
    /// It is killed.
    Revoke(Revocation),
}

impl TicketAct {
    /// All acts.
    pub const ALL: [Self; 10] = [
        Self::Redeem,
        Self::Fail,
        Self::Peek,
        Self::Expire,
        Self::Revoke(Revocation::Withdrawn),
        Self::Revoke(Revocation::Reported),
        Self::Revoke(Revocation::Replaced),
        Self::Revoke(Revocation::Attempts),
        Self::Revoke(Revocation::Risk),
        Self::Revoke(Revocation::Restored),
    ];

    /// What it is called in the diagram.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Redeem => "redeemed",
            Self::Fail => "a binding fails",
            Self::Peek => "peeked at",
            Self::Expire => "its time passes",
            Self::Revoke(Revocation::Withdrawn) => "revoked by who may",
            Self::Revoke(Revocation::Reported) => "reported as leaked",
            Self::Revoke(Revocation::Replaced) => "replaced by a newer one",
            Self::Revoke(Revocation::Attempts) => "the last allowed binding fails",
            Self::Revoke(Revocation::Risk) => "redeemed at critical risk",
            Self::Revoke(Revocation::Restored) => "the store is restored from a backup",
        }
    }
}
