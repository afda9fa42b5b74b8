//! An administrator's release: it lets a user who can prove no address enrol a first factor.

use super::step_up::{StepUpError, demand_step_up};
use crate::access::{Caller, Forbidden, Permission, Person};
use crate::audit::{Event, EventName, Source};
use crate::commit::{self, Commit, CommitError, Guard, Row};
use crate::factor::Factor;
use crate::fault::Fault;
use crate::id::{TenantId, UserId};
use crate::message::{self, Notice};
use crate::parts::Parts;
use crate::ports::Member;
use crate::time::{Span, Timestamp};
use crate::user::{UserError, administered};
use authms_crypto::SecretString;

/// How long a release waits for its user.
pub const RELEASE_TTL: Span = Span::hours(1);

/// A release: for this user's enrolments in this tenant, until the first of them is finished.
#[derive(Clone, Copy, Debug)]
pub struct Release {
    /// The tenant.
    pub tenant: TenantId,
    /// Who may enrol.
    pub user: UserId,
    /// The user's fence: disabling them ends it.
    pub user_fence: u32,
    /// Their membership's: so does another role.
    pub membership_fence: u32,
}

/// What a commit may do to releases.
#[derive(Clone, Copy, Debug)]
pub enum ReleaseChange {
    /// Releases a user for [`RELEASE_TTL`] from the commit on, in place of the release there was.
    Begin(Release),
    /// Ends a user's release, if there is one.
    End {
        /// The tenant.
        tenant: TenantId,
        /// The user.
        user: UserId,
    },
}

/// Why nobody is released.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ReleaseError {
    /// The administrator has to prove themself first.
    #[error(transparent)]
    StepUp(#[from] StepUpError),
    /// There is no such user, or not for this administrator.
    #[error(transparent)]
    User(#[from] UserError),
    /// The user has a factor, which a release does not stand for.
    #[error("the user has a factor; reset it first")]
    Enrolled,
    /// Nothing is released.
    #[error("there is no release")]
    Unknown,
    /// It could not be carried out.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Releases a user who ranks below the caller; until when. Whoever signs in as them meanwhile enrols without a code.
///
/// # Errors
/// [`ReleaseError`]
pub async fn release(
    parts: &Parts,
    me: &Person,
    id: UserId,
    step_up: Option<&SecretString>,
    source: &Source,
) -> Result<Timestamp, ReleaseError> {
    let member = below(parts, me, id).await?;
    demand_step_up(parts, me, step_up).await?;
    let factors = parts.store.factors_of(id).await.map_err(Fault::from)?;
    if factors.iter().any(Factor::is_enrolled) {
        return Err(ReleaseError::Enrolled);
    }
    let Member { user, fence, .. } = member;
    let release = Release { tenant: me.tenant, user: id, user_fence: user.fence, membership_fence: fence };
    // In the user's language, not in the administrator's.
    let theirs = Source { language: None, ..source.clone() };
    let commit = told(parts, me, (EventName::EnrolmentReleased, id), source)
        .guard(Guard::Rev { row: Row::User(id), rev: user.rev })
        .guard(Guard::SessionOpen(me.session))
        .change(commit::Change::Release(ReleaseChange::Begin(release)))
        .with(message::notice(parts, &user, Notice::EnrolmentReleased, &theirs));
    let at = parts.store.commit(commit).await?.at;
    Ok(at.plus(RELEASE_TTL))
}

/// Takes a release back: who has begun to enrol by it cannot finish.
///
/// # Errors
/// [`ReleaseError::Unknown`] if there is none, or no more.
pub async fn take_release_back(
    parts: &Parts,
    me: &Person,
    id: UserId,
    source: &Source,
) -> Result<(), ReleaseError> {
    below(parts, me, id).await?;
    let until = parts.store.released_until(me.tenant, id).await.map_err(Fault::from)?;
    if until.is_none_or(|until| until <= parts.now()) {
        return Err(ReleaseError::Unknown);
    }
    let end = ReleaseChange::End { tenant: me.tenant, user: id };
    let commit = told(parts, me, (EventName::EnrolmentReleaseEnded, id), source)
        .guard(Guard::ReleaseLives { tenant: me.tenant, user: id })
        .change(commit::Change::Release(end));
    match parts.store.commit(commit).await {
        Err(CommitError::Conflict(_)) => Err(ReleaseError::Unknown),
        outcome => Ok(outcome.map(drop)?),
    }
}

/// A user whom the caller administers and who ranks strictly below them: nobody releases themself or their equals.
async fn below(parts: &Parts, me: &Person, id: UserId) -> Result<Member, UserError> {
    let caller = Caller::Person(me.clone());
    let member = administered(parts, &caller, id, Permission::UserWrite).await?;
    if member.role >= me.role {
        return Err(Forbidden::Rank.into());
    }
    Ok(member)
}

fn told(parts: &Parts, me: &Person, (name, id): (EventName, UserId), source: &Source) -> Commit {
    let event = Event::new(name, Some(me.tenant)).by(&Caller::Person(me.clone())).subject(id).from(source);
    Commit::new(event.into_row(parts.now(), &*parts.rng))
}

impl From<CommitError> for ReleaseError {
    fn from(error: CommitError) -> Self {
        Fault::from(error).into()
    }
}
