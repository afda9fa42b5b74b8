//! Signing in by a code that was mailed: one factor, and a weak one.

use super::assess::{Assessed, EndUser};
use super::decide::{Case, Refusal, decide};
use super::history::{Change, Failure};
use super::model::{Evidence, MethodKind, Standing};
use super::opening::{Answer, Ground, Opening};
use super::password::LoginError;
use super::throttle;
use crate::audit::{Event, EventName, Source};
use crate::code::{self, Checked, Purpose, SendError};
use crate::commit::{self, Commit, CommitError, Guard, Row};
use crate::fault::Fault;
use crate::id::TenantId;
use crate::limits::Throttled;
use crate::message::{Channel, errand};
use crate::parts::Parts;
use crate::session::Origin;
use crate::text::{self, InvalidText};
use crate::time::Span;
use crate::user::{Identifier, IdentifierKind};
use authms_crypto::SecretString;

/// Why nobody was signed in, or no code was promised.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum EmailCodeError {
    /// Wrong, too old, used up, nobody's, or its user may not sign in: one answer.
    #[error("the code is invalid or has expired")]
    Refused,
    /// The address is none.
    #[error(transparent)]
    Invalid(#[from] InvalidText),
    /// There is no transport for e-mails.
    #[error("this service has no way to send messages by email")]
    NoTransport,
    /// Too many attempts.
    #[error(transparent)]
    Throttled(#[from] Throttled),
    /// It could not be carried out.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// A code that is sent if the address is somebody's.
#[derive(Clone, Debug)]
pub struct Promised {
    /// The address as it was named, masked.
    pub target: String,
    /// How long the code is good.
    pub good: Span,
}

/// Has a code to sign in with sent to this address, if it is somebody's; the answer is the same.
///
/// # Errors
/// [`EmailCodeError`], none of which depends on the user.
pub async fn send_email_code(
    parts: &Parts,
    email: &str,
    tenant: Option<TenantId>,
    source: &Source,
) -> Result<Promised, EmailCodeError> {
    let email = text::email(email)?;
    if let Err(SendError::NoTransport(_)) = code::require_transport(parts, Channel::Email) {
        return Err(EmailCodeError::NoTransport);
    }
    let tenant = home(parts, tenant).await?;
    errand::accept(parts, (tenant, &email, Purpose::SignIn), source).await??;
    Ok(Promised { target: text::masked_email(&email), good: code::TTL })
}

/// What somebody typed.
#[derive(Clone, Debug)]
pub struct EmailLogin {
    /// Where the code was sent.
    pub email: String,
    /// The code.
    pub code: SecretString,
    /// The tenant; the default one if absent.
    pub tenant: Option<TenantId>,
}

/// Signs a user in by the code that was mailed to them. It is used up, whatever is asked for besides.
///
/// # Errors
/// [`EmailCodeError`]
pub async fn login_by_email_code(
    parts: &Parts,
    ask: &EmailLogin,
    source: &Source,
) -> Result<Answer, EmailCodeError> {
    let tenant = home(parts, ask.tenant).await?;
    let named = text::email(&ask.email).ok().map(|e| Identifier::new(IdentifierKind::Email, &e));
    let names: Vec<_> = named.into_iter().collect();
    let found = parts.store.for_login(tenant, names.clone()).await.map_err(Fault::from)?;
    let standing = found.map(|(standing, _)| standing);
    throttle::charge(parts, tenant, &names, standing.as_ref(), source).await.map_err(
        |error| match error {
            LoginError::Throttled(throttled) => EmailCodeError::from(throttled),
            LoginError::Fault(fault) => fault.into(),
            LoginError::Wrong | LoginError::Risky => EmailCodeError::Refused,
        },
    )?;
    let Some(standing) = standing else { return refuse(parts, Commit::refusal("unknown_user")).await };
    let checked = code::check(parts, standing.user.id, Purpose::SignIn, &[0; 16], &ask.code).await?;
    // What was sent to an address that is no longer the user's proves nothing.
    let own = |c: &Checked| standing.user.email.as_deref() == Some(c.to.as_str());
    match checked.filter(own) {
        Some(checked) if checked.right => open(parts, standing, checked, source).await,
        Some(checked) => {
            let event = Event::new(EventName::LoginFailed, Some(tenant));
            let commit = checked.onto(failure(parts, event, &standing, "wrong_code", source));
            refuse(parts, commit).await
        }
        None => refuse(parts, Commit::refusal("no_code")).await,
    }
}

async fn home(parts: &Parts, named: Option<TenantId>) -> Result<TenantId, Fault> {
    match named {
        Some(tenant) => Ok(tenant),
        None => Ok(parts.store.default_tenant().await?.ok_or(Fault::Unavailable)?.id),
    }
}

async fn open(
    parts: &Parts,
    standing: Standing,
    checked: Checked,
    source: &Source,
) -> Result<Answer, EmailCodeError> {
    let now = parts.now();
    let evidence = Evidence {
        method: MethodKind::EmailCode,
        subject: standing.user.id,
        amr: vec!["otp".to_owned()],
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
    let ground =
        Ground { evidence, standing: &standing, assessed: &assessed, minted_by: None, source, secret: None };
    let opening = match Opening::plan(parts, decision, ground).await? {
        Ok(opening) => opening,
        Err(why) => {
            let event = match why {
                Refusal::Risk => Event::new(EventName::RiskRefused, Some(standing.tenant.id))
                    .text("risk", assessed.assessment.record()),
                _ => Event::new(EventName::LoginFailed, Some(standing.tenant.id)),
            };
            let commit = failure(parts, event, &standing, why.as_str(), source);
            return refuse(parts, checked.onto(commit)).await;
        }
    };
    let name = match opening {
        Opening::Session(_) => EventName::LoginSucceeded,
        Opening::Challenge(_) => EventName::LoginChallenged,
    };
    let event = Event::new(name, Some(standing.tenant.id))
        .subject(standing.user.id)
        .text("method", MethodKind::EmailCode.as_str())
        .from(source);
    let commit = Commit::new(opening.tell(event).into_row(now, &*parts.rng))
        .guard(Guard::Rev { row: Row::User(standing.user.id), rev: standing.user.rev })
        .change(opening.change());
    match parts.store.commit(checked.onto(commit)).await {
        Ok(committed) => Ok(opening.answer(parts, standing, committed.at)?),
        // The code was used up meanwhile, or its user was changed: it proves nothing any more.
        Err(CommitError::Conflict(_)) => Err(EmailCodeError::Refused),
        Err(other) => Err(Fault::from(other).into()),
    }
}

/// A failure that its user may see.
fn failure(parts: &Parts, event: Event, standing: &Standing, why: &'static str, source: &Source) -> Commit {
    let (tenant, user) = (standing.tenant.id, standing.user.id);
    let row = event
        .subject(user)
        .text("method", MethodKind::EmailCode.as_str())
        .text("why", why)
        .from(source)
        .into_row(parts.now(), &*parts.rng);
    let failure = Failure {
        event: row.id,
        tenant,
        user,
        method: MethodKind::EmailCode,
        why: why.to_owned(),
        origin: Origin { ip: source.ip, user_agent: source.user_agent.clone() },
    };
    Commit::new(row).change(commit::Change::SignIn(Change::Fail(Box::new(failure))))
}

/// Whatever the reason, a refusal waits for one commit.
async fn refuse(parts: &Parts, commit: Commit) -> Result<Answer, EmailCodeError> {
    match parts.store.commit(commit).await {
        Ok(_) | Err(CommitError::Conflict(_)) => Err(EmailCodeError::Refused),
        Err(other) => Err(Fault::from(other).into()),
    }
}
