//! How hard a password is to guess (zxcvbn), with what would make it harder.

use super::accept;
use super::check::{Rules, contains, missing};
use crate::access::{Forbidden, Person};
use crate::fault::Fault;
use crate::id::TenantId;
use crate::parts::Parts;
use crate::text;
use crate::user::{self, UserError};
use authms_crypto::SecretString;
use zxcvbn::matching::patterns::MatchPattern;
use zxcvbn::time_estimates::CrackTimeSeconds;

/// Guessing looks at so many characters and at so many different substitutes for letters among them: it takes time that
/// grows with the square of the former and exponentially with the latter. So it stays below 20 ms.
const CHARACTERS: usize = 64;
const SUBSTITUTES: usize = 8;

/// How hard a password is to guess.
#[derive(Clone, PartialEq, Debug)]
pub struct Estimate {
    /// 0 (too guessable) to 4 (very unguessable).
    pub score: u8,
    /// Whether as a whole it is one of the common passwords, names or words that are tried first.
    pub common: bool,
    /// Seconds that guessing takes at 10,000 guesses a second: offline, against a slow hash.
    pub crack_seconds: f64,
    /// The same in words.
    pub crack_time: String,
    /// What is wrong with it.
    pub warning: Option<String>,
    /// What would make it better.
    pub suggestions: Vec<String>,
}

/// Guesses at a password of somebody with these names and words. It takes up to some 20 ms of computing, so it is for
/// [`Passwords::estimate`](crate::ports::Passwords::estimate) to call.
pub fn estimate(password: &str, words: &[String]) -> Estimate {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let guessed = zxcvbn::zxcvbn(&bounded(password), &words);
    let alone = match guessed.sequence() {
        [only] => matches!(only.pattern, MatchPattern::Dictionary(_)),
        _ => false,
    };
    let time = guessed.crack_times().offline_slow_hashing_1e4_per_second();
    let feedback = guessed.feedback();
    Estimate {
        score: guessed.score().into(),
        common: alone,
        crack_seconds: match time {
            CrackTimeSeconds::Integer(seconds) => seconds as f64,
            CrackTimeSeconds::Float(seconds) => seconds,
        },
        crack_time: time.to_string(),
        warning: feedback.and_then(|f| f.warning()).map(|w| w.to_string()),
        suggestions: feedback
            .map(|f| f.suggestions().iter().map(ToString::to_string).collect())
            .unwrap_or_default(),
    }
}

/// The part that is guessed at. Further substitutes become characters that stand for nothing.
fn bounded(password: &str) -> String {
    const KNOWN: &str = "4@8({[<369!|10$5+7%2";
    const PRIVATE_USE: u32 = 0xE000;
    let mut seen = Vec::with_capacity(SUBSTITUTES);
    let neutral = |c: char| char::from_u32(PRIVATE_USE + u32::from(c)).unwrap_or(char::REPLACEMENT_CHARACTER);
    let one = |c: char| {
        if !KNOWN.contains(c) || seen.contains(&c) {
            return c;
        }
        if seen.len() == SUBSTITUTES {
            return neutral(c);
        }
        seen.push(c);
        c
    };
    password.chars().take(CHARACTERS).map(one).collect()
}

/// A password, held against a policy.
#[derive(Clone, Debug)]
pub struct Strength {
    /// How hard it is to guess.
    pub estimate: Estimate,
    /// What is asked of it, and whether it has it.
    pub checks: Vec<Check>,
}

/// One thing that is asked of a password.
#[derive(Clone, Debug)]
pub struct Check {
    /// What, in a stable word.
    pub key: &'static str,
    /// The same for people.
    pub label: String,
    /// Whether it has it.
    pub passed: bool,
}

impl Strength {
    /// Whether it would be accepted.
    pub fn is_accepted(&self) -> bool {
        self.checks.iter().all(|check| check.passed)
    }
}

/// Holds a password against the policy of a tenant, for somebody who is not signed in. A tenant that does not exist has
/// the default policy; what a tenant's own words are, nobody learns here.
///
/// # Errors
/// [`Fault`]
pub async fn strength_of_anybody(
    parts: &Parts,
    tenant: Option<TenantId>,
    password: &SecretString,
) -> Result<Strength, Fault> {
    let found = match tenant {
        Some(id) => parts.store.tenant(id).await?,
        None => parts.store.default_tenant().await?,
    };
    let policy = found.map(|t| t.password_policy).unwrap_or_default();
    let shortest = policy.shortest(&parts.policy, false);
    let rules = Rules { policy, shortest, words: Vec::new(), names: Vec::new() };
    held_against(parts, &rules, password).await
}

/// Holds a password against all that would be asked of the caller's own.
///
/// # Errors
/// [`UserError`]
pub async fn strength_of_mine(
    parts: &Parts,
    me: &Person,
    password: &SecretString,
) -> Result<Strength, UserError> {
    if me.acting.is_some() {
        return Err(Forbidden::OnBehalf.into());
    }
    let user = user::me(parts, me).await?;
    let rules = accept::rules(parts, &user).await?;
    Ok(held_against(parts, &rules, password).await?)
}

async fn held_against(parts: &Parts, rules: &Rules, password: &SecretString) -> Result<Strength, Fault> {
    let normal = SecretString::new(text::password(password.expose()));
    let estimate = parts.passwords.estimate(normal.clone(), rules.guesses()).await?;
    let checks = checks(rules, normal.expose(), &estimate);
    Ok(Strength { estimate, checks })
}

fn checks(rules: &Rules, password: &str, estimate: &Estimate) -> Vec<Check> {
    let Rules { policy, shortest, words, names } = rules;
    let length = password.chars().count();
    let longest = policy.max_length;
    let check = |key, label: String, passed| Check { key, label, passed };
    let mut checks = vec![
        check("min_length", format!("At least {shortest} characters"), length >= *shortest),
        check("max_length", format!("At most {longest} characters"), length <= longest.into()),
    ];
    if policy.require != Default::default() {
        let label = "The sorts of characters that are asked for".to_owned();
        checks.push(check("composition", label, missing(policy, password).is_none()));
    }
    if policy.blocklist {
        checks.push(check("not_common", "None of the common passwords".to_owned(), !estimate.common));
    }
    if !names.is_empty() {
        checks.push(check("not_own_name", "Without your own names".to_owned(), !contains(password, names)));
    }
    if !words.is_empty() {
        let label = "Without words that everybody here would think of".to_owned();
        checks.push(check("not_tenant_word", label, !contains(password, words)));
    }
    checks.push(check("hard_to_guess", "Hard to guess".to_owned(), estimate.score >= policy.min_score));
    checks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s13_common_passwords_are_known_however_they_are_spelled() {
        for common in
            ["password", "Password", "p@ssw0rd", "drowssap", "qwertyuiop", "christopher", "trustno1"]
        {
            assert!(estimate(common, &[]).common, "{common}");
        }
        for other in ["correct horse battery staple", "three wise monkeys", "zXq9 pLm2 vTn7", ""] {
            assert!(!estimate(other, &[]).common, "{other}");
        }
    }

    #[test]
    fn names_and_words_make_a_password_easy() {
        let alone = estimate("wolverhampton94", &[]);
        let known = estimate("wolverhampton94", &["Wolverhampton".to_owned()]);
        assert!(known.score < alone.score && known.crack_seconds < alone.crack_seconds);
        assert!(!known.suggestions.is_empty());
    }

    #[test]
    fn what_would_take_long_to_guess_at_is_cut_and_not_mistaken_for_a_repetition() {
        let worst = "4@8({[<369!|10$5+7%2".repeat(50);
        let looked_at = bounded(&worst);
        assert_eq!(looked_at.chars().count(), CHARACTERS);
        let substitutes: std::collections::BTreeSet<_> = looked_at.chars().collect();
        assert_eq!(substitutes.len(), 20, "each stands for itself");
        assert_eq!(substitutes.iter().filter(|c| c.is_ascii()).count(), SUBSTITUTES);
        assert_eq!(estimate(&worst[..20], &[]).score, 4);
        assert_eq!(bounded("p@55w0rd"), "p@55w0rd");
    }
}
