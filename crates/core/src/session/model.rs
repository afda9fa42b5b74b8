//! Sessions: what a sign-in creates, and the one chain of refresh tokens that belongs to it.

use crate::access::Role;
use crate::id::{ApiKeyId, ClientId, DeviceId, SessionId, TenantId, TicketId, TokenId, UserId};
use crate::on_behalf::Terms;
use crate::risk::Risk;
use crate::signin::{Fences, MethodKind};
use crate::time::{Span, Timestamp};

/// Somebody who acts as the session's user (RFC 8693 §4.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acting {
    /// The actor.
    pub user: UserId,
    /// The actor's own session; this one ends with it.
    pub session: SessionId,
    /// Why they act.
    pub reason: String,
    /// What else was asked for.
    pub terms: Terms,
}

/// Where a session came from; for showing to its user.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// The address that signed in.
    pub ip: Option<std::net::IpAddr>,
    /// Its `User-Agent`, at most 256 characters.
    pub user_agent: Option<String>,
}

/// What users prove themselves with.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Proof {
    /// Something that they know, or a code to an address.
    Password,
    /// A second factor, or what is as good as two.
    Factor,
}

impl Proof {
    /// The name at rest and in tokens.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Factor => "factor",
        }
    }

    /// The proof of that name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Password, Self::Factor].into_iter().find(|p| p.as_str() == name)
    }
}

/// What a user themself proved at the sign-in of a session. What a ticket's minter vouches for is not among it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Proven {
    /// What with.
    pub by: Proof,
    /// When.
    pub at: Timestamp,
}

/// Why a session ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EndReason {
    /// The user signed out.
    Logout,
    /// The user ended it from another session.
    EndedByUser,
    /// Somebody who administers the user ended it.
    EndedByAdmin,
    /// A refresh token came back after its time: somebody else may have it.
    RefreshReuse,
    /// The password changed.
    PasswordChanged,
    /// Its client revoked a token of it.
    Revoked,
    /// The user's second factors changed.
    FactorsChanged,
    /// It went on where nobody believes it to be its user's.
    Risk,
    /// Its user proved a second factor in it, and has a new one.
    Renewed,
    /// The store was restored from a backup.
    Restored,
    /// Whoever acted in it stopped.
    ActStopped,
    /// Whoever acted in it began to act for somebody else.
    ActReplaced,
    /// Whoever acted in it signed out.
    ActorGone,
}

impl EndReason {
    const ALL: [Self; 13] = [
        Self::Logout,
        Self::EndedByUser,
        Self::EndedByAdmin,
        Self::RefreshReuse,
        Self::PasswordChanged,
        Self::Revoked,
        Self::FactorsChanged,
        Self::Risk,
        Self::Renewed,
        Self::Restored,
        Self::ActStopped,
        Self::ActReplaced,
        Self::ActorGone,
    ];

    /// The name at rest and in the audit log.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Logout => "logout",
            Self::EndedByUser => "ended_by_user",
            Self::EndedByAdmin => "ended_by_admin",
            Self::RefreshReuse => "refresh_reuse",
            Self::PasswordChanged => "password_changed",
            Self::Revoked => "revoked",
            Self::FactorsChanged => "factors_changed",
            Self::Risk => "risk",
            Self::Renewed => "renewed",
            Self::Restored => "restored",
            Self::ActStopped => "act_stopped",
            Self::ActReplaced => "act_replaced",
            Self::ActorGone => "actor_gone",
        }
    }

    /// The reason of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.as_str() == name)
    }
}

/// A signed-in user at one client.
#[derive(Clone, Debug)]
pub struct Session {
    /// Its identifier, `sid` in tokens.
    pub id: SessionId,
    /// Its tenant.
    pub tenant: TenantId,
    /// Whose it is.
    pub user: UserId,
    /// The client that it was opened for.
    pub client: Option<ClientId>,
    /// How the sign-in was done.
    pub method: MethodKind,
    /// The ticket that opened it.
    pub ticket: Option<TicketId>,
    /// The API key that minted that ticket.
    pub minted_by: Option<ApiKeyId>,
    /// Who acts in it, if not its user.
    pub acting: Option<Acting>,
    /// The fences of all that the sign-in was decided on.
    pub fences: Fences,
    /// When the user authenticated, if known.
    pub auth_time: Option<Timestamp>,
    /// How the user authenticated (RFC 8176), if known.
    pub amr: Vec<String>,
    /// Where it came from.
    pub origin: Origin,
    /// How risky the sign-in was, if it was assessed.
    pub risk: Option<Risk>,
    /// The device that it was opened with, or that was registered in it.
    pub device: Option<DeviceId>,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it ends at the latest; never moves.
    pub expires_at: Timestamp,
    /// When its refresh token was last rotated; at first, when it was opened.
    pub refreshed_at: Timestamp,
    /// When and why it ended, if it was ended.
    pub ended: Option<(Timestamp, EndReason)>,
    /// When the ticket that opened it was reported as leaked; it goes on.
    pub flagged_at: Option<Timestamp>,
    /// The refresh family's head: how often it was rotated.
    pub generation: u32,
    /// SHA-256 of the head's secret; `None`: the session has no refresh token.
    pub refresh_hash: Option<[u8; 32]>,
    /// What its user proved at the sign-in, if anything.
    pub proven: Option<Proven>,
}

impl Session {
    /// Whether its user proved more than one factor, or the minter of its ticket vouched for it (RFC 8176 `mfa`).
    pub fn is_multi_factor(&self) -> bool {
        self.amr.iter().any(|method| method == "mfa")
    }

    /// Whether time or somebody ended it; says nothing of what it was decided on.
    pub fn is_over(&self, now: Timestamp, idle: ByAssurance) -> bool {
        self.ended.is_some() || self.expires_at <= now || self.idle_until(idle) <= now
    }

    /// When it ends unless it is refreshed before, or [`Self::expires_at`] is earlier.
    pub fn idle_until(&self, idle: ByAssurance) -> Timestamp {
        self.refreshed_at.plus(idle.of(self.is_multi_factor()))
    }
}

/// A limit of sessions, by how sure their users are known (NIST SP 800-63B-4 §2.1.3 and §2.2.3).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ByAssurance {
    /// Of those that rest on one factor, or on none that is known.
    pub single: Span,
    /// Of those that rest on more.
    pub multi: Span,
}

impl ByAssurance {
    /// The same for all.
    pub const fn same(limit: Span) -> Self {
        Self { single: limit, multi: limit }
    }

    /// The limit of a session that rests on more than one factor, or does not.
    pub const fn of(self, multi_factor: bool) -> Span {
        if multi_factor { self.multi } else { self.single }
    }
}

/// A session about to be stored. `created_at` and `refreshed_at` are the commit's time, `expires_at` is `ttl` later.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// The session.
    pub session: Session,
    /// How long it lives at the most.
    pub ttl: Span,
    /// Whether its sign-in shows what is usual of its user.
    pub teaches: bool,
}

/// What gives the last rotation's answer again, for a short while: only whoever holds the old secret can use it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rotation {
    /// The head after the rotation.
    pub generation: u32,
    /// The salt of the successor's derivation.
    pub salt: [u8; 16],
    /// The `jti` of the access token that went with it.
    pub jti: TokenId,
    /// When it was done.
    pub at: Timestamp,
}

/// What a commit may do to sessions.
#[derive(Clone, Debug)]
pub enum Change {
    /// Inserts a session.
    Open(Box<NewSession>),
    /// Moves the family's head; guarded by [`FamilyHead`](crate::commit::Guard::FamilyHead). Erases the replay of the
    /// ticket that opened the session, if any.
    Rotate {
        /// The session.
        id: SessionId,
        /// SHA-256 of the successor's secret.
        refresh_hash: [u8; 32],
        /// The new head, one more than the guarded one.
        generation: u32,
        /// The salt of the successor's derivation.
        salt: [u8; 16],
        /// The `jti` of the access token that goes with it.
        jti: TokenId,
    },
    /// Notes that the ticket behind it was reported; guarded by
    /// [`SessionUnflagged`](crate::commit::Guard::SessionUnflagged).
    Flag(SessionId),
    /// Ends one session, if it has not ended.
    End {
        /// The session.
        id: SessionId,
        /// Why.
        reason: EndReason,
    },
    /// Ends what an actor does for others in a tenant, at the commit's time.
    EndActs {
        /// The tenant.
        tenant: TenantId,
        /// Who acts.
        actor: UserId,
        /// Only out of this session of theirs.
        session: Option<SessionId>,
        /// Why.
        reason: EndReason,
    },
    /// Ends what others do for a user in a tenant, at the commit's time.
    EndActsFor {
        /// The tenant.
        tenant: TenantId,
        /// The user.
        user: UserId,
        /// Why.
        reason: EndReason,
    },
    /// Ends all sessions of a user in a tenant, but one, and what waits there for a second factor.
    EndAll {
        /// The tenant.
        tenant: TenantId,
        /// Whose sessions.
        user: UserId,
        /// The one that goes on.
        except: Option<SessionId>,
        /// Why.
        reason: EndReason,
    },
}

/// The present state of what a session was decided on.
#[derive(Clone, Debug)]
pub struct SessionView {
    /// The session.
    pub session: Session,
    /// The last rotation, while it can be repeated.
    pub rotation: Option<Rotation>,
    /// Its user and what else it rests on, now.
    pub standing: crate::signin::Standing,
}

/// Why a session is dead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Dead {
    /// It ended or its time is over.
    #[error("the session has ended")]
    Over,
    /// Something that it was decided on has changed since.
    #[error("what the session was decided on has changed")]
    Fenced,
    /// It acts on somebody's behalf, and the actor's own session is dead.
    #[error("the actor's session has ended")]
    ActorGone,
}

impl SessionView {
    /// Whether the session lives now, and the role that its user has.
    ///
    /// # Errors
    /// [`Dead`] says which of its supports is gone.
    pub fn alive(&self, now: Timestamp, idle: ByAssurance) -> Result<Role, Dead> {
        if self.session.is_over(now, idle) {
            return Err(Dead::Over);
        }
        if self.session.fences != self.standing.fences {
            return Err(Dead::Fenced);
        }
        if self.session.acting.is_some() && !self.standing.actor.as_ref().is_some_and(|a| a.alive(now, idle))
        {
            return Err(Dead::ActorGone);
        }
        self.standing.role.ok_or(Dead::Fenced)
    }
}
