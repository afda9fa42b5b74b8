//! The guarded commit: the one way in which anything is ever changed.

mod guard;

pub use guard::{Guard, Row};

use crate::audit::AuditRow;
use crate::id::{MessageId, TicketId};
use crate::risk::Learned;
use crate::signin::challenge;
use crate::time::Timestamp;
use crate::{
    audit, client, code, device, factor, install, invitation, key, membership, message, mfa, on_behalf,
    passkey, risk, session, signin, signing_key, tenant, ticket, user, webhook,
};

/// One change; each noun's own are in its model.
#[derive(Clone, Debug)]
pub enum Change {
    /// To the installation.
    Installation(install::Change),
    /// To the signing keys.
    SigningKeys(signing_key::Change),
    /// To tenants.
    Tenant(tenant::Change),
    /// To memberships.
    Membership(membership::Change),
    /// To users.
    User(user::Change),
    /// To clients.
    Client(client::Change),
    /// To API keys.
    ApiKey(key::Change),
    /// To tickets.
    Ticket(ticket::Change),
    /// To sessions.
    Session(session::Change),
    /// To requests to act on somebody's behalf, and to what users say of that.
    OnBehalf(on_behalf::Change),
    /// To invitations.
    Invitation(invitation::Change),
    /// To second factors.
    Factor(factor::Change),
    /// To challenges.
    Challenge(challenge::Change),
    /// To administrators' releases of who has no factor.
    Release(mfa::ReleaseChange),
    /// To devices.
    Device(device::Change),
    /// To passkeys and their ceremonies.
    Passkey(passkey::Change),
    /// To what is remembered of sign-ins.
    SignIn(signin::Change),
    /// To messages.
    Message(message::Change),
    /// To one-time codes.
    Code(code::Change),
    /// To risk events.
    Risk(risk::Change),
    /// To the audit log, besides the rows of the act.
    Audit(audit::log::Change),
    /// To webhooks.
    Webhook(webhook::Change),
    /// Counts a refusal that concerns no row, by the minute: bounded, whatever anonymous callers send, and as slow as
    /// any other refusal.
    CountRefusal(&'static str),
}

/// How a commit is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lane {
    /// Gathered with others into one durable transaction: conflict-free by its keys, a closed list.
    Gathered,
    /// A transaction of its own.
    Alone,
}

impl Change {
    const fn lane(&self) -> Lane {
        match self {
            Self::Ticket(ticket::Change::RevokeAll { .. }) => Lane::Alone,
            Self::Ticket(_) | Self::SignIn(_) | Self::Challenge(_) | Self::CountRefusal(_) => Lane::Gathered,
            Self::Passkey(
                passkey::Change::Begin(_) | passkey::Change::Finish(_) | passkey::Change::Assert { .. },
            ) => Lane::Gathered,
            Self::Factor(
                factor::Change::Use { .. }
                | factor::Change::Fail { .. }
                | factor::Change::SpendRecoveryCode { .. },
            ) => Lane::Gathered,
            Self::ApiKey(key::Change::Use(..)) => Lane::Gathered,
            Self::Message(_) | Self::Code(_) | Self::Risk(_) => Lane::Gathered,
            Self::Session(
                session::Change::Open(_)
                | session::Change::Rotate { .. }
                | session::Change::Flag(_)
                | session::Change::End { .. },
            ) => Lane::Gathered,
            Self::Session(
                session::Change::EndAll { .. }
                | session::Change::EndActs { .. }
                | session::Change::EndActsFor { .. },
            )
            | Self::Installation(_)
            | Self::Audit(_)
            | Self::SigningKeys(_)
            | Self::Tenant(_)
            | Self::Membership(_)
            | Self::User(_)
            | Self::Client(_)
            | Self::ApiKey(_)
            | Self::Factor(_)
            | Self::Device(_)
            | Self::Passkey(_)
            | Self::Release(_)
            | Self::Invitation(_)
            | Self::OnBehalf(_)
            | Self::Webhook(_) => Lane::Alone,
        }
    }
}

/// Changes under guards, with the audit rows of the act: all of it becomes durable, or none.
#[derive(Clone, Debug)]
pub struct Commit {
    guards: Vec<Guard>,
    changes: Vec<Change>,
    audit: Vec<AuditRow>,
}

impl Commit {
    /// A commit of the act that `audit` tells of.
    pub fn new(audit: AuditRow) -> Self {
        Self { guards: Vec::new(), changes: Vec::new(), audit: vec![audit] }
    }

    /// Counts a refusal of somebody who proved nothing.
    pub fn refusal(reason: &'static str) -> Self {
        Self { guards: Vec::new(), changes: vec![Change::CountRefusal(reason)], audit: Vec::new() }
    }

    /// Hands something out that is no act until it comes back.
    pub fn unremarkable(change: Change) -> Self {
        Self { guards: Vec::new(), changes: vec![change], audit: Vec::new() }
    }

    /// Counts one more replay of a ticket whose audit rows are used up.
    pub fn counted_replay(id: TicketId) -> Self {
        let changes = vec![Change::Ticket(ticket::Change::CountReplay(id))];
        Self { guards: Vec::new(), changes, audit: Vec::new() }
    }

    /// Writes down the last uses of API keys, each of which is no act, with the audit rows of those that were refused.
    pub fn key_uses(uses: Vec<Change>, audit: Vec<AuditRow>) -> Self {
        Self { guards: Vec::new(), changes: uses, audit }
    }

    /// Has an errand run that anybody may ask for; what it leads to is an act.
    pub fn errand(row: message::Outgoing) -> Self {
        let changes = vec![Change::Message(message::Change::Enqueue(Box::new(row)))];
        Self { guards: Vec::new(), changes, audit: Vec::new() }
    }

    /// Counts an attempt to send a message, which is no act of anybody's; that it was sent is one.
    pub fn message_attempt(id: MessageId, due_at: Timestamp) -> Self {
        let changes = vec![Change::Message(message::Change::Try { id, due_at })];
        Self { guards: Vec::new(), changes, audit: Vec::new() }
    }

    /// Writes down what was learned of a user, which is no act.
    pub fn learned(learned: Learned) -> Self {
        let changes = vec![Change::SignIn(signin::Change::Learn(Box::new(learned)))];
        Self { guards: Vec::new(), changes, audit: Vec::new() }
    }

    /// Adds a condition.
    #[must_use]
    pub fn guard(mut self, guard: Guard) -> Self {
        self.guards.push(guard);
        self
    }

    /// Adds a change.
    #[must_use]
    pub fn change(mut self, change: Change) -> Self {
        self.changes.push(change);
        self
    }

    /// Adds changes, if there are any.
    #[must_use]
    pub fn with(mut self, changes: impl IntoIterator<Item = Change>) -> Self {
        self.changes.extend(changes);
        self
    }

    /// Adds another act's audit row.
    #[must_use]
    pub fn audit(mut self, row: AuditRow) -> Self {
        self.audit.push(row);
        self
    }

    /// This and another act, both or neither. They must not concern the same rows: all guards are evaluated before
    /// any of the changes.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.guards.extend(other.guards);
        self.changes.extend(other.changes);
        self.audit.extend(other.audit);
        self
    }

    /// The conditions, in the order in which a conflict names them.
    pub fn guards(&self) -> &[Guard] {
        &self.guards
    }

    /// The changes, in order.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// The audit rows, in order.
    pub fn audit_rows(&self) -> &[AuditRow] {
        &self.audit
    }

    /// How it is written: gathered if every change is, and no guard is on what others change.
    pub fn lane(&self) -> Lane {
        let gathered = self.changes.iter().all(|c| c.lane() == Lane::Gathered)
            && !self.guards.iter().any(|g| matches!(g, Guard::Rev { .. } | Guard::TicketsBelow { .. }));
        if gathered { Lane::Gathered } else { Lane::Alone }
    }
}

/// The commit is durable.
#[derive(Clone, Copy, Debug)]
pub struct Committed {
    /// Its time by the store's clock: what `iat` says.
    pub at: Timestamp,
}

/// A value that exists already.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unique {
    /// A user's identifier, in the tenant.
    UserIdentifier,
    /// A client's name, in the tenant.
    ClientName,
    /// A tenant's name.
    TenantName,
    /// A passkey's credential.
    Credential,
}

/// Why a commit is not known to have been written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CommitError {
    /// The guard of this index failed; nothing was written.
    #[error("guard {0} failed")]
    Conflict(usize),
    /// The value exists already; nothing was written.
    #[error("{0:?} is taken")]
    Taken(Unique),
    /// Too much is waiting; nothing was written.
    #[error("the store is busy")]
    Busy,
    /// The store cannot write; nothing was written.
    #[error("the store is unavailable")]
    Unavailable,
    /// The store failed while committing; perhaps it was written.
    #[error("the store failed during a commit")]
    Unknown,
}
