//! What every way to sign in shares: evidence, standing, and the fences of a decision.

use crate::access::Role;
use crate::client::Client;
use crate::id::{TicketId, UserId};
use crate::session::{Acting, ByAssurance, Proof};
use crate::tenant::Tenant;
use crate::time::Timestamp;
use crate::user::User;

/// A way to sign in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MethodKind {
    /// A one-time ticket.
    Ticket,
    /// A password.
    Password,
    /// A code that was mailed.
    EmailCode,
    /// A passkey.
    Passkey,
}

impl MethodKind {
    /// The name at rest and in the audit log.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ticket => "ticket",
            Self::Password => "password",
            Self::EmailCode => "email_code",
            Self::Passkey => "passkey",
        }
    }

    /// What it shows of the user themself: of a ticket nobody knows who holds it.
    pub const fn proof(self) -> Option<Proof> {
        match self {
            // Whoever reads the user's mail can have a code sent: that is no proof to change factors by.
            Self::Ticket | Self::EmailCode => None,
            Self::Password => Some(Proof::Password),
            Self::Passkey => Some(Proof::Factor),
        }
    }

    /// The method of that name.
    pub fn parse(name: &str) -> Option<Self> {
        let all = [Self::Ticket, Self::Password, Self::EmailCode, Self::Passkey];
        all.into_iter().find(|m| m.as_str() == name)
    }
}

/// The fences of everything revocable that a decision read. A ticket keeps those of its minting, a session those of
/// its sign-in; each is dead as soon as the present ones differ. What plays no part, or no longer exists, is `None`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Fences {
    /// The subject's.
    pub user: Option<u32>,
    /// The tenant's.
    pub tenant: Option<u32>,
    /// The subject's membership's.
    pub membership: Option<u32>,
    /// The client's, if one is bound.
    pub client: Option<u32>,
    /// The minting API key's, if a system minted.
    pub key: Option<u32>,
    /// The actor's, if somebody acts on the subject's behalf.
    pub actor: Option<u32>,
    /// The actor's membership's, likewise.
    pub actor_membership: Option<u32>,
}

/// The present state of the actor's side.
#[derive(Clone, Debug)]
pub struct ActorStanding {
    /// The actor's role in the tenant.
    pub role: Option<Role>,
    /// The actor's name to show.
    pub name: String,
    /// Whether the actor's own session was ended.
    pub session_ended: bool,
    /// Whether what the actor's own session was decided on is as it was.
    pub session_fences_hold: bool,
    /// When the actor's own session expires.
    pub session_expires_at: Timestamp,
    /// When the actor's own session was last refreshed.
    pub session_refreshed_at: Timestamp,
    /// Whether the actor's own session rests on more than one factor.
    pub session_multi_factor: bool,
}

impl ActorStanding {
    /// Whether the actor's own session lives.
    pub fn alive(&self, now: Timestamp, idle: ByAssurance) -> bool {
        !self.session_ended
            && self.session_fences_hold
            && self.session_expires_at > now
            && self.session_refreshed_at.plus(idle.of(self.session_multi_factor)) > now
    }
}

/// The present state of a subject and of what a sign-in rests on.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The subject.
    pub user: User,
    /// The tenant.
    pub tenant: Tenant,
    /// The subject's role in the tenant; `None`: not a member.
    pub role: Option<Role>,
    /// The present fences of what the ticket or session names.
    pub fences: Fences,
    /// The side of the person who acts, or who minted the ticket in their own session.
    pub actor: Option<ActorStanding>,
}

/// What a sign-in method proved.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// The method.
    pub method: MethodKind,
    /// Who was proved.
    pub subject: UserId,
    /// How the subject authenticated (RFC 8176); empty if the method does not authenticate them.
    pub amr: Vec<String>,
    /// When the subject authenticated; `None` if the method does not authenticate them.
    pub auth_time: Option<Timestamp>,
    /// Whether the sign-in rests on a session in which its ticket was minted; [`Standing::actor`] tells of that.
    pub minted_in_session: bool,
    /// Who acts, if not the subject.
    pub acting: Option<Acting>,
    /// The client that the sign-in is for.
    pub client: Option<Client>,
    /// The ticket behind it, if any.
    pub ticket: Option<TicketId>,
}

impl Evidence {
    /// Whether it proves more than one factor (RFC 8176 `mfa`). What a ticket's minter vouches for counts: only a
    /// system with [`TicketVouch`](crate::access::Permission::TicketVouch) can.
    pub fn is_multi_factor(&self) -> bool {
        self.amr.iter().any(|method| method == "mfa")
    }
}
