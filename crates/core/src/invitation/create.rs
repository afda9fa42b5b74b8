//! Inviting.

use super::PREFIX;
use super::error::InvitationError;
use super::model::{Change, Invitation, InvitationState, Inviter, NewInvitation};
use crate::access::{Caller, Forbidden, Permission, Role};
use crate::audit::{Event, EventName, Source};
use crate::commit::{self, Commit};
use crate::fault::Fault;
use crate::id::{InvitationId, TenantId};
use crate::parts::Parts;
use crate::ports::random;
use crate::signin::Fences;
use crate::text;
use crate::time::Span;
use crate::user::{Identifier, IdentifierKind};
use authms_crypto::{OpaqueToken, Secret, SecretString};

/// How long an invitation lives if the inviter does not say.
const TTL: Span = Span::hours(7 * 24);

/// The shortest and the longest life of an invitation.
const BOUNDS: (Span, Span) = (Span::seconds(300), Span::hours(30 * 24));

/// An invitation to be made.
#[derive(Clone, Debug)]
pub struct Invite {
    /// The tenant that the request names; the caller's if absent.
    pub tenant: Option<TenantId>,
    /// The e-mail address of whom to invite.
    pub email: String,
    /// The role to give; `member` if absent.
    pub role: Option<Role>,
    /// How long it lives; a week if absent.
    pub ttl: Option<Span>,
}

/// An invitation with its code, which is shown this once.
#[derive(Clone, Debug)]
pub struct Invited {
    /// The invitation.
    pub invitation: Invitation,
    /// What the inviter hands to whom they invite.
    pub code: SecretString,
}

/// Invites to the caller's tenant. The role must be within the caller's reach now and when the invitation is accepted.
///
/// # Errors
/// [`InvitationError`]
pub async fn create(
    parts: &Parts,
    caller: &Caller,
    ask: Invite,
    source: &Source,
) -> Result<Invited, InvitationError> {
    caller.require(Permission::UserWrite)?;
    caller.require_tenant(ask.tenant)?;
    let role = ask.role.unwrap_or(Role::Member);
    caller.require_rank_over(role)?;
    let ttl = ask.ttl.unwrap_or(TTL);
    if ttl < BOUNDS.0 || ttl > BOUNDS.1 {
        return Err(InvitationError::Lifetime);
    }
    let (tenant, email) = (caller.tenant(), text::email(&ask.email)?);
    let name = Identifier::new(IdentifierKind::Email, &email);
    if !parts.store.taken(tenant, vec![name]).await.map_err(Fault::from)?.is_empty() {
        return Err(InvitationError::Taken);
    }
    let (inviter, fences) = side(parts, caller).await?;
    let now = parts.now();
    let id = InvitationId::generate(now, &*parts.rng);
    let token = OpaqueToken { id: *id.bytes(), secret: Secret::new(random(&*parts.rng)) };
    let mut invitation = Invitation {
        id,
        tenant,
        email,
        role,
        inviter,
        fences,
        secret_hash: token.hash(),
        created_at: now,
        expires_at: now.plus(ttl),
        state: InvitationState::Open,
    };
    let event = Event::new(EventName::InvitationCreated, Some(tenant))
        .by(caller)
        .text("invitation", id.to_string())
        .text("email", invitation.email.clone())
        .text("role", role.as_str())
        .from(source);
    let new = NewInvitation { invitation: invitation.clone(), ttl };
    let commit = Commit::new(event.into_row(now, &*parts.rng))
        .change(commit::Change::Invitation(Change::Create(Box::new(new))));
    let at = parts.store.commit(commit).await?.at;
    (invitation.created_at, invitation.expires_at) = (at, at.plus(ttl));
    Ok(Invited { invitation, code: token.format(PREFIX) })
}

/// Who invites, and the fences that the invitation rests on.
async fn side(parts: &Parts, caller: &Caller) -> Result<(Inviter, Fences), InvitationError> {
    let tenant = parts.store.tenant(caller.tenant()).await.map_err(Fault::from)?;
    let mut fences = Fences { tenant: tenant.map(|t| t.fence), ..Fences::default() };
    let inviter = match caller {
        Caller::Person(person) => {
            let me = parts.store.member(person.tenant, person.user).await.map_err(Fault::from)?;
            let me = me.ok_or(Forbidden::Permission(Permission::UserWrite))?;
            (fences.user, fences.membership) = (Some(me.user.fence), Some(me.fence));
            Inviter::Person(person.user)
        }
        Caller::System(system) => {
            fences.key = Some(system.fence);
            Inviter::System(system.key)
        }
        Caller::Console(_) => Inviter::Console,
    };
    Ok((inviter, fences))
}
