//! Signing in by a passkey.

use super::assess::{Assessed, EndUser};
use super::decide::{Case, Refusal, decide};
use super::history::{Change, Failure};
use super::model::{Evidence, MethodKind, Standing};
use super::opening::{Answer, Ground, Opening};
use crate::audit::{Event, EventName, Source};
use crate::commit::{self, Commit, CommitError};
use crate::fault::Fault;
use crate::id::{TenantId, UserId};
use crate::parts::Parts;
use crate::passkey::{
    self, Assertion, Begin, COPIED, Ceremony, Passkey, Purpose, RequestOptions, UserVerification,
};
use crate::session::Origin;
use crate::text;
use authms_crypto::webauthn::Asserted;

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
            let found = parts.store.for_login(tenant, names).await?;
            // Nobody is a user, too, without passkeys: the same reads, the same ceremony.
            let user = found.map_or(UserId::from_bytes([0; 16]), |(standing, _)| standing.user.id);
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
        Ok(asserted) => open(parts, &ceremony, &passkey, asserted, standing, source).await,
        Err(why) => refuse(parts, &ceremony, Some(&standing), why, source).await,
    }
}

/// One commit: the challenge is used up, the passkey's count kept, and what was decided opened.
async fn open(
    parts: &Parts,
    ceremony: &Ceremony,
    passkey: &Passkey,
    asserted: Asserted,
    standing: Standing,
    source: &Source,
) -> Result<Answer, TryError> {
    let now = parts.now();
    let evidence = Evidence {
        method: MethodKind::Passkey,
        subject: standing.user.id,
        amr: passkey.amr(asserted.user_verified),
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
        Err(Refusal::Risk) => {
            let told =
                event(EventName::RiskRefused, ceremony, source).text("risk", assessed.assessment.record());
            finish(parts, ceremony, Some(&standing), told, Refusal::Risk.as_str(), source).await?;
            return Err(PasskeySignInError::Risky.into());
        }
        Err(why) => return refuse(parts, ceremony, Some(&standing), why.as_str(), source).await,
    };
    let name = match opening {
        Opening::Session(_) => EventName::LoginSucceeded,
        Opening::Challenge(_) => EventName::LoginChallenged,
    };
    let event = opening
        .tell(event(name, ceremony, source))
        .subject(standing.user.id)
        .text("factor", passkey.factor.to_string());
    let mut commit = Commit::new(event.into_row(now, &*parts.rng)).change(opening.change());
    for guard in passkey::guards(ceremony, passkey) {
        commit = commit.guard(guard);
    }
    for change in passkey::changes(ceremony, passkey, asserted) {
        commit = commit.change(change);
    }
    match parts.store.commit(commit).await {
        Ok(committed) => Ok(opening.answer(parts, standing, committed.at)?),
        Err(CommitError::Conflict(_)) => Err(TryError::Raced),
        Err(other) => Err(Fault::from(other).into()),
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
    let told = event(EventName::LoginFailed, ceremony, source);
    finish(parts, ceremony, standing, told, why, source).await?;
    Err(PasskeySignInError::Refused.into())
}

/// The one commit of a refusal.
async fn finish(
    parts: &Parts,
    ceremony: &Ceremony,
    standing: Option<&Standing>,
    told: Event,
    why: &'static str,
    source: &Source,
) -> Result<(), TryError> {
    let now = parts.now();
    let mut told = told.text("why", why);
    if let Some(standing) = standing {
        told = told.subject(standing.user.id);
    }
    let row = told.into_row(now, &*parts.rng);
    let failure = standing.map(|standing| Failure {
        event: row.id,
        tenant: ceremony.tenant,
        user: standing.user.id,
        method: MethodKind::Passkey,
        why: why.to_owned(),
        origin: Origin { ip: source.ip, user_agent: source.user_agent.clone() },
    });
    let mut commit = passkey::finishing(Commit::new(row), ceremony);
    if let Some(failure) = failure {
        commit = commit.change(commit::Change::SignIn(Change::Fail(Box::new(failure))));
    }
    if let Some(standing) = standing.filter(|_| why == COPIED) {
        let alert = event(EventName::PasskeyCopied, ceremony, source).subject(standing.user.id);
        commit = commit.audit(alert.into_row(now, &*parts.rng));
    }
    match parts.store.commit(commit).await {
        Ok(_) => Ok(()),
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
