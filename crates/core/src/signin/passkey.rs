//! Signing in by a passkey.

use super::challenge::Judged;
use super::decide::Refusal;
use super::direct::{Failed, OpenError, Proved, open};
use super::model::{MethodKind, Standing};
use super::opening::Answer;
use crate::audit::{Event, EventName, Source};
use crate::commit::{Commit, CommitError};
use crate::fault::Fault;
use crate::id::{TenantId, UserId};
use crate::parts::Parts;
use crate::passkey::{self, Assertion, Begin, COPIED, Ceremony, Purpose, RequestOptions, UserVerification};
use crate::text;

/// Who wants to sign in, if they say.
#[derive(Clone, Debug, Default)]
pub struct BeginPasskeySignIn {
    /// E-mail address, user name or phone number; without one the authenticator finds a passkey by itself.
    pub identity: Option<String>,
    /// The tenant; the default one if absent.
    pub tenant: Option<TenantId>,
}

/// Why nobody was signed in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PasskeySignInError {
    /// One answer for all reasons; the audit log tells them apart.
    #[error("the passkey was not accepted")]
    Refused,
    /// All is right, but too risky.
    #[error("the sign-in is too risky")]
    Risky,
    /// It could not be carried out.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Begins a sign-in. Whether the named user exists, and has a passkey, is not told.
///
/// # Errors
/// [`Fault`]
pub async fn begin_by_passkey(parts: &Parts, ask: BeginPasskeySignIn) -> Result<RequestOptions, Fault> {
    let tenant = match ask.tenant {
        Some(tenant) => tenant,
        None => parts.store.default_tenant().await?.ok_or(Fault::Unavailable)?.id,
    };
    let (user, allow) = match ask.identity {
        None => (None, Vec::new()),
        Some(identity) => {
            let names = text::login_names(&identity);
            // Nobody is a user, too, without passkeys: the same reads, the same ceremony.
            let user = parts.store.named(tenant, names).await?.unwrap_or(UserId::from_bytes([0; 16]));
            let known = parts.store.passkeys_of(user).await?;
            let name = identity.trim().to_lowercase();
            let known = known.into_iter().map(|p| p.credential_id);
            (Some(user), passkey::filled_up(parts, tenant, name.as_bytes(), known))
        }
    };
    let begin = Begin { purpose: Purpose::SignIn, tenant, user, bound_to: None, planned: None };
    let challenge = passkey::begin(parts, begin).await?;
    let rp_id = parts.policy.relying_party.id.clone();
    Ok(RequestOptions { challenge, rp_id, allow, user_verification: verification(parts) })
}

/// Signs a user in by a passkey.
///
/// # Errors
/// [`PasskeySignInError`]
pub async fn by_passkey(
    parts: &Parts,
    assertion: &Assertion,
    source: &Source,
) -> Result<Answer, PasskeySignInError> {
    // Who loses a race reads again, and sees what the winner left.
    for _ in 0..3 {
        match try_once(parts, assertion, source).await {
            Err(TryError::Raced) => {}
            Err(TryError::Ended(error)) => return Err(error),
            Ok(answer) => return Ok(answer),
        }
    }
    Err(Fault::Busy.into())
}

enum TryError {
    /// The challenge was used up, or the passkey used, between read and commit.
    Raced,
    Ended(PasskeySignInError),
}

impl<E: Into<PasskeySignInError>> From<E> for TryError {
    fn from(error: E) -> Self {
        Self::Ended(error.into())
    }
}

impl From<OpenError> for TryError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Raced => Self::Raced,
            OpenError::Refused(Refusal::Risk) => Self::Ended(PasskeySignInError::Risky),
            OpenError::Refused(_) => Self::Ended(PasskeySignInError::Refused),
            OpenError::Fault(fault) => Self::Ended(fault.into()),
        }
    }
}

async fn try_once(parts: &Parts, assertion: &Assertion, source: &Source) -> Result<Answer, TryError> {
    let Some(ceremony) = passkey::find(parts, &assertion.client_data_json, Purpose::SignIn).await? else {
        // Used up, over, or never ours: whoever sends it has proved nothing.
        parts.store.commit(Commit::refusal("passkey_challenge")).await.map_err(Fault::from)?;
        return Err(PasskeySignInError::Refused.into());
    };
    let found = parts.store.passkey(assertion.raw_id.clone()).await.map_err(Fault::from)?;
    // Those of another tenant are not known here, nor told of in its log.
    let found = found.filter(|(passkey, _)| passkey.tenant == ceremony.tenant);
    let Some((passkey, standing)) = found else {
        return refuse(parts, &ceremony, None, "unknown_passkey", source).await;
    };
    let factors = parts.store.factors_of(passkey.user).await.map_err(Fault::from)?;
    let judged = passkey::judge(parts, &ceremony, (&passkey, &factors), assertion, verification(parts));
    match judged {
        Ok(asserted) => {
            let proved = Proved {
                method: MethodKind::Passkey,
                amr: passkey.amr(asserted.user_verified),
                factor: Some(passkey.factor),
                standing,
                source,
                judged: Judged {
                    right: true,
                    guards: passkey::guards(&ceremony, &passkey).into(),
                    changes: passkey::changes(&ceremony, &passkey, asserted).into(),
                },
            };
            open(parts, proved).await.map_err(TryError::from)
        }
        Err(why) => refuse(parts, &ceremony, Some(&standing), why, source).await,
    }
}

/// The challenge is used up, and the log says why. Nothing is counted against the passkey: its identifier is no secret,
/// so anybody could switch it off for its user; and a signature cannot be guessed.
async fn refuse(
    parts: &Parts,
    ceremony: &Ceremony,
    standing: Option<&Standing>,
    why: &'static str,
    source: &Source,
) -> Result<Answer, TryError> {
    let commit = match standing {
        Some(standing) => Failed {
            tenant: ceremony.tenant,
            user: standing.user.id,
            method: MethodKind::Passkey,
            why,
            source,
        }
        .row(parts),
        None => {
            let told = event(EventName::LoginFailed, ceremony, source).text("why", why);
            Commit::new(told.into_row(parts.now(), &*parts.rng))
        }
    };
    let mut commit = passkey::finishing(commit, ceremony);
    if let Some(standing) = standing.filter(|_| why == COPIED) {
        let alert = event(EventName::PasskeyCopied, ceremony, source);
        let whose = (ceremony.tenant, standing.user.id, MethodKind::Passkey);
        commit = passkey::alarm(parts, commit, alert, whose, source);
    }
    match parts.store.commit(commit).await {
        Ok(_) => Err(PasskeySignInError::Refused.into()),
        Err(CommitError::Conflict(_)) => Err(TryError::Raced),
        Err(other) => Err(Fault::from(other).into()),
    }
}

fn event(name: EventName, ceremony: &Ceremony, source: &Source) -> Event {
    Event::new(name, Some(ceremony.tenant)).text("method", MethodKind::Passkey.as_str()).from(source)
}

/// A passkey that signs in by itself stands for two factors, unless the operator does with one.
fn verification(parts: &Parts) -> UserVerification {
    match parts.policy.passkey_user_verification {
        true => UserVerification::Required,
        false => UserVerification::Preferred,
    }
}
