//! Accepting: whoever holds the code makes the account, once.

use super::PREFIX;
use super::error::AcceptError;
use super::model::{Change, Invitation, InvitationStatus, Inviter};
use crate::access::Permission;
use crate::audit::{Event, EventName, Source};
use crate::commit::{self, Commit, CommitError, Guard, Row};
use crate::fault::Fault;
use crate::id::{ApiKeyId, InvitationId, TenantId, UserId};
use crate::key::ApiKeyStatus;
use crate::limits::{self, LimitKind, Take};
use crate::parts::Parts;
use crate::password;
use crate::signin::Fences;
use crate::tenant::TenantStatus;
use crate::text;
use crate::user::{self, IdentifierKind, Names, User, UserError, UserStatus};
use authms_crypto::{OpaqueToken, SecretString};

/// What whoever was invited chooses.
#[derive(Clone, Debug)]
pub struct Accept {
    /// The invitation's code.
    pub code: SecretString,
    /// The tenant that the request names; `Err` if it names none that could exist.
    pub tenant: Option<Result<TenantId, ()>>,
    /// The e-mail address that the request names; it must be the invitation's.
    pub email: Option<String>,
    /// A user name, beside the e-mail address.
    pub username: Option<String>,
    /// A name to show.
    pub nickname: Option<String>,
    /// The password, which only its owner knows.
    pub password: SecretString,
}

/// Accepts an invitation: makes an account with its e-mail address and role. All that it rests on is looked at again:
/// who could not invite any more makes nobody's account.
///
/// # Errors
/// [`AcceptError`]; then nothing is used up.
pub async fn accept(parts: &Parts, ask: &Accept, source: &Source) -> Result<User, AcceptError> {
    let token = OpaqueToken::parse(PREFIX, ask.code.expose()).ok_or(AcceptError::Refused)?;
    // Who loses a race reads again, and sees what the winner left.
    for again in [false, true, true] {
        match try_once(parts, &token, ask, again, source).await {
            Err(TryError::Raced) => {}
            Err(TryError::Ended(error)) => return Err(error),
            Ok(user) => return Ok(user),
        }
    }
    Err(Fault::Busy.into())
}

enum TryError {
    /// Something that was read has changed before the commit.
    Raced,
    Ended(AcceptError),
}

impl<E: Into<AcceptError>> From<E> for TryError {
    fn from(error: E) -> Self {
        Self::Ended(error.into())
    }
}

async fn try_once(
    parts: &Parts,
    token: &OpaqueToken,
    ask: &Accept,
    again: bool,
    source: &Source,
) -> Result<User, TryError> {
    let id = InvitationId::from_bytes(token.id);
    let found = parts.store.invitation(id).await.map_err(Fault::from)?;
    let Some(invitation) = found.filter(|i| token.matches(&i.secret_hash)) else {
        parts.store.commit(Commit::refusal("unknown_invitation")).await.map_err(Fault::from)?;
        return Err(AcceptError::Refused.into());
    };
    if !again {
        // Each attempt may cost a hashing or a row in the audit log.
        let key = [b"invitation".as_slice(), id.bytes()].concat();
        limits::charge(parts, &[Take::of(parts, LimitKind::Account, &key)]).await??;
    }
    let guards = match support(parts, &invitation, ask).await? {
        Ok(guards) => guards,
        Err(why) => return Ok(refuse(parts, &invitation, why, source).await?),
    };
    let names = Names {
        username: ask.username.as_deref(),
        email: Some(&invitation.email),
        nickname: ask.nickname.as_deref(),
        ..Names::default()
    };
    let user = user::draft(parts, invitation.tenant, &names).map_err(UserError::from)?;
    let taken = parts.store.taken(user.tenant, user.identifiers()).await.map_err(Fault::from)?;
    if taken.iter().any(|name| name.kind == IdentifierKind::Email) {
        return Ok(refuse(parts, &invitation, "email_taken", source).await?);
    }
    if !taken.is_empty() {
        return Err(UserError::Taken.into());
    }
    join(parts, &invitation, user, ask, guards, source).await
}

/// Makes the account and uses the invitation up, in one commit.
async fn join(
    parts: &Parts,
    invitation: &Invitation,
    user: User,
    ask: &Accept,
    guards: Vec<Guard>,
    source: &Source,
) -> Result<User, TryError> {
    let hash = password::accept(parts, &user, &ask.password).await?.hash;
    let now = parts.now();
    let user = User { has_password: true, password_changed_at: Some(now), ..user };
    let event = |name| {
        Event::new(name, Some(user.tenant))
            .subject(user.id)
            .text("invitation", invitation.id.to_string())
            .text("role", invitation.role.as_str())
            .from(source)
            .into_row(now, &*parts.rng)
    };
    let accept = Change::Accept { id: invitation.id, user: user.id };
    let commit = Commit::new(event(EventName::InvitationAccepted))
        .audit(event(EventName::UserCreated))
        .guard(Guard::InvitationOpen(invitation.id))
        .guard(Guard::Rev { row: Row::User(user.id), rev: 0 })
        .change(commit::Change::Invitation(accept));
    let commit = guards.into_iter().fold(commit, Commit::guard);
    let commit = user::insertion_changes(&user, Some(hash), invitation.role, now)
        .into_iter()
        .fold(commit, Commit::change);
    match parts.store.commit(commit).await {
        Ok(at) => Ok(User { created_at: at.at, updated_at: at.at, ..user }),
        Err(CommitError::Conflict(_) | CommitError::Taken(_)) => Err(TryError::Raced),
        Err(other) => Err(Fault::from(other).into()),
    }
}

/// What keeps the invitation good until the commit, or why it is not.
async fn support(
    parts: &Parts,
    invitation: &Invitation,
    ask: &Accept,
) -> Result<Result<Vec<Guard>, &'static str>, Fault> {
    match invitation.status(parts.now()) {
        InvitationStatus::Open => {}
        closed => return Ok(Err(closed.as_str())),
    }
    if ask.tenant.is_some_and(|named| named != Ok(invitation.tenant)) {
        return Ok(Err("wrong_tenant"));
    }
    let named = ask.email.as_deref().map(text::email);
    if named.is_some_and(|email| email.as_ref() != Ok(&invitation.email)) {
        return Ok(Err("wrong_email"));
    }
    let Some(tenant) = parts.store.tenant(invitation.tenant).await? else {
        return Ok(Err("tenant_inactive"));
    };
    if tenant.status != TenantStatus::Active {
        return Ok(Err("tenant_inactive"));
    }
    let mut guards = vec![Guard::Rev { row: Row::Tenant(tenant.id), rev: tenant.rev }];
    let present = Fences { tenant: Some(tenant.fence), ..Fences::default() };
    let side = match invitation.inviter {
        Inviter::Person(user) => person(parts, invitation, user, present, &mut guards).await?,
        Inviter::System(key) => system(parts, invitation, key, present, &mut guards).await?,
        Inviter::Console => Ok(present),
    };
    Ok(match side {
        Ok(present) if present == invitation.fences => Ok(guards),
        Ok(_) => Err("changed_since_inviting"),
        Err(why) => Err(why),
    })
}

/// The person who invited must still be able to.
async fn person(
    parts: &Parts,
    invitation: &Invitation,
    id: UserId,
    present: Fences,
    guards: &mut Vec<Guard>,
) -> Result<Result<Fences, &'static str>, Fault> {
    let tenant = invitation.tenant;
    let member = parts.store.member(tenant, id).await?;
    let place = parts.store.membership(tenant, id).await?.filter(|p| !p.removed);
    let (Some(member), Some(place)) = (member, place) else { return Ok(Err("inviter_gone")) };
    if member.user.status != UserStatus::Active {
        return Ok(Err("inviter_inactive"));
    }
    if !place.role.grants(Permission::UserWrite) || !place.role.may_appoint(invitation.role) {
        return Ok(Err("rank"));
    }
    guards.push(Guard::Rev { row: Row::User(id), rev: member.user.rev });
    guards.push(Guard::Rev { row: Row::Membership(tenant, id), rev: place.rev });
    Ok(Ok(Fences { user: Some(member.user.fence), membership: Some(place.fence), ..present }))
}

/// The key that invited must still be able to.
async fn system(
    parts: &Parts,
    invitation: &Invitation,
    id: ApiKeyId,
    present: Fences,
    guards: &mut Vec<Guard>,
) -> Result<Result<Fences, &'static str>, Fault> {
    let Some((key, _)) = parts.store.api_key(id).await? else { return Ok(Err("inviter_gone")) };
    let over = key.expires_at.is_some_and(|at| at <= parts.now());
    if key.status != ApiKeyStatus::Active || over {
        return Ok(Err("inviter_inactive"));
    }
    if !key.scopes.contains(&Permission::UserWrite) || invitation.role > key.rank {
        return Ok(Err("rank"));
    }
    guards.push(Guard::Rev { row: Row::ApiKey(id), rev: key.rev });
    Ok(Ok(Fences { key: Some(key.fence), ..present }))
}

async fn refuse(
    parts: &Parts,
    invitation: &Invitation,
    why: &'static str,
    source: &Source,
) -> Result<User, AcceptError> {
    let event = Event::new(EventName::InvitationRefused, Some(invitation.tenant))
        .text("invitation", invitation.id.to_string())
        .text("why", why)
        .from(source);
    parts.store.commit(Commit::new(event.into_row(parts.now(), &*parts.rng))).await.map_err(Fault::from)?;
    Err(AcceptError::Refused)
}
