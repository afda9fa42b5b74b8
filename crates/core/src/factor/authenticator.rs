//! Enrolling an authenticator app: its secret is shown once, and its first code finishes the enrolment.

use super::changing::{Asked, Changing};
use super::error::FactorError;
use super::model::{Change, Factor, FactorKind};
use super::totp::TotpSecret;
use crate::access::Person;
use crate::audit::{EventName, Source};
use crate::commit::{self, Guard};
use crate::id::FactorId;
use crate::parts::Parts;
use crate::text::{self, InvalidText};
use crate::time::Span;
use crate::user::User;
use authms_crypto::SecretString;

/// Authenticator apps that a user may have.
const ALLOWED: u32 = 5;

/// How long an enrolment waits for its first code.
pub const ENROLMENT_TTL: Span = Span::seconds(900);

/// An enrolment that waits for its first code.
#[derive(Clone, Debug)]
pub struct Enrolment {
    /// The factor.
    pub factor: Factor,
    /// What the app is to be told; never shown again.
    pub secret: TotpSecret,
    /// What the app is to call the account.
    pub account: String,
}

/// Begins an enrolment, in place of any other that is not finished.
///
/// # Errors
/// [`FactorError`]
pub async fn set_up_totp(
    parts: &Parts,
    me: &Person,
    name: Option<&str>,
    account: Option<&str>,
    asked: &Asked,
    source: &Source,
) -> Result<Enrolment, FactorError> {
    let changing = Changing::begin(parts, me, asked, source).await?;
    changing.demand_enrolment().await?;
    let begun = begin_totp(parts, &changing.user, name, account)?;
    let (apps, pending): (Vec<&Factor>, Vec<&Factor>) =
        changing.factors.iter().filter(|f| f.kind == FactorKind::Totp).partition(|f| f.verified_at.is_some());
    if apps.len() >= ALLOWED as usize {
        return Err(FactorError::TooMany(ALLOWED));
    }
    let (factor, id) = (begun.factor.clone(), begun.factor.id);
    let event = changing.event(EventName::FactorPending).text("factor", id.to_string()).text("kind", "totp");
    // As many as are read, so that of many at once one begins.
    let bound = u32::try_from(apps.len() + pending.len()).unwrap_or(u32::MAX).saturating_add(1);
    let mut commit =
        changing.commit(event).guard(Guard::FactorsBelow { user: me.user, kind: FactorKind::Totp, bound });
    for old in pending {
        commit = commit
            .guard(Guard::FactorPending { user: me.user, id: old.id })
            .change(commit::Change::Factor(Change::Remove { user: me.user, id: old.id }));
    }
    parts.store.commit(commit.change(commit::Change::Factor(Change::Add(Box::new(factor))))).await?;
    Ok(begun)
}

/// An authenticator app that waits for its first code, with a fresh secret.
pub(crate) fn begin_totp(
    parts: &Parts,
    user: &User,
    name: Option<&str>,
    account: Option<&str>,
) -> Result<Enrolment, InvalidText> {
    let name = text::label("device_name", name.filter(|n| !n.is_empty()).unwrap_or("authenticator"), 64)?;
    let account = match account.filter(|a| !a.is_empty()) {
        Some(account) => text::label("account", account, 128)?,
        None => account_of(user),
    };
    let (now, secret) = (parts.now(), TotpSecret::generate(parts));
    let id = FactorId::generate(now, &*parts.rng);
    let factor = Factor {
        id,
        user: user.id,
        kind: FactorKind::Totp,
        name,
        address: None,
        sealed: Some(secret.sealed(parts, id)),
        verified_at: None,
        enabled: true,
        primary: false,
        failures: 0,
        last_step: None,
        last_used_at: None,
        created_at: now,
        set_password: false,
    };
    Ok(Enrolment { factor, secret, account })
}

/// The name under which the user knows the account.
fn account_of(user: &User) -> String {
    let name = user.email.clone().or(user.username.clone()).or(user.phone.clone());
    name.unwrap_or_else(|| user.id.to_string())
}

/// Finishes the enrolment that waits: the app shows that it knows the secret, and that step is spent.
///
/// # Errors
/// [`FactorError`]
pub async fn finish_totp(
    parts: &Parts,
    me: &Person,
    code: &SecretString,
    asked: &Asked,
    source: &Source,
) -> Result<Factor, FactorError> {
    let changing = Changing::begin(parts, me, asked, source).await?;
    let now = parts.now();
    let waiting = |f: &Factor| {
        f.kind == FactorKind::Totp && f.verified_at.is_none() && f.created_at.plus(ENROLMENT_TTL) > now
    };
    let factor = changing.find(waiting).map_err(|_| FactorError::NothingPending)?;
    let (user, id) = (me.user, factor.id);
    let secret = TotpSecret::of(parts, factor).ok_or(FactorError::NothingPending)?;
    let step = secret.step(code.expose(), now, None).ok_or(FactorError::Wrong)?;
    let first = !changing.factors.iter().any(|f| f.is_enrolled() && f.primary);
    let mut commit = changing
        .changing(EventName::FactorEnrolled, factor)
        .guard(Guard::FactorPending { user, id })
        .change(commit::Change::Factor(Change::Verify { user, id, step: Some(step) }));
    if first {
        commit = commit.change(commit::Change::Factor(Change::SetPrimary { user, id }));
    }
    let at = parts.store.commit(commit).await?.at;
    Ok(Factor { verified_at: Some(at), last_used_at: Some(at), primary: first, ..factor.clone() })
}

/// Tries a code of an app that is enrolled: the step is spent, a wrong code counted.
///
/// # Errors
/// [`FactorError`]
pub async fn validate_totp(
    parts: &Parts,
    me: &Person,
    code: &SecretString,
    source: &Source,
) -> Result<(), FactorError> {
    let asked = Asked::default();
    let changing = Changing::begin(parts, me, &asked, source).await?;
    let judged = changing.prove(FactorKind::Totp, code).await?;
    let event = changing.event(EventName::FactorTried).text("kind", "totp");
    parts.store.commit(judged.settle(changing.commit(event))).await?;
    Ok(())
}
