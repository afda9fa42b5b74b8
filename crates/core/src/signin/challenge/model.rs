//! What is kept of a challenge, and what a commit may do to it.

use super::enrolment::Enrolment;
use crate::factor::FactorKinds;
use crate::id::{ApiKeyId, ChallengeId, ClientId, DeviceId, FactorId, SessionId, TenantId, TicketId, UserId};
use crate::mfa::MfaReason;
use crate::risk::Risk;
use crate::session::Origin;
use crate::signin::{Fences, MethodKind, Standing};
use crate::ticket::Replay;
use crate::time::{Span, Timestamp};

/// How long a challenge waits.
pub const CHALLENGE_TTL: Span = Span::seconds(300);

/// How long one waits whose user has to enrol a factor first.
pub const ENROLMENT_TTL: Span = Span::seconds(900);

/// How many wrong codes a challenge takes: the last of them kills it.
pub const GUESSES: u8 = 5;

/// How long the next code has to wait after so many wrong ones: 1, 2, 4, 8 seconds.
pub const fn delay(wrong: u8) -> Span {
    Span::seconds(if wrong == 0 { 0 } else { 1 << (wrong - 1) })
}

/// How a challenge stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ChallengeState {
    /// It waits.
    Open,
    /// A factor was proved, and the session opened.
    Passed {
        /// When.
        at: Timestamp,
    },
    /// Too many wrong codes, or the user's sessions were ended.
    Dead,
}

impl ChallengeState {
    /// The name at rest.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Passed { .. } => "passed",
            Self::Dead => "dead",
        }
    }
}

/// A sign-in that waits for a second factor.
#[derive(Clone, Debug)]
pub struct Challenge {
    /// Its identifier, of the same bytes as the session that it leads to.
    pub id: ChallengeId,
    /// SHA-256 of the secret in its token.
    pub secret_hash: [u8; 32],
    /// Its tenant.
    pub tenant: TenantId,
    /// Who signs in.
    pub user: UserId,
    /// The user's revision, if any change of the user ends it: of a password sign-in.
    pub user_rev: Option<u64>,
    /// The client that the sign-in is for.
    pub client: Option<ClientId>,
    /// How the sign-in began.
    pub method: MethodKind,
    /// The ticket that was spent on it.
    pub ticket: Option<TicketId>,
    /// The API key that minted that ticket.
    pub minted_by: Option<ApiKeyId>,
    /// The fences of all that was decided on.
    pub fences: Fences,
    /// When the user authenticated by the first factor, if known.
    pub auth_time: Option<Timestamp>,
    /// How (RFC 8176), if known.
    pub amr: Vec<String>,
    /// Where it came from; for showing.
    pub origin: Origin,
    /// How risky the sign-in is.
    pub risk: Risk,
    /// The device that began, if it was known: the same has to complete.
    pub device: Option<DeviceId>,
    /// The session whose place the new one takes, if it is asked of one that goes on.
    pub renews: Option<SessionId>,
    /// What satisfies.
    pub methods: FactorKinds,
    /// Why it was asked.
    pub why: MfaReason,
    /// How far the enrolment has come of a user who has no factor; `None`: they have one.
    pub enrolment: Option<Enrolment>,
    /// How many codes were wrong.
    pub wrong: u8,
    /// When the next code is looked at.
    pub next_at: Timestamp,
    /// How it stands.
    pub state: ChallengeState,
    /// When it was opened: the time of its commit.
    pub created_at: Timestamp,
    /// When it is over.
    pub expires_at: Timestamp,
}

impl Challenge {
    /// The session that it leads to.
    pub const fn session(&self) -> SessionId {
        SessionId::from_bytes(*self.id.bytes())
    }

    /// How long it waits.
    pub const fn ttl(&self) -> Span {
        match self.enrolment {
            None => CHALLENGE_TTL,
            Some(_) => ENROLMENT_TTL,
        }
    }

    /// Whether it waits.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.state == ChallengeState::Open && self.expires_at > now
    }
}

/// A challenge and the present state of what it was decided on.
#[derive(Clone, Debug)]
pub struct ChallengeView {
    /// The challenge.
    pub challenge: Challenge,
    /// What answers its completion again, while that is kept.
    pub replay: Option<Replay>,
    /// Until when an administrator has released its user to enrol, if one has.
    pub released_until: Option<Timestamp>,
    /// Its user and what else it rests on, now.
    pub standing: Standing,
}

impl ChallengeView {
    /// Whether all that the challenge was decided on is as it was.
    pub fn holds(&self) -> bool {
        let Self { challenge, standing, .. } = self;
        challenge.user_rev.is_none_or(|rev| rev == standing.user.rev) && challenge.fences == standing.fences
    }
}

/// What a commit may do to challenges.
#[derive(Clone, Debug)]
pub enum Change {
    /// Inserts one; its times are the commit's.
    Open(Box<Challenge>),
    /// A factor was proved; guarded by [`ChallengeAsRead`](crate::commit::Guard::ChallengeAsRead).
    Pass {
        /// Which.
        id: ChallengeId,
        /// What answers its completion again.
        replay: Option<Replay>,
    },
    /// A code was wrong; under the same guard. The last that is allowed kills it.
    CountWrong {
        /// Which.
        id: ChallengeId,
        /// How many were wrong before.
        before: u8,
    },
    /// Its user proved an address, and may enrol; under the same guard.
    Prove(ChallengeId),
    /// Its user begins to enrol this factor, in place of any other; guarded by
    /// [`EnrolmentAsRead`](crate::commit::Guard::EnrolmentAsRead).
    Enrol {
        /// Which.
        id: ChallengeId,
        /// The factor.
        factor: FactorId,
    },
}
