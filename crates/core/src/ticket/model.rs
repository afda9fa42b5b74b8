//! Tickets: single-use bearer credentials for one subject.

use super::life::{Revocation, TicketState, TicketStatus};
use crate::id::{ApiKeyId, ClientId, SessionId, TenantId, TicketId, TokenId, UserId};
use crate::on_behalf::Terms;
use crate::signin::Fences;
use crate::time::{Span, Timestamp};
use ipnet::IpNet;
use std::fmt;
use std::net::IpAddr;

/// What a ticket is for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Purpose {
    /// Signs its subject in to another system.
    Sso,
    /// Signs its minter in as somebody else, openly.
    OnBehalf,
}

impl Purpose {
    /// All purposes.
    pub const ALL: [Self; 2] = [Self::Sso, Self::OnBehalf];

    /// The name on the wire and at rest.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sso => "sso",
            Self::OnBehalf => "on_behalf",
        }
    }

    /// The purpose of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.as_str() == name)
    }
}

/// Who created a ticket.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Minter {
    /// A backend by its API key.
    System(ApiKeyId),
    /// A signed-in person, in this session.
    Person {
        /// The person.
        user: UserId,
        /// The session in which they minted.
        session: SessionId,
    },
    /// The operator's command line.
    Console,
}

/// The identifier of whoever it was, or `console`.
impl fmt::Display for Minter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System(key) => key.fmt(f),
            Self::Person { user, .. } => user.fmt(f),
            Self::Console => f.write_str("console"),
        }
    }
}

impl Minter {
    /// The 16 bytes under which this minter's idempotency keys are kept.
    pub fn scope(&self) -> [u8; 16] {
        match self {
            Self::System(key) => *key.bytes(),
            Self::Person { user, .. } => *user.bytes(),
            Self::Console => [0; 16],
        }
    }

    /// The person who minted for somebody else, and so acts on their behalf.
    pub fn acts_for(&self, subject: UserId) -> Option<UserId> {
        match self {
            Self::Person { user, .. } if *user != subject => Some(*user),
            _ => None,
        }
    }
}

/// A ticket as stored; of its secret only the hash.
#[derive(Clone, Debug)]
pub struct Ticket {
    /// Its identifier, the first part of the bearer text.
    pub id: TicketId,
    /// The tenant that the session will be in.
    pub tenant: TenantId,
    /// Who is signed in by it.
    pub subject: UserId,
    /// What it is for.
    pub purpose: Purpose,
    /// Who created it.
    pub minter: Minter,
    /// SHA-256 of the secret.
    pub secret_hash: [u8; 32],
    /// The only client that may redeem it, if bound.
    pub client: Option<ClientId>,
    /// S256 challenge (RFC 7636 §4.2) whose verifier the redeemer must send, if bound.
    pub proof: Option<String>,
    /// The network that it must be redeemed from, if bound.
    pub network: Option<IpNet>,
    /// The redirect URI that the redeemer must name byte for byte, if bound.
    pub redirect_uri: Option<String>,
    /// SHA-256 of the context that the redeemer must name, if bound.
    pub context_hash: Option<[u8; 32]>,
    /// Why the minter acts on the subject's behalf.
    pub reason: Option<String>,
    /// What else they asked for.
    pub terms: Terms,
    /// When the subject authenticated, as the minter vouches.
    pub subject_auth_time: Option<Timestamp>,
    /// How the subject authenticated (RFC 8176), as the minter vouches.
    pub subject_amr: Vec<String>,
    /// From where a person minted it; where a backend did so says nothing of its user, and is not kept.
    pub minted_ip: Option<IpAddr>,
    /// The fences of all that the minting was decided on.
    pub fences: Fences,
    /// When it was minted.
    pub created_at: Timestamp,
    /// When it stops signing in.
    pub expires_at: Timestamp,
    /// How far its life has gone.
    pub state: TicketState,
    /// How often somebody with the right secret failed a binding.
    pub attempts: u8,
    /// How often it was redeemed again after it was spent.
    pub replays: u32,
}

impl Ticket {
    /// Where its life stands at this time.
    pub fn status(&self, now: Timestamp) -> TicketStatus {
        match self.state {
            TicketState::Issued if self.expires_at <= now => TicketStatus::Expired,
            TicketState::Issued => TicketStatus::Issued,
            TicketState::Spent { .. } => TicketStatus::Spent,
            TicketState::Revoked { .. } => TicketStatus::Revoked,
        }
    }
}

/// A ticket about to be stored.
#[derive(Clone, Debug)]
pub struct NewTicket {
    /// The ticket; its `created_at` and `expires_at` are the commit's time and `ttl` after it.
    pub ticket: Ticket,
    /// How long it lives.
    pub ttl: Span,
    /// Remembered for 24 h under the minter, if given.
    pub idempotency: Option<Idempotency>,
}

/// A minter's idempotency key and the request that it stands for, as hashes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Idempotency {
    /// [`Minter::scope`].
    pub scope: [u8; 16],
    /// SHA-256 of the key.
    pub key_hash: [u8; 32],
    /// SHA-256 of the request's meaning.
    pub request_hash: [u8; 32],
}

impl Idempotency {
    /// How long a key is remembered.
    pub const WINDOW: Span = Span::hours(24);
}

/// What answers the same redemption again: no secret can be derived from it without the ticket and the key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Replay {
    /// SHA-256 of the idempotency key.
    pub key_hash: [u8; 32],
    /// The salt of the refresh secret's derivation.
    pub salt: [u8; 16],
    /// The `jti` of the access token.
    pub jti: TokenId,
    /// How long after the spending it answers.
    pub window: Span,
}

/// What a commit may do to tickets.
#[derive(Clone, Debug)]
pub enum Change {
    /// Inserts a ticket.
    Mint(Box<NewTicket>),
    /// Marks it spent at the commit's time; guarded by [`TicketLive`](crate::commit::Guard::TicketLive).
    Spend {
        /// The ticket.
        id: TicketId,
        /// The session that it opens.
        session: SessionId,
        /// Kept aside for the window, if the redeemer sent an idempotency key.
        replay: Option<Replay>,
    },
    /// Counts a failed binding; guarded likewise. The last one that is allowed revokes the ticket.
    CountAttempt {
        /// The ticket.
        id: TicketId,
        /// The number of failed bindings that kills it.
        allowed: u8,
    },
    /// Revokes it at the commit's time; guarded by [`Guard::issued`](crate::commit::Guard::issued).
    Revoke {
        /// The ticket.
        id: TicketId,
        /// Why.
        why: Revocation,
    },
    /// Revokes whatever of a user's tickets in a tenant is issued at the commit's time.
    RevokeAll {
        /// The tenant.
        tenant: TenantId,
        /// Whose tickets.
        user: UserId,
        /// Only those bound to this client, or (inner `None`) to none; all of them if absent.
        client: Option<Option<ClientId>>,
        /// Only those that this key or person minted; whoever minted them if absent.
        minter: Option<Minter>,
        /// Why.
        why: Revocation,
    },
    /// Counts a redemption after the ticket was spent, and erases its replay, if any.
    CountReplay(TicketId),
}
