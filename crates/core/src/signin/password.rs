//! Signing in by password.

use super::challenge::Judged;
use super::decide::Refusal;
use super::direct::{Failed, OpenError, Proved, failed_at_nobody, open};
use super::model::{MethodKind, Standing};
use super::opening::Answer;
use super::throttle;
use crate::audit::Source;
use crate::commit::{Guard, Row};
use crate::fault::Fault;
use crate::id::TenantId;
use crate::limits::Throttled;
use crate::parts::Parts;
use crate::ports::{LoginView, Verdict};
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
        match try_once(parts, found, password.clone(), source).await {
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
            let answer = proved(parts, standing, source).await?;
            if needs_rehash {
                rehash(parts, &user, password, source).await;
            }
            Ok(answer)
        }
        (_, standing) => Ok(wrong(parts, standing.as_ref(), source).await?),
    }
}

/// The verification took a while and its password is no fence: the session opens only if the user is still as read.
async fn proved(parts: &Parts, standing: Standing, source: &Source) -> Result<Answer, TryError> {
    let as_read = Guard::Rev { row: Row::User(standing.user.id), rev: standing.user.rev };
    let proved = Proved {
        method: MethodKind::Password,
        amr: vec!["pwd".to_owned()],
        factor: None,
        standing,
        source,
        judged: Judged { guards: vec![as_read], ..Judged::nothing() },
    };
    open(parts, proved).await.map_err(|error| match error {
        OpenError::Raced => TryError::Raced,
        OpenError::Refused(Refusal::Risk) => LoginError::Risky.into(),
        OpenError::Refused(_) => LoginError::Wrong.into(),
        OpenError::Fault(fault) => fault.into(),
    })
}

/// Known user or not, a refusal waits for one commit, which writes as many rows.
async fn wrong(parts: &Parts, standing: Option<&Standing>, source: &Source) -> Result<Answer, LoginError> {
    let method = MethodKind::Password;
    let commit = match standing {
        Some(standing) => {
            let (tenant, user) = (standing.tenant.id, standing.user.id);
            Failed { tenant, user, method, why: "wrong_credentials", source }.row(parts)
        }
        None => failed_at_nobody(parts, method, "unknown_user", source),
    };
    parts.store.commit(commit).await.map_err(Fault::from)?;
    Err(LoginError::Wrong)
}
