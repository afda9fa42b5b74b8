//! Invitations and their states.

use crate::access::Role;
use crate::id::{ApiKeyId, InvitationId, TenantId, UserId};
use crate::signin::Fences;
use crate::time::{Span, Timestamp};

/// Who invited.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Inviter {
    /// A person.
    Person(UserId),
    /// A system.
    System(ApiKeyId),
    /// The operator at the command line.
    Console,
}

/// What was done with an invitation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum InvitationState {
    /// Nothing yet.
    Open,
    /// Somebody made an account with it.
    Accepted {
        /// The account.
        user: UserId,
        /// When.
        at: Timestamp,
    },
    /// It was taken back.
    Revoked {
        /// When.
        at: Timestamp,
    },
}

/// How an invitation stands at some time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum InvitationStatus {
    /// May be accepted.
    Open,
    /// Was accepted.
    Accepted,
    /// Was taken back.
    Revoked,
    /// Its time is over.
    Expired,
}

impl InvitationStatus {
    const ALL: [Self; 4] = [Self::Open, Self::Accepted, Self::Revoked, Self::Expired];

    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Accepted => "accepted",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
        }
    }

    /// The status of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == name)
    }
}

/// An invitation, of whose code only the hash is kept.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// Its identifier, part of the code.
    pub id: InvitationId,
    /// The tenant that it invites to.
    pub tenant: TenantId,
    /// The e-mail address that the account will have.
    pub email: String,
    /// The role that the account will have.
    pub role: Role,
    /// Who invited.
    pub inviter: Inviter,
    /// The fences of the tenant and of the inviter's side, as they were then: `user` and `membership` are a person's.
    pub fences: Fences,
    /// SHA-256 of the code's secret.
    pub secret_hash: [u8; 32],
    /// When it was made.
    pub created_at: Timestamp,
    /// When it is over.
    pub expires_at: Timestamp,
    /// What was done with it.
    pub state: InvitationState,
}

impl Invitation {
    /// How it stands now.
    pub fn status(&self, now: Timestamp) -> InvitationStatus {
        match self.state {
            InvitationState::Accepted { .. } => InvitationStatus::Accepted,
            InvitationState::Revoked { .. } => InvitationStatus::Revoked,
            InvitationState::Open if self.expires_at <= now => InvitationStatus::Expired,
            InvitationState::Open => InvitationStatus::Open,
        }
    }
}

/// An invitation about to be stored. `created_at` is the commit's time, `expires_at` is `ttl` later.
#[derive(Clone, Debug)]
pub struct NewInvitation {
    /// The invitation.
    pub invitation: Invitation,
    /// How long it lives.
    pub ttl: Span,
}

/// What a commit may do to invitations.
#[derive(Clone, Debug)]
pub enum Change {
    /// Inserts.
    Create(Box<NewInvitation>),
    /// Notes who accepted; guarded by [`InvitationOpen`](crate::commit::Guard::InvitationOpen).
    Accept {
        /// The invitation.
        id: InvitationId,
        /// The account that was made.
        user: UserId,
    },
    /// Takes it back; guarded likewise.
    Revoke(InvitationId),
}

/// How long an invitation is kept after its time.
pub const KEPT: Span = Span::hours(90 * 24);
