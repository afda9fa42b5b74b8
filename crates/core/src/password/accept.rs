//! Accepting a new password: held against the policy of the tenant that administers the account, then hashed.

use super::check::{self, PasswordRefused, Rules};
use crate::factor::{self, FactorKinds};
use crate::fault::Fault;
use crate::parts::Parts;
use crate::ports::Verdict;
use crate::text;
use crate::time::Timestamp;
use crate::user::{PasswordHash, User, UserError};
use authms_crypto::SecretString;

/// A new password that may be stored.
#[derive(Debug)]
pub(crate) struct Accepted {
    /// Its hash.
    pub hash: PasswordHash,
    /// How many former ones are kept from now on.
    pub keep_former: u8,
}

/// Accepts a password that nobody has had before for this user, or that its user will have to change.
///
/// # Errors
/// [`UserError::Password`] with the rule that it breaks.
pub(crate) async fn accept(parts: &Parts, user: &User, new: &SecretString) -> Result<Accepted, UserError> {
    let rules = rules(parts, user).await?;
    let new = SecretString::new(text::password(new.expose()));
    guess(parts, &rules, &new).await?;
    hash(parts, &rules, new).await
}

/// Accepts a password of who has proved themselves otherwise, by a mailed code for example: neither the present one nor a
/// former one that may not come back.
///
/// # Errors
/// [`UserError::Password`] with the rule that it breaks.
pub(crate) async fn accept_recovered(
    parts: &Parts,
    user: &User,
    new: &SecretString,
) -> Result<Accepted, UserError> {
    let rules = rules(parts, user).await?;
    let new = SecretString::new(text::password(new.expose()));
    guess(parts, &rules, &new).await?;
    if rules.policy.history > 0
        && let Some(present) = parts.store.password_hash(user.id).await.map_err(Fault::from)?
        && parts.passwords.verify(new.clone(), Some(present)).await.map_err(Fault::from)? != Verdict::Mismatch
    {
        return Err(PasswordRefused::Unchanged.into());
    }
    new_to_history(parts, &rules, user, &new).await?;
    hash(parts, &rules, new).await
}

/// Accepts a password in the place of the present one, which its user has just proved.
///
/// # Errors
/// [`UserError::Password`] with the rule that it breaks; [`UserError::TooSoon`] within the policy's cool-down, unless
/// the present one must be changed.
pub(crate) async fn accept_anew(
    parts: &Parts,
    user: &User,
    present: &SecretString,
    new: &SecretString,
) -> Result<Accepted, UserError> {
    let rules = rules(parts, user).await?;
    if let Some(until) = too_soon(&rules, user, parts.now()) {
        return Err(UserError::TooSoon(until));
    }
    let new = SecretString::new(text::password(new.expose()));
    if text::password(present.expose()) == new.expose() {
        return Err(PasswordRefused::Unchanged.into());
    }
    guess(parts, &rules, &new).await?;
    new_to_history(parts, &rules, user, &new).await?;
    hash(parts, &rules, new).await
}

/// Whether this user must change a password that they bring along.
pub(crate) async fn changes_at_first(parts: &Parts, user: &User) -> Result<bool, Fault> {
    let tenant = parts.store.tenant(user.tenant).await?;
    Ok(tenant.is_some_and(|t| t.password_policy.force_change_on_first_login))
}

/// What this user's password is held against.
pub(super) async fn rules(parts: &Parts, user: &User) -> Result<Rules, UserError> {
    let tenant = parts.store.tenant(user.tenant).await.map_err(Fault::from)?.ok_or(UserError::Unknown)?;
    let words = parts.store.password_words(tenant.id).await.map_err(Fault::from)?;
    let policy = tenant.password_policy;
    let second_factor = tenant.mfa_policy.always || !second_factors(parts, user).await?.is_empty();
    let shortest = policy.shortest(&parts.policy, second_factor);
    Ok(Rules { policy, shortest, words, names: check::names(user) })
}

async fn second_factors(parts: &Parts, user: &User) -> Result<FactorKinds, Fault> {
    Ok(factor::usable(&parts.store.factors_of(user.id).await?))
}

/// Until when the present password stays, if it is that long: what must be changed may be at once.
fn too_soon(rules: &Rules, user: &User, now: Timestamp) -> Option<Timestamp> {
    if super::password_state(&rules.policy, user, now).must_be_changed() {
        return None;
    }
    let until = user.password_changed_at?.plus(rules.policy.cooldown);
    (until > now).then_some(until)
}

/// The rules that cost nothing first, then those that take guessing.
async fn guess(parts: &Parts, rules: &Rules, new: &SecretString) -> Result<(), UserError> {
    rules.check(new.expose())?;
    let guessed = parts.passwords.estimate(new.clone(), rules.guesses()).await.map_err(Fault::from)?;
    if rules.policy.blocklist && guessed.common {
        return Err(PasswordRefused::Common.into());
    }
    if guessed.score < rules.policy.min_score {
        let said = guessed.warning.into_iter().chain(guessed.suggestions).collect::<Vec<_>>();
        return Err(PasswordRefused::Weak(said.join(" ")).into());
    }
    Ok(())
}

/// Compares it with each former hash that is kept, one after another on the hashing threads.
async fn new_to_history(
    parts: &Parts,
    rules: &Rules,
    user: &User,
    new: &SecretString,
) -> Result<(), UserError> {
    let former = match rules.policy.history {
        0 => Vec::new(),
        kept => parts.store.former_passwords(user.id, kept).await.map_err(Fault::from)?,
    };
    for hash in former {
        let verdict = parts.passwords.verify(new.clone(), Some(hash)).await.map_err(Fault::from)?;
        if verdict != Verdict::Mismatch {
            return Err(PasswordRefused::Reused(rules.policy.history).into());
        }
    }
    Ok(())
}

async fn hash(parts: &Parts, rules: &Rules, new: SecretString) -> Result<Accepted, UserError> {
    let hash = parts.passwords.hash(new).await.map_err(Fault::from)?;
    Ok(Accepted { hash, keep_former: rules.policy.history })
}
