//! What every change of a factor asks for, tells, and may end.

use super::error::FactorError;
use super::model::{Factor, FactorKind, has_enrolled};
use crate::access::{Forbidden, Person};
use crate::audit::{Event, EventName, Source};
use crate::commit::{self, Commit};
use crate::fault::Fault;
use crate::message::{self, FactorName, Notice};
use crate::mfa::{self, StepUpError};
use crate::parts::Parts;
use crate::password;
use crate::session::{self, EndReason, Proof};
use crate::signin::challenge::{Judged, Occasion, judge};
use crate::user::User;
use authms_crypto::SecretString;

/// What somebody presents to change their factors, and what is to happen besides.
#[derive(Clone, Default, Debug)]
pub struct Asked {
    /// A step-up token.
    pub step_up: Option<SecretString>,
    /// A code of a factor of this kind instead.
    pub code: Option<(FactorKind, SecretString)>,
    /// The present password instead, which is enough for the first factor.
    pub password: Option<SecretString>,
    /// Ends the user's other sessions in the tenant, in the same commit.
    pub end_other_sessions: bool,
}

/// A change of somebody's own factors.
pub(crate) struct Changing<'a> {
    pub parts: &'a Parts,
    pub me: &'a Person,
    pub asked: &'a Asked,
    pub source: &'a Source,
    /// The account.
    pub user: User,
    /// All that they have.
    pub factors: Vec<Factor>,
}

impl<'a> Changing<'a> {
    /// Reads what there is.
    pub async fn begin(
        parts: &'a Parts,
        me: &'a Person,
        asked: &'a Asked,
        source: &'a Source,
    ) -> Result<Self, FactorError> {
        if me.acting.is_some() {
            return Err(Forbidden::OnBehalf.into());
        }
        let factors = parts.store.factors_of(me.user).await.map_err(Fault::from)?;
        let member = parts.store.member(me.tenant, me.user).await.map_err(Fault::from)?;
        let user = member.ok_or(FactorError::UnknownUser)?.user;
        Ok(Self { parts, me, asked, source, user, factors })
    }

    /// Demands what a change of what is enrolled needs: a code, or else a step-up.
    pub async fn demand(&self) -> Result<Judged, FactorError> {
        let Some((kind, code)) = &self.asked.code else {
            mfa::demand_step_up(self.parts, self.me, self.asked.step_up.as_ref()).await?;
            return Ok(Judged::nothing());
        };
        self.prove(*kind, code).await
    }

    /// Demands what enrolling a factor needs.
    pub async fn demand_enrolment(&self) -> Result<(), FactorError> {
        let (parts, me) = (self.parts, self.me);
        match (mfa::demand_enrolment(parts, me, self.asked.step_up.as_ref()).await, &self.asked.password) {
            (Err(StepUpError::Missing { needs: Proof::Password }), Some(typed)) => {
                let right = password::is_present(parts, me.user, typed).await??;
                if right { Ok(()) } else { Err(FactorError::WrongPassword) }
            }
            (other, _) => Ok(other?),
        }
    }

    /// A code that proves a factor, as part of a commit to come; a wrong one is counted.
    pub async fn prove(&self, kind: FactorKind, code: &SecretString) -> Result<Judged, FactorError> {
        if !mfa::proves(self.parts, self.me, &self.factors, kind).await? {
            return Err(FactorError::NotUsable(kind));
        }
        mfa::charge_guess(self.parts, self.me).await??;
        let occasion = Occasion::StepUp(self.me.session);
        let judged = judge(self.parts, &self.factors, (kind, code), occasion, self.parts.now()).await?;
        if judged.right {
            return Ok(judged);
        }
        let event = self.event(EventName::StepUpFailed).text("method", kind.as_str());
        self.parts.store.commit(judged.settle(self.commit(event))).await?;
        Err(FactorError::Wrong)
    }

    /// Whether another factor is left if these are not.
    pub fn leaves_one(&self, without: &[&Factor]) -> bool {
        let left: Vec<Factor> =
            self.factors.iter().filter(|f| without.iter().all(|w| w.id != f.id)).cloned().collect();
        has_enrolled(&left)
    }

    /// One of the user's factors.
    pub fn find(&self, which: impl Fn(&Factor) -> bool) -> Result<&Factor, FactorError> {
        self.factors.iter().find(|f| which(f)).ok_or(FactorError::Unknown)
    }

    /// The event of an act.
    pub fn event(&self, name: EventName) -> Event {
        Event::new(name, Some(self.me.tenant))
            .subject(self.me.user)
            .text("actor", self.me.user.to_string())
            .session(self.me.session)
            .from(self.source)
    }

    /// The commit of an act that changes nothing that counts.
    pub fn commit(&self, event: Event) -> Commit {
        Commit::new(event.into_row(self.parts.now(), &*self.parts.rng))
    }

    /// Tells of a factor at its own mailbox, unless that is the account's.
    pub fn notice_at(&self, which: &Factor, what: Notice) -> Option<commit::Change> {
        let address = which.address.as_deref().filter(|_| which.kind == FactorKind::Email)?;
        let elsewhere = self.user.email.as_deref() != Some(address);
        elsewhere.then(|| message::notice_to(self.parts, &self.user, address, what, self.source))?
    }

    /// The commit of a change that counts: it tells the user, also at the mailbox that a factor has of its own, and ends
    /// the other sessions if that was asked for.
    pub fn changing(&self, name: EventName, which: &Factor) -> Commit {
        let event = self.event(name).text("factor", which.id.to_string()).text("kind", which.kind.as_str());
        let told = told(name, which.kind);
        let notice = told.and_then(|what| message::notice(self.parts, &self.user, what, self.source));
        let there = told.and_then(|what| self.notice_at(which, what));
        let commit = self.commit(event).with(notice).with(there);
        if !self.asked.end_other_sessions {
            return commit;
        }
        commit.change(commit::Change::Session(session::Change::EndAll {
            tenant: self.me.tenant,
            user: self.me.user,
            except: Some(self.me.session),
            reason: EndReason::FactorsChanged,
        }))
    }
}

/// What a user is told of a change.
pub(super) const fn told(name: EventName, kind: FactorKind) -> Option<Notice> {
    let called = FactorName::of(kind);
    match name {
        EventName::FactorEnrolled | EventName::FactorEnabled | EventName::RecoveryCodesMade => {
            Some(Notice::FactorAdded(called))
        }
        EventName::FactorRemoved | EventName::FactorDisabled | EventName::FactorsReset => {
            Some(Notice::FactorRemoved(called))
        }
        _ => None,
    }
}
