//! What `verify` makes of a challenge whose user has no factor: an address is proved, or a factor for the first time.

use super::Enrolment;
use super::awaits::{Awaits, Step, address_to_prove};
use super::enter::{hold, released};
use crate::access::Role;
use crate::audit::EventName;
use crate::code::{self, Checked, Purpose};
use crate::commit::{self, Commit, Guard};
use crate::factor::{self, ENROLMENT_TTL, Factor, FactorKind, TotpSecret};
use crate::fault::Fault;
use crate::id::FactorId;
use crate::message::{self, FactorName, Notice};
use crate::mfa;
use crate::signin::assess::EndUser;
use crate::signin::challenge::answer::challenged;
use crate::signin::challenge::passkey;
use crate::signin::challenge::prove::Judged;
use crate::signin::challenge::renewed::Renewed;
use crate::signin::challenge::verify::{ChallengeError, Run, TryError};
use crate::signin::challenge::{Challenge, ChallengeView, Change};
use crate::signin::model::Evidence;
use crate::signin::opening::Answer;

impl Run<'_> {
    /// The next step of an enrolment, if this proves it.
    pub(in crate::signin::challenge) async fn enrol(
        &self,
        view: &ChallengeView,
        enrolment: Enrolment,
        end_user: EndUser,
        who: (Evidence, Role, Renewed),
    ) -> Result<Answer, TryError> {
        let (parts, challenge) = (self.parts, &view.challenge);
        let Some(Awaits { step, methods }) = Awaits::at(parts, view) else {
            return Err(ChallengeError::Invalid.into());
        };
        let factors = parts.store.factors_of(challenge.user).await.map_err(Fault::from)?;
        if factors.iter().any(Factor::is_enrolled) {
            return self.refuse(challenge, "enrolled_meanwhile").await;
        }
        if step == Step::AwaitRelease {
            return Err(ChallengeError::NotReleased.into());
        }
        if !methods.contains(self.ask.method) {
            return Err(ChallengeError::NotOffered.into());
        }
        self.may_guess(challenge)?;
        match step {
            Step::Enrol => self.first_proof(view, (enrolment, &factors), end_user, who).await,
            _ => self.prove_address(view, enrolment, end_user, who).await,
        }
    }

    /// A code that was sent to an address: right, it lets enrol; where such codes satisfy, it enrols them and signs in.
    async fn prove_address(
        &self,
        view: &ChallengeView,
        enrolment: Enrolment,
        end_user: EndUser,
        who: (Evidence, Role, Renewed),
    ) -> Result<Answer, TryError> {
        let (parts, challenge) = (self.parts, &view.challenge);
        let method = self.ask.method;
        let address = address_to_prove(parts, view, method);
        let scope = challenge.id.bytes();
        let checked = code::check(parts, challenge.user, Purpose::Enrolment, scope, &self.ask.code).await?;
        // What was sent elsewhere, or to an address that is theirs no longer, proves nothing and stays as it is.
        let Some(checked) = checked.filter(|checked| address.as_ref() == Some(&checked.to)) else {
            return self.count_wrong(challenge, nothing(), Some("no_code")).await;
        };
        let Checked { right, guard, change, to } = checked;
        let judged = Judged { right, guards: vec![guard], changes: vec![change] };
        if !right {
            return self.count_wrong(challenge, judged, None).await;
        }
        if challenge.methods.contains(method) {
            let now = parts.now();
            let factor = factor::of_address(parts, challenge.user, &to);
            let id = factor.id;
            let factor = Factor { verified_at: Some(now), last_used_at: Some(now), ..factor };
            let add = commit::Change::Factor(factor::Change::Add(Box::new(factor)));
            let commit = self.commit(challenge, EventName::ChallengePassed, judged).change(add);
            let commit = self.enrolled(commit, view, enrolment, (id, method));
            return self.pass(view, end_user, commit, who).await;
        }
        let commit = self
            .commit(challenge, EventName::EnrolmentProven, judged)
            .guard(Guard::EnrolmentAsRead { id: challenge.id, enrolment })
            .change(commit::Change::Challenge(Change::Prove(challenge.id)));
        self.judged_by_store(parts.store.commit(commit).await)?;
        let mut proven = view.clone();
        proven.challenge.enrolment = Some(Enrolment { proven: true, ..enrolment });
        let and = (&view.standing.tenant, Awaits::at(parts, &proven));
        Ok(Answer::Challenged(challenged(parts, challenge, &self.presented.secret, and)?))
    }

    /// The first proof of the factor that was begun here: it counts from now on, and its user is signed in.
    async fn first_proof(
        &self,
        view: &ChallengeView,
        (enrolment, factors): (Enrolment, &[Factor]),
        end_user: EndUser,
        who: (Evidence, Role, Renewed),
    ) -> Result<Answer, TryError> {
        let (parts, challenge) = (self.parts, &view.challenge);
        let (now, method) = (parts.now(), self.ask.method);
        let waits = |f: &&Factor| {
            Some(f.id) == enrolment.factor
                && f.kind == method
                && f.verified_at.is_none()
                && f.created_at.plus(ENROLMENT_TTL) > now
        };
        let Some(begun) = factors.iter().find(waits) else {
            return Err(ChallengeError::NothingPending.into());
        };
        let (judged, why) = match &self.ask.assertion {
            Some(assertion) if method == FactorKind::Passkey => {
                passkey::judge_first(parts, challenge, begun, assertion).await?
            }
            _ => (self.first_code(begun), None),
        };
        if !judged.right {
            return self.count_wrong(challenge, judged, why).await;
        }
        let commit = self.commit(challenge, EventName::ChallengePassed, judged);
        let commit = released(commit, view, enrolment);
        let commit = self.enrolled(commit, view, enrolment, (begun.id, begun.kind));
        self.pass(view, end_user, commit, who).await
    }

    fn first_code(&self, begun: &Factor) -> Judged {
        let (user, id) = (begun.user, begun.id);
        let secret = TotpSecret::of(self.parts, begun);
        let step = secret.and_then(|s| s.step(self.ask.code.expose(), self.parts.now(), None));
        let Some(step) = step else { return nothing() };
        Judged {
            right: true,
            guards: vec![Guard::FactorPending { user, id }],
            changes: vec![commit::Change::Factor(factor::Change::Verify { user, id, step: Some(step) })],
        }
    }

    /// Makes the enrolment part of the commit that completes the sign-in: it is the user's first factor, they are told, and a
    /// release is used up.
    fn enrolled(
        &self,
        commit: Commit,
        view: &ChallengeView,
        enrolment: Enrolment,
        (id, method): (FactorId, FactorKind),
    ) -> Commit {
        let (parts, challenge) = (self.parts, &view.challenge);
        let Challenge { tenant, user, .. } = *challenge;
        let event = self
            .event(EventName::FactorEnrolled, challenge)
            .text("factor", id.to_string())
            .text("kind", method.as_str());
        let notice = Notice::FactorAdded(FactorName::of(method));
        hold(commit, view, enrolment)
            .change(commit::Change::Factor(factor::Change::SetPrimary { user, id }))
            .change(commit::Change::Release(mfa::ReleaseChange::End { tenant, user }))
            .with(message::notice(parts, &view.standing.user, notice, self.source))
            .audit(event.into_row(parts.now(), &*parts.rng))
    }
}

/// Nothing was proved, and nothing that is kept is any the worse for it.
const fn nothing() -> Judged {
    Judged { right: false, guards: Vec::new(), changes: Vec::new() }
}
