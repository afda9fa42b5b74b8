//! The rules of a new password that need no guessing: pure.

use super::policy::PasswordPolicy;
use crate::text;
use crate::user::User;

/// The shortest word that is looked for inside of a password.
pub(super) const SHORTEST_WORD: usize = 4;

/// Why a new password is refused.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PasswordRefused {
    /// It has too few characters.
    #[error("new_password: must have at least {0} characters")]
    TooShort(usize),
    /// It has too many characters.
    #[error("new_password: must have at most {0} characters")]
    TooLong(u16),
    /// It has none of the characters that the policy asks for.
    #[error("new_password: must contain {0}")]
    Composition(&'static str),
    /// It contains one of the user's own names.
    #[error("new_password: must not contain your own name")]
    OwnName,
    /// It contains a word that the tenant has listed.
    #[error("new_password: must not contain a word that everybody here would think of")]
    TenantWord,
    /// It is on the list of common passwords.
    #[error("new_password: is one of the passwords that are tried first")]
    Common,
    /// It is too easy to guess; what would help.
    #[error("new_password: is too easy to guess. {0}")]
    Weak(String),
    /// It is the present one.
    #[error("new_password: must differ from the present one")]
    Unchanged,
    /// It is one of the former ones that may not come back.
    #[error("new_password: must differ from your last {0} passwords")]
    Reused(u8),
}

impl PasswordRefused {
    /// The reason in a stable word.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::TooShort(_) => "too_short",
            Self::TooLong(_) => "too_long",
            Self::Composition(_) => "composition",
            Self::OwnName => "own_name",
            Self::TenantWord => "tenant_word",
            Self::Common => "common",
            Self::Weak(_) => "weak",
            Self::Unchanged => "unchanged",
            Self::Reused(_) => "reused",
        }
    }
}

/// What a new password is held against.
pub(super) struct Rules {
    pub policy: PasswordPolicy,
    /// The fewest characters.
    pub shortest: usize,
    /// Words of the tenant.
    pub words: Vec<String>,
    /// Names of the user.
    pub names: Vec<String>,
}

impl Rules {
    /// SP 800-63B §3.1.1.2: length counts; composition only where the policy says so.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub(super) fn check(&self, new: &str) -> Result<(), PasswordRefused> {
        let length = new.chars().count();
        if length < self.shortest {
            return Err(PasswordRefused::TooShort(self.shortest));
        }
        if length > usize::from(self.policy.max_length) {
            return Err(PasswordRefused::TooLong(self.policy.max_length));
        }
        if let Some(missing) = missing(&self.policy, new) {
            return Err(PasswordRefused::Composition(missing));
        }
        if contains(new, &self.names) {
            return Err(PasswordRefused::OwnName);
        }
        if contains(new, &self.words) { Err(PasswordRefused::TenantWord) } else { Ok(()) }
    }
}

impl Rules {
    /// What whoever knows the user and the tenant would try first.
    pub(super) fn guesses(&self) -> Vec<String> {
        self.names.iter().chain(&self.words).cloned().collect()
    }
}

/// What this user is called.
pub(super) fn names(user: &User) -> Vec<String> {
    let local = user.email.as_deref().and_then(|e| e.split('@').next());
    let names = [
        user.username.as_deref(),
        local,
        user.phone.as_deref().map(|p| p.trim_start_matches('+')),
        user.nickname.as_deref(),
        user.external_id.as_deref(),
    ];
    names.into_iter().flatten().map(str::to_owned).collect()
}

/// What the policy asks for and is not there.
pub(super) fn missing(policy: &PasswordPolicy, new: &str) -> Option<&'static str> {
    let require = &policy.require;
    let has = |of: fn(char) -> bool| new.chars().any(of);
    [
        (require.letter, char::is_alphabetic as fn(char) -> bool, "a letter"),
        (require.lower, char::is_lowercase, "a lower-case letter"),
        (require.upper, char::is_uppercase, "an upper-case letter"),
        (require.digit, char::is_numeric, "a digit"),
        (require.special, |c| !c.is_alphanumeric(), "a character that is neither letter nor digit"),
    ]
    .into_iter()
    .find_map(|(wanted, of, what)| (wanted && !has(of)).then_some(what))
}

/// Whether one of these words is in it, however it is spelled. Words of less than four characters do not count.
pub(super) fn contains(password: &str, words: &[String]) -> bool {
    let password = spelled_out(password);
    words.iter().any(|word| word.chars().count() >= SHORTEST_WORD && password.contains(&spelled_out(word)))
}

/// Folded, with the usual substitutes for letters taken back.
fn spelled_out(text: &str) -> String {
    let letter = |c: char| match c {
        '0' => 'o',
        '1' | '!' | '|' | 'l' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    };
    text::fold(text).chars().map(letter).collect()
}
