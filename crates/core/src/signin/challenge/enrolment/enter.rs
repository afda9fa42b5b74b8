//! Who enrols a first factor: the holder of an open challenge that was released.

use super::Enrolment;
use super::awaits::{Awaits, Step};
use crate::audit::{Event, EventName, Source};
use crate::commit::{self, Commit, Guard, Row};
use crate::factor::{self, Factor, FactorKind};
use crate::fault::Fault;
use crate::id::{FactorId, TenantId};
use crate::limits::{self, LimitKind, Take, Throttled};
use crate::parts::Parts;
use crate::passkey::PasskeyError;
use crate::signin::challenge::claims;
use crate::signin::challenge::{Challenge, ChallengeView, Change};
use crate::signin::decide::{Case, stand};
use crate::signin::model::Evidence;
use crate::text::InvalidText;
use crate::user::User;
use authms_crypto::SecretString;

/// Why nothing is enrolled.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum EnrolError {
    /// The challenge is over, or its user has a factor by now.
    #[error("the challenge is invalid or has expired")]
    Over,
    /// The user has proved no address yet, and no administrator has released them.
    #[error("nobody has released the enrolment")]
    NotReleased,
    /// This would not satisfy.
    #[error("this method is not offered")]
    NotOffered,
    /// A member is malformed.
    #[error(transparent)]
    Invalid(#[from] InvalidText),
    /// The passkey was not accepted.
    #[error(transparent)]
    Passkey(#[from] PasskeyError),
    /// Too many attempts.
    #[error(transparent)]
    Throttled(#[from] Throttled),
    /// It could not be carried out.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Somebody who may enrol a first factor, by the token of their challenge.
#[derive(Clone, Debug)]
pub struct Enrolling {
    view: ChallengeView,
    enrolment: Enrolment,
    awaits: Awaits,
    factors: Vec<Factor>,
}

/// Whom this token lets enrol; `None` if it is none of that sort. Wherever it is taken it is the only thing that is looked
/// at, so that it opens nothing else.
///
/// # Errors
/// [`EnrolError::Over`] for a token that lets nobody enrol any more.
pub async fn enrolling(parts: &Parts, token: &SecretString) -> Result<Option<Enrolling>, EnrolError> {
    let Some(presented) = claims::read_enrolling(parts, token).await? else { return Ok(None) };
    let found = parts.store.challenge(presented.id).await.map_err(Fault::from)?;
    let Some(view) = found.filter(|v| presented.matches(&v.challenge) && goes_on(parts, v)) else {
        return over(parts).await;
    };
    let (Some(enrolment), Some(awaits)) = (view.challenge.enrolment, Awaits::at(parts, &view)) else {
        return over(parts).await;
    };
    let factors = parts.store.factors_of(view.challenge.user).await.map_err(Fault::from)?;
    if factors.iter().any(Factor::is_enrolled) {
        return over(parts).await;
    }
    Ok(Some(Enrolling { view, enrolment, awaits, factors }))
}

async fn over<T>(parts: &Parts) -> Result<T, EnrolError> {
    parts.store.commit(Commit::refusal("enrolment_token")).await.map_err(Fault::from)?;
    Err(EnrolError::Over)
}

/// Whether the challenge waits, and its user may sign in as they were when it began.
fn goes_on(parts: &Parts, view: &ChallengeView) -> bool {
    let ChallengeView { challenge, standing, .. } = view;
    let now = parts.now();
    let evidence = Evidence {
        method: challenge.method,
        subject: challenge.user,
        amr: Vec::new(),
        auth_time: None,
        minted_in_session: false,
        acting: None,
        client: None,
        ticket: challenge.ticket,
    };
    let idle = parts.policy.session_idle;
    let case = Case { evidence: &evidence, fenced_on: Some(&challenge.fences), standing, idle };
    challenge.is_open(now) && challenge.user_rev == Some(standing.user.rev) && stand(&case, now).is_ok()
}

impl Enrolling {
    /// The tenant that they sign in to.
    pub const fn tenant(&self) -> TenantId {
        self.view.challenge.tenant
    }

    pub(super) const fn challenge(&self) -> &Challenge {
        &self.view.challenge
    }

    pub(super) const fn user(&self) -> &User {
        &self.view.standing.user
    }

    pub(super) fn tenant_name(&self) -> &str {
        &self.view.standing.tenant.name
    }

    /// Demands that this may be begun now, and charges for it.
    pub(super) async fn demand(&self, parts: &Parts, kind: FactorKind) -> Result<(), EnrolError> {
        if self.awaits.step != Step::Enrol {
            return Err(EnrolError::NotReleased);
        }
        if !self.awaits.methods.contains(kind) {
            return Err(EnrolError::NotOffered);
        }
        let take = Take::of(parts, LimitKind::Ticket, self.challenge().id.bytes());
        Ok(limits::charge(parts, &[take]).await??)
    }

    /// The commit that begins a factor, in place of all that its user has begun before. It holds all that was read.
    pub(super) fn beginning(
        &self,
        parts: &Parts,
        (id, kind, add): (FactorId, FactorKind, commit::Change),
        source: &Source,
    ) -> Commit {
        let challenge = self.challenge();
        let event = Event::new(EventName::FactorPending, Some(challenge.tenant))
            .subject(challenge.user)
            .text("challenge", challenge.id.to_string())
            .text("factor", id.to_string())
            .text("kind", kind.as_str())
            .from(source);
        let enrol = Change::Enrol { id: challenge.id, factor: id };
        let commit = Commit::new(event.into_row(parts.now(), &*parts.rng));
        let commit = released(hold(commit, &self.view, self.enrolment), &self.view, self.enrolment);
        let begun = self.factors.iter().filter(|f| f.verified_at.is_none());
        begun.fold(commit, without).change(add).change(commit::Change::Challenge(enrol))
    }
}

/// Takes back what was begun.
fn without(commit: Commit, begun: &Factor) -> Commit {
    let (user, id) = (begun.user, begun.id);
    commit
        .guard(Guard::FactorPending { user, id })
        .change(commit::Change::Factor(factor::Change::Remove { user, id }))
}

/// Has a commit hold what an enrolment was judged on: how far it has come, and that its user is as they were and has no
/// factor.
pub(super) fn hold(commit: Commit, view: &ChallengeView, enrolment: Enrolment) -> Commit {
    let ChallengeView { challenge, standing, .. } = view;
    let Challenge { id, user, .. } = *challenge;
    commit
        .guard(Guard::EnrolmentAsRead { id, enrolment })
        .guard(Guard::Rev { row: Row::User(user), rev: standing.user.rev })
        .guard(Guard::WithoutFactor(user))
}

/// The release, too, if the enrolment rests on one.
pub(super) fn released(commit: Commit, view: &ChallengeView, enrolment: Enrolment) -> Commit {
    let Challenge { tenant, user, .. } = view.challenge;
    if enrolment.proven { commit } else { commit.guard(Guard::ReleaseLives { tenant, user }) }
}
