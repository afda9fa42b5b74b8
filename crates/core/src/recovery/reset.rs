//! Proving that one reads what is sent to the account, and setting its password anew.

use super::error::RecoveryError;
use super::forgot::{Forgot, tenant};
use crate::audit::{Event, EventName, Source};
use crate::code::{self, Checked, Purpose};
use crate::commit::{self, Commit, CommitError, Guard, Row};
use crate::factor::{self, FactorKind};
use crate::fault::Fault;
use crate::limits::{self, LimitKind, Take, network_key};
use crate::message::{self, Notice};
use crate::parts::Parts;
use crate::password;
use crate::signin::Standing;
use crate::tenant::TenantStatus;
use crate::text;
use crate::time::Timestamp;
use crate::user::{Change, User, UserStatus};
use authms_crypto::{SecretString, sha256};

/// What was typed.
#[derive(Clone, Debug)]
pub struct Proof {
    /// Who they say they are.
    pub who: Forgot,
    /// The code that was sent.
    pub code: SecretString,
}

/// Whether the code is right; it stays good, and a wrong one counts.
///
/// # Errors
/// [`RecoveryError::Refused`] for everything that is wrong about it.
pub async fn verify(parts: &Parts, proof: &Proof, source: &Source) -> Result<(), RecoveryError> {
    let proved = prove(parts, proof, source).await?;
    tell(parts, &proved, "verified", source).await
}

/// Sets the password anew: the code is used up, all sessions and tickets of the user are dead, and they are told.
/// Nobody is signed in, and no second factor is forgotten.
///
/// # Errors
/// [`RecoveryError::Refused`] for everything that is wrong about the code; a password that the policy refuses does not
/// use it up.
pub async fn reset(
    parts: &Parts,
    proof: &Proof,
    new: &SecretString,
    source: &Source,
) -> Result<(), RecoveryError> {
    let proved = prove(parts, proof, source).await?;
    let user = proved.standing.user.clone();
    let accepted = match password::accept_recovered(parts, &user, new).await {
        Ok(accepted) => accepted,
        Err(refused) => {
            // Told only to whoever has the code, under the same guard as any other guess.
            tell(parts, &proved, "password_refused", source).await?;
            return Err(refused.into());
        }
    };
    let now = parts.now();
    let event = Event::new(EventName::PasswordReset, Some(user.tenant))
        .subject(user.id)
        .text("channel", proved.checked.to.channel().as_str())
        .from(source);
    let notice = message::notice(parts, &user, Notice::AccountReset, source);
    let (id, rev) = (user.id, user.rev);
    // Else one mailbox would count as two factors.
    let by = FactorKind::by(proved.checked.to.channel());
    let verified = |address: Option<&str>, before: Option<Timestamp>| {
        if address == Some(proved.checked.to.as_str()) { before.or(Some(now)) } else { before }
    };
    let after = User {
        email_verified_at: verified(user.email.as_deref(), user.email_verified_at),
        phone_verified_at: verified(user.phone.as_deref(), user.phone_verified_at),
        has_password: true,
        must_change_password: false,
        password_changed_at: Some(now),
        password_compromised_at: None,
        fence: user.fence + 1,
        rev: rev + 1,
        ..user
    };
    let set = Change::SetPassword {
        user: Box::new(after),
        password: Some(accepted.hash),
        keep_former: accepted.keep_former,
    };
    let commit = Commit::new(event.into_row(now, &*parts.rng))
        .guard(Guard::Rev { row: Row::User(id), rev })
        .change(commit::Change::User(set))
        .change(commit::Change::Factor(factor::Change::PasswordSetBy { user: id, kind: Some(by) }))
        .with(notice);
    match parts.store.commit(proved.checked.onto(commit)).await {
        Ok(_) => Ok(()),
        // The code was used up meanwhile, or the user changed: either way it proves nothing any more.
        Err(CommitError::Conflict(_)) => Err(RecoveryError::Refused),
        Err(other) => Err(Fault::from(other).into()),
    }
}

/// A right code, which means nothing until a commit under its guard is written.
struct Proved {
    standing: Standing,
    checked: Checked,
}

async fn prove(parts: &Parts, proof: &Proof, source: &Source) -> Result<Proved, RecoveryError> {
    let tenant = tenant(parts, proof.who.tenant).await?;
    let names = text::login_names(&proof.who.identity);
    let name = names.first().map_or([0; 32], |n| sha256(n.key.as_bytes()));
    // By network, so that nobody elsewhere uses it up; the attempts of a code are few, wherever they come from.
    let network = source.ip.map_or_else(Vec::new, network_key);
    let key = [b"recovery".as_slice(), tenant.bytes(), &name, &network].concat();
    limits::charge(parts, &[Take::of(parts, LimitKind::Account, &key)]).await??;
    let found = parts.store.for_login(tenant, names).await.map_err(Fault::from)?;
    let Some((standing, _)) = found else { return refuse(parts, "unknown_user").await };
    let checked = code::check(parts, standing.user.id, Purpose::ResetPassword, &[0; 16], &proof.code).await?;
    let Some(checked) = checked.filter(|c| is_own(&standing.user, c.to.as_str())) else {
        return refuse(parts, "no_code").await;
    };
    let active = standing.user.status == UserStatus::Active && standing.tenant.status == TenantStatus::Active;
    if checked.right && active {
        return Ok(Proved { standing, checked });
    }
    let event = Event::new(EventName::CodeRefused, Some(tenant))
        .subject(standing.user.id)
        .text("purpose", Purpose::ResetPassword.as_str())
        .text("why", if checked.right { "user_inactive" } else { "wrong" })
        .from(source);
    let commit = checked.onto(Commit::new(event.into_row(parts.now(), &*parts.rng)));
    match parts.store.commit(commit).await {
        Ok(_) | Err(CommitError::Conflict(_)) => Err(RecoveryError::Refused),
        Err(other) => Err(Fault::from(other).into()),
    }
}

/// A code that was sent to an address which is no longer the user's proves nothing.
fn is_own(user: &User, address: &str) -> bool {
    [&user.email, &user.phone].into_iter().any(|own| own.as_deref() == Some(address))
}

/// Nobody of that name or no code of theirs: a refusal waits for one commit, too.
async fn refuse(parts: &Parts, why: &'static str) -> Result<Proved, RecoveryError> {
    parts.store.commit(Commit::refusal(why)).await.map_err(Fault::from)?;
    Err(RecoveryError::Refused)
}

/// A right code that is not used up counts under the guard of all the others.
async fn tell(
    parts: &Parts,
    proved: &Proved,
    outcome: &'static str,
    source: &Source,
) -> Result<(), RecoveryError> {
    let user = &proved.standing.user;
    let event = Event::new(EventName::CodeChecked, Some(user.tenant))
        .subject(user.id)
        .text("purpose", Purpose::ResetPassword.as_str())
        .text("outcome", outcome)
        .from(source);
    let commit = Commit::new(event.into_row(parts.now(), &*parts.rng)).guard(proved.checked.guard.clone());
    match parts.store.commit(commit).await {
        Ok(_) => Ok(()),
        Err(CommitError::Conflict(_)) => Err(RecoveryError::Refused),
        Err(other) => Err(Fault::from(other).into()),
    }
}
