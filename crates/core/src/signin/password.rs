//! Signing in by password.

use super::assess::{Assessed, EndUser};
use super::change_first::{ChangeFirst, state};
use super::decide::{Case, Decision, Refusal, decide};
use super::history::{Change, Failure};
use super::model::{Evidence, MethodKind, Standing};
use super::opening::{Answer, Ground, Opening};
use super::throttle;
use crate::audit::{Event, EventName, Source};
use crate::commit::{self, Commit, CommitError, Guard, Row};
use crate::fault::Fault;
use crate::id::TenantId;
use crate::limits::Throttled;
use crate::parts::Parts;
use crate::ports::{LoginView, Verdict};
use crate::risk::RiskOutcome;
use crate::session::Origin;
use crate::text;
use crate::user::rehash;
use authms_crypto::SecretString;

/// What somebody typed.
#[derive(Clone, Debug)]
pub struct Login {
    /// User name, e-mail address or phone number.
    pub identity: String,
    /// The password, at most 1,024 bytes.
    pub password: SecretString,
    /// The tenant; the default one if absent.
    pub tenant: Option<TenantId>,
}

/// Why nobody was signed in.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum LoginError {
    /// Unknown user, wrong password, disabled, no member: one answer, in the same time.
    #[error("the name or the password is wrong")]
    Wrong,
    /// The password is right, and the sign-in too risky.
    #[error("the sign-in is refused for its risk")]
    Risky,
    /// Too many attempts.
    #[error(transparent)]
    Throttled(#[from] Throttled),
    /// It could not be carried out.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Signs a user in by password.
///
/// # Errors
/// [`LoginError`]
pub async fn login(parts: &Parts, ask: Login, source: &Source) -> Result<Answer, LoginError> {
    let tenant = match ask.tenant {
        Some(tenant) => tenant,
        None => parts.store.default_tenant().await.map_err(Fault::from)?.ok_or(Fault::Unavailable)?.id,
    };
    let names = text::login_names(&ask.identity);
    let mut found = parts.store.for_login(tenant, names.clone()).await.map_err(Fault::from)?;
    throttle::charge(parts, tenant, &names, found.as_ref().map(|(s, _)| s), source).await?;
    let password = SecretString::new(text::password(ask.password.expose()));
    for _ in 0..2 {
        match try_once(parts, tenant, found, password.clone(), source).await {
            Err(TryError::Raced) => {
                found = parts.store.for_login(tenant, names.clone()).await.map_err(Fault::from)?;
            }
            Err(TryError::Ended(error)) => return Err(error),
            Ok(signed_in) => return Ok(signed_in),
        }
    }
    Err(Fault::Busy.into())
}

enum TryError {
    /// The user was changed between read and commit, perhaps the password.
    Raced,
    Ended(LoginError),
}

impl<E: Into<LoginError>> From<E> for TryError {
    fn from(error: E) -> Self {
        Self::Ended(error.into())
    }
}

async fn try_once(
    parts: &Parts,
    tenant: TenantId,
    found: Option<LoginView>,
    password: SecretString,
    source: &Source,
) -> Result<Answer, TryError> {
    let (standing, hash) = match found {
        Some((standing, hash)) => (Some(standing), hash),
        None => (None, None),
    };
    let verdict = parts.passwords.verify(password.clone(), hash).await.map_err(Fault::from)?;
    match (verdict, standing) {
        (Verdict::Match { needs_rehash }, Some(standing)) => {
            let user = standing.user.clone();
            let signed_in = decide_and_open(parts, standing, source).await?;
            if needs_rehash {
                rehash(parts, &user, password, source).await;
            }
            Ok(signed_in)
        }
        (_, standing) => Ok(refuse(parts, tenant, standing.as_ref(), "wrong_credentials", source).await?),
    }
}

/// The verification took a while and its password is no fence: the session opens only if the user is still as read.
async fn decide_and_open(parts: &Parts, standing: Standing, source: &Source) -> Result<Answer, TryError> {
    let now = parts.now();
    let evidence = Evidence {
        method: MethodKind::Password,
        subject: standing.user.id,
        amr: vec!["pwd".to_owned()],
        auth_time: Some(now),
        minted_in_session: false,
        acting: None,
        client: None,
        ticket: None,
    };
    let idle = parts.policy.session_idle;
    let case = Case { evidence: &evidence, fenced_on: None, standing: &standing, idle };
    let end_user = EndUser::direct(parts, source, &standing).await?;
    let remembered =
        parts.store.remembered(standing.tenant.id, standing.user.id).await.map_err(Fault::from)?;
    let known = (end_user, remembered, None);
    let assessed = Assessed::new(parts, &evidence, &standing, known);
    let decision = decide(&case, &assessed, now);
    if matches!(decision, Decision::Grant(_)) && state(&standing, now).must_be_changed() {
        return change_first(parts, &standing, &assessed, source).await;
    }
    let ground =
        Ground { evidence, standing: &standing, assessed: &assessed, minted_by: None, source, secret: None };
    let opening = match Opening::plan(parts, decision, ground).await? {
        Ok(opening) => opening,
        Err(Refusal::Risk) => return Ok(refuse_risk(parts, &standing, &assessed, source).await?),
        Err(why) => {
            return Ok(refuse(parts, standing.tenant.id, Some(&standing), why.as_str(), source).await?);
        }
    };
    let name = match opening {
        Opening::Session(_) => EventName::LoginSucceeded,
        Opening::Challenge(_) => EventName::LoginChallenged,
    };
    let event = Event::new(name, Some(standing.tenant.id))
        .subject(standing.user.id)
        .text("method", MethodKind::Password.as_str())
        .from(source);
    let row = opening.tell(event).into_row(now, &*parts.rng);
    let kept = assessed.kept(row.id, &standing, (MethodKind::Password, opening.outcome()));
    let commit = Commit::new(row)
        .guard(Guard::Rev { row: Row::User(standing.user.id), rev: standing.user.rev })
        .change(opening.change());
    let commit = kept.into_iter().fold(commit, Commit::change);
    match parts.store.commit(commit).await {
        Ok(committed) => Ok(opening.answer(parts, standing, committed.at)?),
        Err(CommitError::Conflict(_)) => Err(TryError::Raced),
        Err(other) => Err(Fault::from(other).into()),
    }
}

/// All is right, but the password must be changed: no session is opened.
async fn change_first(
    parts: &Parts,
    standing: &Standing,
    assessed: &Assessed,
    source: &Source,
) -> Result<Answer, TryError> {
    let event = Event::new(EventName::LoginChallenged, Some(standing.tenant.id))
        .subject(standing.user.id)
        .text("method", MethodKind::Password.as_str())
        .text("risk", assessed.assessment.record())
        .text("challenged", "password_change")
        .from(source);
    let commit = Commit::new(event.into_row(parts.now(), &*parts.rng))
        .guard(Guard::Rev { row: Row::User(standing.user.id), rev: standing.user.rev });
    match parts.store.commit(commit).await {
        Ok(committed) => Ok(Answer::ChangeFirst(ChangeFirst::of(parts, standing, committed.at)?)),
        Err(CommitError::Conflict(_)) => Err(TryError::Raced),
        Err(other) => Err(Fault::from(other).into()),
    }
}

/// The password is right, so that its user is to know: they are told in their history, administrators by an alert.
async fn refuse_risk(
    parts: &Parts,
    standing: &Standing,
    assessed: &Assessed,
    source: &Source,
) -> Result<Answer, LoginError> {
    let event = Event::new(EventName::RiskRefused, Some(standing.tenant.id))
        .text("risk", assessed.assessment.record());
    let commit = failed(parts, event, standing, Refusal::Risk.as_str(), source);
    let row = commit.audit_rows().first().map(|row| row.id);
    let refused = (MethodKind::Password, RiskOutcome::Refused);
    let kept = row.and_then(|row| assessed.kept(row, standing, refused));
    let commit = kept.into_iter().fold(commit, Commit::change);
    parts.store.commit(commit).await.map_err(Fault::from)?;
    Err(LoginError::Risky)
}

/// Known user or not, a refusal waits for one commit.
async fn refuse(
    parts: &Parts,
    tenant: TenantId,
    standing: Option<&Standing>,
    why: &'static str,
    source: &Source,
) -> Result<Answer, LoginError> {
    let commit = match standing {
        Some(s) => failed(parts, Event::new(EventName::LoginFailed, Some(tenant)), s, why, source),
        None => Commit::refusal("unknown_user"),
    };
    parts.store.commit(commit).await.map_err(Fault::from)?;
    Err(LoginError::Wrong)
}

/// What is written down of a refusal at an account that exists.
fn failed(parts: &Parts, event: Event, standing: &Standing, why: &'static str, source: &Source) -> Commit {
    let event = event
        .subject(standing.user.id)
        .text("method", MethodKind::Password.as_str())
        .text("why", why)
        .from(source);
    let row = event.into_row(parts.now(), &*parts.rng);
    let failure = Failure {
        event: row.id,
        tenant: standing.tenant.id,
        user: standing.user.id,
        method: MethodKind::Password,
        why: why.to_owned(),
        origin: Origin { ip: source.ip, user_agent: source.user_agent.clone() },
    };
    Commit::new(row).change(commit::Change::SignIn(Change::Fail(Box::new(failure))))
}
