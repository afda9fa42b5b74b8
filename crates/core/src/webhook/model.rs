//! Endpoints, what is delivered to them, and what a commit may do to both.

use crate::id::{EventId, TenantId, WebhookId};
use crate::time::{Span, Timestamp};

/// How long what was delivered is kept to be looked at.
pub const KEPT: Span = Span::hours(24);

/// How long what could not be delivered is kept, to be replayed.
pub const DEAD_KEPT: Span = Span::hours(30 * 24);

/// Why nothing is delivered to an endpoint any more.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DisabledWhy {
    /// An administrator wanted it so.
    Administrator,
    /// It has failed for days.
    Failing,
    /// It answered 410: it wants nothing more.
    Gone,
}

impl DisabledWhy {
    /// The name on the wire and at rest.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Failing => "failing",
            Self::Gone => "gone",
        }
    }

    /// The reason of that name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Administrator, Self::Failing, Self::Gone].into_iter().find(|why| why.as_str() == name)
    }
}

/// A secret that was replaced, and signs beside the present one for a while.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Former {
    /// Sealed.
    pub sealed: Vec<u8>,
    /// Until when.
    pub until: Timestamp,
}

/// An endpoint.
#[derive(Clone, Debug)]
pub struct Webhook {
    /// Its identifier, `whk_…`.
    pub id: WebhookId,
    /// Whose events it is told.
    pub tenant: TenantId,
    /// Where.
    pub url: String,
    /// What administrators call it; may be empty.
    pub description: String,
    /// Names of events, kinds of them (`user.*`), or `*`.
    pub events: Vec<String>,
    /// Its secret, sealed.
    pub secret: Vec<u8>,
    /// The secret before.
    pub former: Option<Former>,
    /// Why it is disabled, if it is.
    pub disabled: Option<DisabledWhy>,
    /// Incremented by every change of the above.
    pub rev: u64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// How far it has come.
    pub progress: Progress,
}

/// How far an endpoint has come.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Progress {
    /// The first leaf of its tenant's log that was not looked at yet.
    pub next_leaf: u64,
    /// Counts whoever worked on it: only the last may go on.
    pub turn: u64,
    /// Until then somebody works on it, or it is left alone.
    pub free_at: Timestamp,
    /// Attempts in a row, one after another, of which none succeeded.
    pub failures: u32,
    /// When the first of them was.
    pub failing_since: Option<Timestamp>,
}

/// How a delivery stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DeliveryState {
    /// It is to be made, or made again.
    Waiting,
    /// It was made.
    Delivered,
    /// It was given up: a dead letter.
    Dead,
}

impl DeliveryState {
    /// The name on the wire and at rest.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Dead => "dead",
        }
    }

    /// The state of that name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Waiting, Self::Delivered, Self::Dead].into_iter().find(|state| state.as_str() == name)
    }
}

/// An event on its way to an endpoint.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Delivery {
    /// Where to.
    pub webhook: WebhookId,
    /// Its leaf in the tenant's log.
    pub leaf: u64,
    /// The event.
    pub event: EventId,
    /// The event's name.
    pub name: String,
    /// Whom it concerns: what concerns one is delivered in order.
    pub subject: String,
    /// How it stands.
    pub state: DeliveryState,
    /// How often it was begun.
    pub attempts: u32,
    /// When it is to be made.
    pub due_at: Timestamp,
    /// When it was taken from the log.
    pub created_at: Timestamp,
    /// When it was made or given up.
    pub ended_at: Option<Timestamp>,
    /// The status of the last answer.
    pub status: Option<u16>,
    /// Why there was none, or why it was given up.
    pub why: Option<String>,
}

/// What became of an attempt.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outcome {
    /// Of which delivery.
    pub leaf: u64,
    /// How it stands now.
    pub state: DeliveryState,
    /// When to try again, if it waits.
    pub due_at: Timestamp,
    /// The status of the answer.
    pub status: Option<u16>,
    /// Why there was none, or why it was given up.
    pub why: Option<String>,
}

/// What a commit may do to webhooks.
#[derive(Clone, Debug)]
pub enum Change {
    /// Inserts.
    Create(Box<Webhook>),
    /// Writes what administrators decide; `rev` is the new one. Whoever works on it, as it was, does so no longer.
    Update(Box<Webhook>),
    /// Has it work again from this leaf on.
    Resume {
        /// Which.
        id: WebhookId,
        /// The first leaf that it is told; `None`: where it stopped. What waits below it is given up.
        from: Option<u64>,
    },
    /// Disables it, since it does not take what it is told; guarded by [`WebhookTurn`](crate::commit::Guard::WebhookTurn).
    Disable(WebhookId, DisabledWhy),
    /// Removes it; its deliveries are erased behind it.
    Delete(WebhookId),
    /// Begins a turn; guarded by the turn before.
    Take {
        /// Which.
        id: WebhookId,
        /// Until when others leave it alone.
        until: Timestamp,
    },
    /// Takes events from the log; guarded by the turn, as is all that follows.
    Collect {
        /// Which.
        id: WebhookId,
        /// The first leaf that was not looked at.
        next_leaf: u64,
        /// The events among them that it wants.
        deliveries: Vec<Delivery>,
    },
    /// Counts attempts, about to be made.
    Try {
        /// Which.
        id: WebhookId,
        /// The leaves of what is tried, and when to try again unless the outcome is known by then.
        tries: Vec<(u64, Timestamp)>,
        /// Until when others leave it alone.
        until: Timestamp,
    },
    /// Notes what became of attempts.
    End {
        /// Which.
        id: WebhookId,
        /// What became of them.
        outcomes: Vec<Outcome>,
        /// [`Progress::failures`] now.
        failures: u32,
        /// [`Progress::failing_since`] now.
        failing_since: Option<Timestamp>,
    },
    /// Ends a turn.
    Rest {
        /// Which.
        id: WebhookId,
        /// Until when it is left alone.
        until: Timestamp,
    },
    /// Has deliveries made once more: this one, or all that were given up.
    Replay {
        /// Which endpoint's.
        id: WebhookId,
        /// The leaf of the one.
        leaf: Option<u64>,
    },
}
