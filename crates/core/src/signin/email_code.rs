//! Signing in by a code that was mailed: one factor, and a weak one.

use super::challenge::Judged;
use super::direct::{Failed, OpenError, Proved, failed_at_nobody, open};
use super::model::{MethodKind, Standing};
use super::opening::Answer;
use super::password::LoginError;
use super::throttle;
use crate::audit::Source;
use crate::code::{self, Checked, Purpose, SendError};
use crate::commit::{Commit, CommitError, Guard, Row};
use crate::fault::Fault;
use crate::id::TenantId;
use crate::limits::Throttled;
use crate::message::{Channel, errand};
use crate::parts::Parts;
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
    let at_nobody = |why| failed_at_nobody(parts, MethodKind::EmailCode, why, source);
    let Some(standing) = standing else { return refuse(parts, at_nobody("unknown_user")).await };
    let checked = code::check(parts, standing.user.id, Purpose::SignIn, &[0; 16], &ask.code).await?;
    // What was sent to an address that is no longer the user's proves nothing.
    let own = |c: &Checked| standing.user.email.as_deref() == Some(c.to.as_str());
    match checked.filter(own) {
        Some(checked) if checked.right => proved(parts, standing, checked, source).await,
        Some(checked) => {
            let (user, method) = (standing.user.id, MethodKind::EmailCode);
            let failed = Failed { tenant, user, method, why: "wrong_code", source };
            refuse(parts, checked.onto(failed.row(parts))).await
        }
        None => refuse(parts, at_nobody("no_code")).await,
    }
}

async fn home(parts: &Parts, named: Option<TenantId>) -> Result<TenantId, Fault> {
    match named {
        Some(tenant) => Ok(tenant),
        None => Ok(parts.store.default_tenant().await?.ok_or(Fault::Unavailable)?.id),
    }
}

/// The code is used up, whatever is decided; it is good for its user as they were read.
async fn proved(
    parts: &Parts,
    standing: Standing,
    checked: Checked,
    source: &Source,
) -> Result<Answer, EmailCodeError> {
    let as_read = Guard::Rev { row: Row::User(standing.user.id), rev: standing.user.rev };
    let proved = Proved {
        method: MethodKind::EmailCode,
        amr: vec!["otp".to_owned()],
        factor: None,
        standing,
        source,
        judged: Judged { right: true, guards: vec![as_read, checked.guard], changes: vec![checked.change] },
    };
    open(parts, proved).await.map_err(|error| match error {
        // The code was used up meanwhile, or its user was changed: it proves nothing any more.
        OpenError::Raced | OpenError::Refused(_) => EmailCodeError::Refused,
        OpenError::Fault(fault) => fault.into(),
    })
}

/// Whatever the reason, a refusal waits for one commit.
async fn refuse(parts: &Parts, commit: Commit) -> Result<Answer, EmailCodeError> {
    match parts.store.commit(commit).await {
        Ok(_) | Err(CommitError::Conflict(_)) => Err(EmailCodeError::Refused),
        Err(other) => Err(Fault::from(other).into()),
    }
}
