//! Looking at a tenant's password policy, and changing it.

use super::check::SHORTEST_WORD;
use super::policy::{Composition, PasswordPolicy, Preset};
use crate::access::{Caller, Permission};
use crate::audit::{Event, EventName, Source};
use crate::commit::{self, Commit, Guard, Row};
use crate::fault::Fault;
use crate::parts::{Parts, Policy};
use crate::tenant::{self, Tenant, TenantError};
use crate::text::{self, InvalidText};
use crate::time::Span;

/// How many words of its own a tenant may list.
const MAX_WORDS: usize = 500;

/// What is to change; absent members stay.
#[derive(Clone, Debug, Default)]
pub struct UpdatePasswordPolicy {
    /// A policy to begin with, in the place of the present one.
    pub preset: Option<Preset>,
    /// See [`PasswordPolicy::min_length`]; an inner `None` goes back to the installation's.
    pub min_length: Option<Option<i64>>,
    /// See [`PasswordPolicy::min_length_mfa`].
    pub min_length_mfa: Option<i64>,
    /// See [`PasswordPolicy::max_length`].
    pub max_length: Option<i64>,
    /// See [`Composition::letter`].
    pub require_letter: Option<bool>,
    /// See [`Composition::lower`].
    pub require_lower: Option<bool>,
    /// See [`Composition::upper`].
    pub require_upper: Option<bool>,
    /// See [`Composition::digit`].
    pub require_digit: Option<bool>,
    /// See [`Composition::special`].
    pub require_special: Option<bool>,
    /// See [`PasswordPolicy::min_score`].
    pub min_score: Option<i64>,
    /// See [`PasswordPolicy::blocklist`].
    pub blocklist: Option<bool>,
    /// See [`PasswordPolicy::history`].
    pub history: Option<i64>,
    /// See [`PasswordPolicy::cooldown`], in minutes.
    pub cooldown_minutes: Option<i64>,
    /// See [`PasswordPolicy::expiry_days`].
    pub expiry_days: Option<i64>,
    /// See [`PasswordPolicy::warning_days`].
    pub warning_days: Option<i64>,
    /// See [`PasswordPolicy::grace_days`].
    pub grace_days: Option<i64>,
    /// See [`PasswordPolicy::force_change_on_first_login`].
    pub force_change_on_first_login: Option<bool>,
    /// The tenant's own words, in the place of the present ones.
    pub words: Option<Vec<String>>,
}

/// The password policy of the caller's tenant, with the tenant's own words.
///
/// # Errors
/// [`TenantError`]
pub async fn policy(parts: &Parts, caller: &Caller) -> Result<(PasswordPolicy, Vec<String>), TenantError> {
    caller.require(Permission::TenantRead)?;
    let tenant = own(parts, caller).await?;
    let words = parts.store.password_words(tenant.id).await.map_err(Fault::from)?;
    Ok((tenant.password_policy, words))
}

/// Changes the password policy of the caller's tenant: its length and words for passwords that are set from now on, its
/// expiry for those that are there, too.
///
/// # Errors
/// [`TenantError`]
pub async fn update_policy(
    parts: &Parts,
    caller: &Caller,
    ask: UpdatePasswordPolicy,
    source: &Source,
) -> Result<(PasswordPolicy, Vec<String>), TenantError> {
    caller.require(Permission::TenantWrite)?;
    let tenant = own(parts, caller).await?;
    let (id, rev) = (tenant.id, tenant.rev);
    let policy = changed(tenant.password_policy, &ask, &parts.policy)?;
    let words = match ask.words {
        Some(words) => tidied(words)?,
        None => parts.store.password_words(id).await.map_err(Fault::from)?,
    };
    let after = Tenant { password_policy: policy, rev: rev + 1, ..tenant };
    let event = event(&policy, words.len(), id).by(caller).from(source);
    let set_words = tenant::Change::SetPasswordWords { id, words: words.clone() };
    let commit = Commit::new(event.into_row(parts.now(), &*parts.rng))
        .guard(Guard::Rev { row: Row::Tenant(id), rev })
        .change(commit::Change::Tenant(tenant::Change::Update(after)))
        .change(commit::Change::Tenant(set_words));
    parts.store.commit(commit).await?;
    Ok((policy, words))
}

async fn own(parts: &Parts, caller: &Caller) -> Result<Tenant, TenantError> {
    parts.store.tenant(caller.tenant()).await.map_err(Fault::from)?.ok_or(TenantError::Unknown)
}

fn changed(
    before: PasswordPolicy,
    ask: &UpdatePasswordPolicy,
    installation: &Policy,
) -> Result<PasswordPolicy, InvalidText> {
    let base = ask.preset.map_or(before, Preset::policy);
    let cooldown =
        within("change_cooldown_minutes", ask.cooldown_minutes, 0..=43_200, "must be between 0 and 43200")?;
    let length = |member, asked| within(member, asked, 8..=64, "must be between 8 and 64");
    let days = |member, asked| within(member, asked, 0..=365, "must be between 0 and 365");
    Ok(PasswordPolicy {
        min_length: match ask.min_length {
            // Who sends back what they read asks for no length of their own.
            Some(Some(asked)) if usize::try_from(asked) == Ok(base.shortest(installation, false)) => {
                base.min_length
            }
            Some(asked) => length("min_length", asked)?,
            None => base.min_length,
        },
        min_length_mfa: length("min_length_mfa", ask.min_length_mfa)?.unwrap_or(base.min_length_mfa),
        max_length: within("max_length", ask.max_length, 64..=1024, "must be between 64 and 1024")?
            .unwrap_or(base.max_length),
        require: Composition {
            letter: ask.require_letter.unwrap_or(base.require.letter),
            lower: ask.require_lower.unwrap_or(base.require.lower),
            upper: ask.require_upper.unwrap_or(base.require.upper),
            digit: ask.require_digit.unwrap_or(base.require.digit),
            special: ask.require_special.unwrap_or(base.require.special),
        },
        min_score: within("min_score", ask.min_score, 0..=4, "must be between 0 and 4")?
            .unwrap_or(base.min_score),
        blocklist: ask.blocklist.unwrap_or(base.blocklist),
        history: within("history_count", ask.history, 0..=24, "must be between 0 and 24")?
            .unwrap_or(base.history),
        cooldown: cooldown.map_or(base.cooldown, |minutes: u16| Span::seconds(60 * i64::from(minutes))),
        expiry_days: within("expiry_days", ask.expiry_days, 0..=3650, "must be between 0 and 3650")?
            .unwrap_or(base.expiry_days),
        warning_days: days("warning_days", ask.warning_days)?.unwrap_or(base.warning_days),
        grace_days: days("grace_period_days", ask.grace_days)?.unwrap_or(base.grace_days),
        force_change_on_first_login: ask
            .force_change_on_first_login
            .unwrap_or(base.force_change_on_first_login),
    })
}

/// The number that was asked for, if it is in range.
fn within<T: TryFrom<i64>>(
    member: &'static str,
    asked: Option<i64>,
    range: std::ops::RangeInclusive<i64>,
    problem: &'static str,
) -> Result<Option<T>, InvalidText> {
    let Some(number) = asked else { return Ok(None) };
    let fits = range.contains(&number).then(|| T::try_from(number).ok()).flatten();
    fits.map(Some).ok_or(InvalidText { member, problem })
}

/// Words as they are kept: each once, long enough to be looked for.
fn tidied(words: Vec<String>) -> Result<Vec<String>, InvalidText> {
    let member = "words";
    if words.len() > MAX_WORDS {
        return Err(InvalidText { member, problem: "must be at most 500" });
    }
    let mut kept = Vec::with_capacity(words.len());
    for word in words {
        let word = text::fold(&text::label(member, &word, 64)?);
        if word.chars().count() < SHORTEST_WORD {
            return Err(InvalidText { member, problem: "must have at least 4 characters each" });
        }
        kept.push(word);
    }
    kept.sort_unstable();
    kept.dedup();
    Ok(kept)
}

/// Tells the whole policy, so that the log can be read without what went before; of the words, how many they are.
fn event(policy: &PasswordPolicy, words: usize, tenant: crate::id::TenantId) -> Event {
    let PasswordPolicy { require, .. } = policy;
    let yes = |rule: bool| if rule { "yes" } else { "no" };
    let event = Event::new(EventName::PasswordPolicyChanged, Some(tenant))
        .text("preset", Preset::of(policy).map_or("custom", Preset::as_str))
        .text("require_letter", yes(require.letter))
        .text("require_lower", yes(require.lower))
        .text("require_upper", yes(require.upper))
        .text("require_digit", yes(require.digit))
        .text("require_special", yes(require.special))
        .text("blocklist", yes(policy.blocklist))
        .text("force_change_on_first_login", yes(policy.force_change_on_first_login))
        .number("min_length_mfa", policy.min_length_mfa.into())
        .number("max_length", policy.max_length.into())
        .number("min_score", policy.min_score.into())
        .number("history_count", policy.history.into())
        .number("change_cooldown_seconds", policy.cooldown.as_seconds())
        .number("expiry_days", policy.expiry_days.into())
        .number("warning_days", policy.warning_days.into())
        .number("grace_period_days", policy.grace_days.into())
        .number("words", i64::try_from(words).unwrap_or(i64::MAX));
    match policy.min_length {
        Some(length) => event.number("min_length", length.into()),
        None => event,
    }
}
