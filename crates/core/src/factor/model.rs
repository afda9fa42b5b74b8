//! Factors: kinds, sets of kinds, and the state of one.

use crate::id::{FactorId, UserId};
use crate::message::{Address, Channel};
use crate::time::Timestamp;

/// So many failures in a row, over all challenges, switch a factor off (SP 800-63B-4 §3.2.2).
pub const FAILURES_ALLOWED: u32 = 100;

/// A kind of second factor.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum FactorKind {
    /// An authenticator app (RFC 6238).
    Totp,
    /// A passkey (WebAuthn).
    Passkey,
    /// Codes by e-mail.
    Email,
    /// Codes by SMS.
    Sms,
    /// Codes that were written down.
    RecoveryCode,
}

impl FactorKind {
    /// All kinds.
    pub const ALL: [Self; 5] = [Self::Totp, Self::Passkey, Self::Email, Self::Sms, Self::RecoveryCode];

    /// The name on the wire and at rest.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Totp => "totp",
            Self::Passkey => "passkey",
            Self::Email => "email",
            Self::Sms => "sms",
            Self::RecoveryCode => "backup",
        }
    }

    /// The kind whose codes are sent this way.
    pub const fn by(channel: Channel) -> Self {
        match channel {
            Channel::Email => Self::Email,
            Channel::Sms => Self::Sms,
        }
    }

    /// The kind of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.as_str() == name)
    }

    /// What it adds to `amr` (RFC 8176 §2).
    pub const fn amr(self) -> &'static str {
        match self {
            Self::Totp | Self::Email | Self::RecoveryCode => "otp",
            Self::Passkey => "hwk",
            Self::Sms => "sms",
        }
    }

    /// The way of its codes, of those kinds whose codes are sent.
    pub const fn channel(self) -> Option<Channel> {
        match self {
            Self::Email => Some(Channel::Email),
            Self::Sms => Some(Channel::Sms),
            Self::Totp | Self::Passkey | Self::RecoveryCode => None,
        }
    }

    /// Whether no fake site can make a user give it away.
    pub const fn resists_phishing(self) -> bool {
        matches!(self, Self::Passkey)
    }
}

/// A set of kinds.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct FactorKinds(u8);

impl FactorKinds {
    /// None.
    pub const NONE: Self = Self(0);
    /// All.
    pub const ALL: Self = Self::of(&FactorKind::ALL);

    /// Those.
    pub const fn of(kinds: &[FactorKind]) -> Self {
        let (mut bits, mut next) = (0, 0);
        while next < kinds.len() {
            bits |= 1 << kinds[next] as u8;
            next += 1;
        }
        Self(bits)
    }

    /// Whether it is one of them.
    pub const fn contains(self, kind: FactorKind) -> bool {
        self.0 & 1 << kind as u8 != 0
    }

    /// Whether there are none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// What both have.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Those, in declaration order.
    pub fn iter(self) -> impl Iterator<Item = FactorKind> {
        FactorKind::ALL.into_iter().filter(move |k| self.contains(*k))
    }
}

impl FromIterator<FactorKind> for FactorKinds {
    fn from_iter<I: IntoIterator<Item = FactorKind>>(kinds: I) -> Self {
        Self(kinds.into_iter().fold(0, |bits, kind| bits | 1 << kind as u8))
    }
}

impl std::fmt::Debug for FactorKinds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

/// Something that a user holds.
#[derive(Clone, Debug)]
pub struct Factor {
    /// Its identifier.
    pub id: FactorId,
    /// Whose it is.
    pub user: UserId,
    /// What it is.
    pub kind: FactorKind,
    /// What its user calls it.
    pub name: String,
    /// Where codes are sent, if they are.
    pub address: Option<String>,
    /// What it shares with us, sealed under the master key and bound to `id`; passkeys keep theirs elsewhere.
    pub sealed: Option<Vec<u8>>,
    /// When its user first proved it; `None`: the enrolment is not finished, and it counts for nothing.
    pub verified_at: Option<Timestamp>,
    /// Whether its user has it switched on.
    pub enabled: bool,
    /// Whether it is the one to be offered first.
    pub primary: bool,
    /// How often it failed in a row.
    pub failures: u32,
    /// The last time step that was spent; only of an authenticator app.
    pub last_step: Option<i64>,
    /// When it was last proved.
    pub last_used_at: Option<Timestamp>,
    /// When its enrolment began.
    pub created_at: Timestamp,
    /// Whether a code that was sent this way set the present password: beside that password it shows nothing more.
    pub set_password: bool,
}

impl Factor {
    /// Where its codes are sent, if they are.
    pub fn sent_to(&self) -> Option<Address> {
        Address::new(self.kind.channel()?, self.address.as_deref()?)
    }

    /// Whether its user has enrolled it: one that failures have switched off still counts.
    pub const fn is_enrolled(&self) -> bool {
        self.verified_at.is_some() && self.enabled
    }

    /// Whether it can be proved now.
    pub const fn is_usable(&self) -> bool {
        self.is_enrolled() && self.failures < FAILURES_ALLOWED
    }
}

/// Whether any is enrolled that could be asked for. Recovery codes stand beside one, never for one.
pub fn has_enrolled(factors: &[Factor]) -> bool {
    factors.iter().any(|f| f.is_enrolled() && f.kind != FactorKind::RecoveryCode)
}

/// The kinds that can be proved now.
pub fn usable(factors: &[Factor]) -> FactorKinds {
    factors.iter().filter(|f| f.is_usable()).map(|f| f.kind).collect()
}

/// The kinds that can be proved now, and show more than the password.
pub fn usable_beside_password(factors: &[Factor]) -> FactorKinds {
    factors.iter().filter(|f| f.is_usable() && !f.set_password).map(|f| f.kind).collect()
}

/// What a commit may do to factors. Each names the user, too, beside whose other factors it lies. Whatever changes what
/// counts is noted on the user, and where something of that goes, no device of theirs is trusted any more.
#[derive(Clone, Debug)]
pub enum Change {
    /// Inserts one.
    Add(Box<Factor>),
    /// Its user proved it for the first time: it counts from now on. Spends the step of an authenticator app.
    Verify {
        /// Whose.
        user: UserId,
        /// Which.
        id: FactorId,
        /// The step that proved it.
        step: Option<i64>,
    },
    /// It was proved: its failures are forgotten. Spends the step of an authenticator app; guarded by
    /// [`StepUnspent`](crate::commit::Guard::StepUnspent).
    Use {
        /// Whose.
        user: UserId,
        /// Which.
        id: FactorId,
        /// The step that proved it.
        step: Option<i64>,
    },
    /// It was tried in vain.
    Fail {
        /// Whose.
        user: UserId,
        /// Which.
        id: FactorId,
    },
    /// Its user switches it on or off; switched on, its failures are forgotten.
    SetEnabled {
        /// Whose.
        user: UserId,
        /// Which.
        id: FactorId,
        /// On or off.
        enabled: bool,
    },
    /// It is the one to be offered first, and no other is.
    SetPrimary {
        /// Whose.
        user: UserId,
        /// Which.
        id: FactorId,
    },
    /// The password was set by a code that was sent this way; `None`: by something else, or another factor was proved
    /// beside it.
    PasswordSetBy {
        /// Whose.
        user: UserId,
        /// By factors of this kind.
        kind: Option<FactorKind>,
    },
    /// Deletes it, with all that belongs to it.
    Remove {
        /// Whose.
        user: UserId,
        /// Which.
        id: FactorId,
    },
    /// Deletes all of a user's, with all that belongs to them.
    RemoveAll(UserId),
    /// Inserts the factor of these recovery codes, in place of the one there was.
    ReplaceRecoveryCodes {
        /// The factor.
        factor: Box<Factor>,
        /// What is kept of each code.
        hashes: Vec<[u8; 32]>,
    },
    /// A recovery code was used; guarded by
    /// [`RecoveryCodeUnspent`](crate::commit::Guard::RecoveryCodeUnspent).
    SpendRecoveryCode {
        /// Whose.
        user: UserId,
        /// What is kept of the code.
        hash: [u8; 32],
    },
}
