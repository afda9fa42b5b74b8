//! An administrator takes all of a user's factors away, for who has lost them.

use super::error::FactorError;
use super::model::Change;
use crate::access::{Caller, Forbidden, Permission};
use crate::audit::{Event, EventName, Source};
use crate::commit::{self, Commit, Guard, Row};
use crate::device;
use crate::fault::Fault;
use crate::id::{TenantId, UserId};
use crate::message::{self, Notice};
use crate::mfa;
use crate::parts::Parts;
use crate::ports::Member;
use crate::session::{self, EndReason};
use crate::user::{self, User};
use authms_crypto::SecretString;

/// Removes all factors of a user of the caller's tenant, with their passkeys and recovery codes. Whatever stands for a
/// factor ends with them, in every tenant: sessions, tickets, open challenges, devices. The user is told.
///
/// Whoever takes a lock away has to be known: a person proves themself first and ranks strictly higher, whatever their
/// rank. One's own factors are changed by proving one of them, nowhere else.
///
/// # Errors
/// [`FactorError`]
pub async fn reset(
    parts: &Parts,
    caller: &Caller,
    id: UserId,
    step_up: Option<&SecretString>,
    source: &Source,
) -> Result<(), FactorError> {
    let member = user::administered(parts, caller, id, Permission::UserWrite).await?;
    authorize(parts, caller, &member, step_up).await?;
    let factors = parts.store.factors_of(id).await.map_err(Fault::from)?;
    let kinds: Vec<_> = factors.iter().filter(|f| f.verified_at.is_some()).map(|f| f.kind.as_str()).collect();
    let event = Event::new(EventName::FactorsReset, Some(caller.tenant()))
        .by(caller)
        .subject(id)
        .text("kinds", kinds.join(" "))
        .from(source);
    // In the user's language, not in the administrator's.
    let theirs = Source { language: None, ..source.clone() };
    let notice =
        message::notice(parts, &member.user, Notice::FactorsReset, &theirs).filter(|_| !kinds.is_empty());
    let (fence, rev) = (member.user.fence + 1, member.user.rev);
    let after = User { fence, rev: rev + 1, ..member.user };
    let mut commit = Commit::new(event.into_row(parts.now(), &*parts.rng))
        .guard(Guard::Rev { row: Row::User(id), rev })
        .change(commit::Change::Factor(Change::RemoveAll(id)))
        .change(commit::Change::User(user::Change::Update(Box::new(after))))
        .with(notice);
    for (membership, _) in parts.store.memberships_of(id).await.map_err(Fault::from)? {
        commit = commit.with(ending(membership.tenant, id));
    }
    parts.store.commit(commit).await?;
    Ok(())
}

async fn authorize(
    parts: &Parts,
    caller: &Caller,
    target: &Member,
    step_up: Option<&SecretString>,
) -> Result<(), FactorError> {
    match caller {
        Caller::Console(_) => Ok(()),
        Caller::System(_) => Err(Forbidden::PersonsOnly.into()),
        Caller::Person(me) if me.role <= target.role => Err(Forbidden::Rank.into()),
        Caller::Person(me) => Ok(mfa::demand_step_up(parts, me, step_up).await?),
    }
}

/// What ends in a tenant. The fence ends it, too; this says why, and leaves nothing that waits.
fn ending(tenant: TenantId, user: UserId) -> [commit::Change; 2] {
    let reason = EndReason::FactorsChanged;
    [
        commit::Change::Session(session::Change::EndAll { tenant, user, except: None, reason }),
        commit::Change::Device(device::Change::ForgetAll { tenant, user, except: None }),
    ]
}
