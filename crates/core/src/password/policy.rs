//! A tenant's password policy.

use crate::parts::Policy;
use crate::time::Span;

/// What a tenant asks of passwords. The default follows NIST SP 800-63B-4 §3.1.1.2: length and a list of common
/// passwords; neither composition nor expiry.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PasswordPolicy {
    /// The fewest characters, 8–64; the installation's if absent.
    pub min_length: Option<u16>,
    /// The fewest characters of whoever signs in with a second factor, 8–64; never more than the others need.
    pub min_length_mfa: u16,
    /// The most characters, 64–1024.
    pub max_length: u16,
    /// What sort of characters there must be.
    pub require: Composition,
    /// The lowest zxcvbn score, 0–4.
    pub min_score: u8,
    /// Whether passwords of the bundled list of common ones are refused.
    pub blocklist: bool,
    /// How many former passwords may not come back, 0–24.
    pub history: u8,
    /// How long a new password stays before its user may change it again, up to 30 days.
    pub cooldown: Span,
    /// After so many days a password expires, 0–3650; 0: never.
    pub expiry_days: u16,
    /// So many days before that its user is warned, 0–365.
    pub warning_days: u16,
    /// So many days after that it still signs in, 0–365.
    pub grace_days: u16,
    /// Whether users must change a password that came with their account.
    pub force_change_on_first_login: bool,
}

/// What sort of characters a password must have: none, unless somebody who must comply with such rules says so.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Composition {
    /// A letter.
    pub letter: bool,
    /// A lower-case letter.
    pub lower: bool,
    /// An upper-case letter.
    pub upper: bool,
    /// A digit.
    pub digit: bool,
    /// Something that is neither letter nor digit.
    pub special: bool,
}

impl Default for PasswordPolicy {
    fn default() -> Self {
        Self {
            min_length: None,
            min_length_mfa: 8,
            max_length: 1024,
            require: Composition::default(),
            min_score: 2,
            blocklist: true,
            history: 0,
            cooldown: Span::seconds(0),
            expiry_days: 0,
            warning_days: 14,
            grace_days: 0,
            force_change_on_first_login: false,
        }
    }
}

impl PasswordPolicy {
    /// The fewest characters of a password, for who does or does not sign in with a second factor.
    pub fn shortest(&self, installation: &Policy, second_factor: bool) -> usize {
        let alone = self.min_length.map_or(installation.password_min_length, usize::from);
        if second_factor { alone.min(usize::from(self.min_length_mfa)) } else { alone }
    }
}

/// A policy with a name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Preset {
    /// The default.
    Nist,
    /// PCI DSS 4.0.1 §8.3.6–9, for those who must: 12 characters, letters and digits, the last four passwords, 90 days.
    PciDss,
}

impl Preset {
    const ALL: [Self; 2] = [Self::Nist, Self::PciDss];

    /// The name on the wire and in the audit log.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Nist => "nist",
            Self::PciDss => "pci_dss",
        }
    }

    /// The preset of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|preset| preset.as_str() == name)
    }

    /// The preset that this policy is.
    pub fn of(policy: &PasswordPolicy) -> Option<Self> {
        Self::ALL.into_iter().find(|preset| preset.policy() == *policy)
    }

    /// Its policy.
    pub fn policy(self) -> PasswordPolicy {
        match self {
            Self::Nist => PasswordPolicy::default(),
            Self::PciDss => PasswordPolicy {
                min_length: Some(12),
                min_length_mfa: 12,
                require: Composition { letter: true, digit: true, ..Composition::default() },
                history: 4,
                expiry_days: 90,
                force_change_on_first_login: true,
                ..PasswordPolicy::default()
            },
        }
    }
}
