//! The decision: pure, the same for every way to sign in.

use super::model::{Evidence, Fences, Standing};
use crate::access::Role;
use crate::client::ClientStatus;
use crate::tenant::TenantStatus;
use crate::ticket::Purpose;
use crate::time::{Span, Timestamp};
use crate::user::UserStatus;

/// What comes of a sign-in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Decision {
    /// The subject is signed in with this role.
    Grant(Role),
    /// The subject is not signed in.
    Refuse(Refusal),
}

/// Why a sign-in is refused; for the audit log, never for whoever tried.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// The user is disabled or deleted.
    UserInactive,
    /// The tenant is disabled.
    TenantInactive,
    /// The user is no member of the tenant.
    NotAMember,
    /// Something that the ticket was minted on has changed since.
    Fenced,
    /// The session in which the ticket was minted is dead.
    MinterGone,
    /// The actor does not outrank the subject.
    Rank,
    /// The client is disabled.
    ClientInactive,
    /// The client may not redeem tickets of this purpose.
    ClientPurpose,
}

impl Refusal {
    /// The stable word for the audit log.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UserInactive => "user_inactive",
            Self::TenantInactive => "tenant_inactive",
            Self::NotAMember => "not_a_member",
            Self::Fenced => "changed_since_minting",
            Self::MinterGone => "minter_signed_out",
            Self::Rank => "rank",
            Self::ClientInactive => "client_inactive",
            Self::ClientPurpose => "client_purpose",
        }
    }
}

/// Decides from what was read. `minted_on` are the fences of the ticket behind the evidence, if there is one;
/// `idle` bounds the life of the minter's session.
pub fn decide(
    evidence: &Evidence,
    minted_on: Option<&Fences>,
    standing: &Standing,
    now: Timestamp,
    idle: Span,
) -> Decision {
    if standing.tenant.status != TenantStatus::Active {
        return Decision::Refuse(Refusal::TenantInactive);
    }
    if standing.user.status != UserStatus::Active {
        return Decision::Refuse(Refusal::UserInactive);
    }
    let Some(role) = standing.role else {
        return Decision::Refuse(Refusal::NotAMember);
    };
    if minted_on.is_some_and(|fences| *fences != standing.fences) {
        return Decision::Refuse(Refusal::Fenced);
    }
    if evidence.minted_in_session && !standing.actor.as_ref().is_some_and(|minter| minter.alive(now, idle)) {
        return Decision::Refuse(Refusal::MinterGone);
    }
    if evidence.acting.is_some() && standing.actor.as_ref().and_then(|a| a.role) <= Some(role) {
        return Decision::Refuse(Refusal::Rank);
    }
    if let Some(client) = &evidence.client {
        if client.status != ClientStatus::Active {
            return Decision::Refuse(Refusal::ClientInactive);
        }
        let purpose = if evidence.acting.is_some() { Purpose::OnBehalf } else { Purpose::Sso };
        if !client.purposes.contains(&purpose) {
            return Decision::Refuse(Refusal::ClientPurpose);
        }
    }
    Decision::Grant(role)
}
