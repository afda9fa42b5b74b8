//! Setting and changing passwords.

use super::error::UserError;
use super::model::{Change, User, UserStatus};
use super::update::administered;
use crate::access::{Caller, Forbidden, Permission, Person};
use crate::audit::{Event, EventName, Source};
use crate::commit::{self, Commit, CommitError, Guard, Row};
use crate::factor;
use crate::fault::Fault;
use crate::id::UserId;
use crate::message::{self, Notice};
use crate::parts::Parts;
use crate::password::{self, Accepted};
use crate::ports::Member;
use crate::session::{self, EndReason};
use crate::signin::Changing;
use authms_crypto::SecretString;

/// Changes the caller's own password; ends all their other sessions.
///
/// # Errors
/// [`UserError::WrongPassword`] if the present one is wrong, also if there is none.
pub async fn change_password(
    parts: &Parts,
    me: &Person,
    present: &SecretString,
    new: &SecretString,
    source: &Source,
) -> Result<(), UserError> {
    if me.acting.is_some() {
        return Err(Forbidden::OnBehalf.into());
    }
    let user = super::list::me(parts, me).await?;
    prove(parts, me.user, present).await?;
    let accepted = password::accept_anew(parts, &user, present, new).await?;
    let event = Event::new(EventName::PasswordChanged, Some(me.tenant))
        .subject(me.user)
        .text("actor", me.user.to_string())
        .from(source);
    let end_others = session::Change::EndAll {
        tenant: me.tenant,
        user: me.user,
        except: Some(me.session),
        reason: EndReason::PasswordChanged,
    };
    let notice = message::notice(parts, &user, Notice::PasswordChanged, source);
    let commit = replacing(parts, user, accepted, false, event)
        .change(commit::Change::Session(end_others))
        .with(notice);
    parts.store.commit(commit).await?;
    Ok(())
}

/// Changes a password that must be changed, for who has just proved it; ends all the user's sessions. Their token is used
/// up: they sign in again.
///
/// # Errors
/// [`UserError::TokenOver`] if anything about the user has changed since; [`UserError::WrongPassword`].
pub async fn change_password_first(
    parts: &Parts,
    changing: Changing,
    present: &SecretString,
    new: &SecretString,
    source: &Source,
) -> Result<(), UserError> {
    let found = parts.store.member(changing.tenant, changing.user).await.map_err(Fault::from)?;
    let still = |m: &Member| m.user.rev == changing.rev && m.user.status == UserStatus::Active;
    let user = found.filter(still).ok_or(UserError::TokenOver)?.user;
    prove(parts, user.id, present).await?;
    let accepted = password::accept_anew(parts, &user, present, new).await?;
    let event = Event::new(EventName::PasswordChanged, Some(changing.tenant))
        .subject(user.id)
        .text("actor", user.id.to_string())
        .from(source);
    let end = session::Change::EndAll {
        tenant: changing.tenant,
        user: user.id,
        except: None,
        reason: EndReason::PasswordChanged,
    };
    let notice = message::notice(parts, &user, Notice::PasswordChanged, source);
    let commit = replacing(parts, user, accepted, false, event);
    match parts.store.commit(commit.change(commit::Change::Session(end)).with(notice)).await {
        Err(CommitError::Conflict(_)) => Err(UserError::TokenOver),
        other => Ok(other.map(drop)?),
    }
}

/// Gives a user of the caller's tenant a new password, which they must change; ends all their sessions.
///
/// # Errors
/// [`UserError`]
pub async fn set_password(
    parts: &Parts,
    caller: &Caller,
    id: UserId,
    new: &SecretString,
    source: &Source,
) -> Result<(), UserError> {
    let member = administered(parts, caller, id, Permission::UserWrite).await?;
    // One's own password is changed with the present one, nowhere else.
    if matches!(caller, Caller::Person(p) if p.user == id) {
        return Err(Forbidden::Rank.into());
    }
    let accepted = password::accept(parts, &member.user, new).await?;
    let event =
        Event::new(EventName::PasswordChanged, Some(caller.tenant())).by(caller).subject(id).from(source);
    let user = User { fence: member.user.fence + 1, ..member.user };
    let notice = message::notice(parts, &user, Notice::PasswordChanged, source);
    let by_another = factor::Change::PasswordSetBy { user: id, kind: None };
    let commit =
        replacing(parts, user, accepted, true, event).change(commit::Change::Factor(by_another)).with(notice);
    parts.store.commit(commit).await?;
    Ok(())
}

fn replacing(parts: &Parts, user: User, new: Accepted, must_change: bool, event: Event) -> Commit {
    let now = parts.now();
    let (id, rev) = (user.id, user.rev);
    let user = User {
        has_password: true,
        must_change_password: must_change,
        password_changed_at: Some(now),
        password_compromised_at: None,
        rev: rev + 1,
        ..user
    };
    Commit::new(event.into_row(now, &*parts.rng)).guard(Guard::Rev { row: Row::User(id), rev }).change(
        commit::Change::User(Change::SetPassword {
            user: Box::new(user),
            password: Some(new.hash),
            keep_former: new.keep_former,
        }),
    )
}

async fn prove(parts: &Parts, user: UserId, present: &SecretString) -> Result<(), UserError> {
    if password::is_present(parts, user, present).await?? { Ok(()) } else { Err(UserError::WrongPassword) }
}
