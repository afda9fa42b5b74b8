//! Signing in without a ticket, from what was proved to the commit: the same for password, mailed code and passkey.

use super::assess::{Assessed, EndUser};
use super::challenge::Judged;
use super::change_first::{ChangeFirst, state};
use super::decide::{Case, Decision, Refusal, decide};
use super::history::{Change, Failure, NO_TENANT, NOBODY};
use super::model::{Evidence, MethodKind, Standing};
use super::opening::{Answer, Ground, Opening};
use crate::audit::{Event, EventName, Source};
use crate::commit::{self, Commit, CommitError, Committed};
use crate::fault::Fault;
use crate::id::{EventId, FactorId, TenantId, UserId};
use crate::parts::Parts;
use crate::risk::RiskOutcome;
use crate::session::Origin;
use crate::time::Timestamp;

/// What somebody has just proved.
pub(super) struct Proved<'a> {
    /// By which method.
    pub method: MethodKind,
    /// How, in the words of RFC 8176.
    pub amr: Vec<String>,
    /// The factor, if it was one.
    pub factor: Option<FactorId>,
    /// Whose proof it is.
    pub standing: Standing,
    /// Where it came from.
    pub source: &'a Source,
    /// Under which it counts, and what uses it up, whatever is decided.
    pub judged: Judged,
}

/// Why nothing was opened.
pub(super) enum OpenError {
    /// The proof was used, or its user changed, between read and commit.
    Raced,
    /// It was decided against; the log says so already.
    Refused(Refusal),
    Fault(Fault),
}

impl<E: Into<Fault>> From<E> for OpenError {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

/// Decides on what was proved, and opens what was decided, in one commit.
pub(super) async fn open(parts: &Parts, proved: Proved<'_>) -> Result<Answer, OpenError> {
    let now = parts.now();
    let Proved { standing, source, .. } = &proved;
    let evidence = Evidence {
        method: proved.method,
        subject: standing.user.id,
        amr: proved.amr.clone(),
        auth_time: Some(now),
        minted_in_session: false,
        acting: None,
        client: None,
        ticket: None,
    };
    let assessed = assess(parts, &evidence, standing, source).await?;
    let case = Case { evidence: &evidence, fenced_on: None, standing, idle: parts.policy.session_idle };
    let decision = decide(&case, &assessed, now);
    if matches!(decision, Decision::Grant(_)) && changes_first(&proved, now) {
        return change_first(parts, proved, &assessed).await;
    }
    let ground = Ground {
        evidence,
        standing,
        assessed: &assessed,
        minted_by: None,
        source,
        secret: None,
        renews: None,
    };
    match Opening::plan(parts, decision, ground).await? {
        Ok(opening) => carry_out(parts, proved, &assessed, opening).await,
        Err(why) => refuse(parts, proved, &assessed, why).await,
    }
}

async fn assess(
    parts: &Parts,
    evidence: &Evidence,
    standing: &Standing,
    source: &Source,
) -> Result<Assessed, Fault> {
    let end_user = EndUser::direct(parts, source, standing).await?;
    let remembered = parts.store.remembered(standing.tenant.id, standing.user.id).await?;
    Ok(Assessed::new(parts, evidence, standing, (end_user, remembered, None)))
}

async fn carry_out(
    parts: &Parts,
    proved: Proved<'_>,
    assessed: &Assessed,
    opening: Opening,
) -> Result<Answer, OpenError> {
    let name = match opening {
        Opening::Session(_) => EventName::LoginSucceeded,
        Opening::Challenge(_) => EventName::LoginChallenged,
    };
    let event = opening.tell(proved.event(name).subject(proved.standing.user.id));
    let row = event.into_row(parts.now(), &*parts.rng);
    let kept = assessed.kept(row.id, &proved.standing, (proved.method, opening.outcome()));
    let commit = kept.into_iter().fold(Commit::new(row).change(opening.change()), Commit::change);
    let committed = written(parts, proved.judged.settle(commit)).await?;
    Ok(opening.answer(parts, proved.standing, committed.at)?)
}

/// Whether all is right, but the password must be changed: then no session is opened.
fn changes_first(proved: &Proved<'_>, now: Timestamp) -> bool {
    proved.method == MethodKind::Password && state(&proved.standing, now).must_be_changed()
}

async fn change_first(parts: &Parts, proved: Proved<'_>, assessed: &Assessed) -> Result<Answer, OpenError> {
    let event = proved
        .event(EventName::LoginChallenged)
        .subject(proved.standing.user.id)
        .text("risk", assessed.assessment.record())
        .text("challenged", "password_change");
    let row = event.into_row(parts.now(), &*parts.rng);
    let kept = assessed.kept(row.id, &proved.standing, (proved.method, RiskOutcome::Granted));
    let commit = kept.into_iter().fold(Commit::new(row), Commit::change);
    let committed = written(parts, proved.judged.settle(commit)).await?;
    Ok(Answer::ChangeFirst(ChangeFirst::of(parts, &proved.standing, committed.at)?))
}

/// The proof is right, so that its user is to know: they are told in their history, administrators by an alert.
async fn refuse(
    parts: &Parts,
    proved: Proved<'_>,
    assessed: &Assessed,
    why: Refusal,
) -> Result<Answer, OpenError> {
    let name = match why {
        Refusal::Risk => EventName::RiskRefused,
        _ => EventName::LoginFailed,
    };
    let risky = matches!(why, Refusal::Risk | Refusal::NoFactor);
    let event = proved.event(name).text_if("risk", risky.then(|| assessed.assessment.record()));
    let failure = Failed {
        tenant: proved.standing.tenant.id,
        user: proved.standing.user.id,
        method: proved.method,
        why: why.as_str(),
        source: proved.source,
    };
    let commit = failure.told(parts, event);
    let row = commit.audit_rows().first().map(|row| row.id).filter(|_| risky);
    let refused = (proved.method, RiskOutcome::Refused);
    let kept = row.and_then(|row| assessed.kept(row, &proved.standing, refused));
    let commit = kept.into_iter().fold(commit, Commit::change);
    written(parts, proved.judged.settle(commit)).await?;
    Err(OpenError::Refused(why))
}

async fn written(parts: &Parts, commit: Commit) -> Result<Committed, OpenError> {
    match parts.store.commit(commit).await {
        Ok(committed) => Ok(committed),
        Err(CommitError::Conflict(_)) => Err(OpenError::Raced),
        Err(other) => Err(Fault::from(other).into()),
    }
}

impl Proved<'_> {
    fn event(&self, name: EventName) -> Event {
        Event::new(name, Some(self.standing.tenant.id))
            .text("method", self.method.as_str())
            .text_if("factor", self.factor.map(|factor| factor.to_string()))
            .from(self.source)
    }
}

/// A failure at an account that exists.
pub(super) struct Failed<'a> {
    pub tenant: TenantId,
    pub user: UserId,
    pub method: MethodKind,
    /// In the audit log's stable word.
    pub why: &'static str,
    pub source: &'a Source,
}

impl Failed<'_> {
    /// What is written down of it: an audit row, and what its user may see.
    pub fn row(&self, parts: &Parts) -> Commit {
        let event = Event::new(EventName::LoginFailed, Some(self.tenant));
        self.told(parts, event.text("method", self.method.as_str()).from(self.source))
    }

    fn told(&self, parts: &Parts, event: Event) -> Commit {
        let event = event.subject(self.user).text("why", self.why);
        let row = event.into_row(parts.now(), &*parts.rng);
        let failure = self.failure(row.id);
        Commit::new(row).change(failure)
    }

    fn failure(&self, event: EventId) -> commit::Change {
        let failure = Failure {
            event,
            tenant: self.tenant,
            user: self.user,
            method: self.method,
            why: self.why.to_owned(),
            origin: Origin { ip: self.source.ip, user_agent: self.source.user_agent.clone() },
        };
        commit::Change::SignIn(Change::Fail(Box::new(failure)))
    }
}

/// What is written of a failure at no account: a count in place of the audit row, since strangers must not be able to
/// fill the log, and beside it what an account would have of it, so that the time does not tell.
pub(super) fn failed_at_nobody(
    parts: &Parts,
    method: MethodKind,
    why: &'static str,
    source: &Source,
) -> Commit {
    let failed = Failed { tenant: NO_TENANT, user: NOBODY, method, why, source };
    Commit::refusal(why).change(failed.failure(EventId::generate(parts.now(), &*parts.rng)))
}
