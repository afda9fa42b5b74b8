//! What is kept of a passkey and of a ceremony.

use crate::factor::Factor;
use crate::id::{FactorId, TenantId, UserId};
use crate::time::{Span, Timestamp};

/// How long a browser may take for a ceremony.
pub const CEREMONY_TTL: Span = Span::seconds(300);

/// The most passkeys that one user may have.
pub const PASSKEYS_ALLOWED: usize = 20;

/// A passkey. Its name, its use and its failures are its factor's.
#[derive(Clone, Debug)]
pub struct Passkey {
    /// The factor that it is.
    pub factor: FactorId,
    /// Whose it is.
    pub user: UserId,
    /// Its user's home tenant.
    pub tenant: TenantId,
    /// What the authenticator calls it, 1–1023 bytes; unique in the installation.
    pub credential_id: Vec<u8>,
    /// What the authenticator was told as its user's name: random, so that it tells of nobody.
    pub user_handle: [u8; 32],
    /// Its public key, a COSE key.
    pub key: Vec<u8>,
    /// How far its authenticator has counted; 0 for ever if it does not count.
    pub counter: u32,
    /// Whether it may be copied to its user's other devices.
    pub backup_eligible: bool,
    /// Whether it was, when last heard of.
    pub backed_up: bool,
    /// How its authenticator is reached, as the browser said; for hints only.
    pub transports: Vec<String>,
    /// The model of authenticator, as it said; for showing.
    pub aaguid: [u8; 16],
}

impl Passkey {
    /// How whoever proves it authenticates (RFC 8176 §2). A key that may be copied between devices is no hardware's; one
    /// that its authenticator gives away only to a verified user stands for two factors.
    pub fn amr(&self, user_verified: bool) -> Vec<String> {
        let key = if self.backup_eligible { "swk" } else { "hwk" };
        let words: &[&str] = if user_verified { &[key, "user", "mfa"] } else { &[key, "user"] };
        words.iter().map(|&word| word.to_owned()).collect()
    }
}

/// What a ceremony is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    /// To register a passkey.
    Register,
    /// To register a first factor at a challenge.
    Enrol,
    /// To sign in by a passkey.
    SignIn,
    /// To prove a passkey as the second factor of a challenge.
    SecondFactor,
}

impl Purpose {
    /// The name at rest.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::Enrol => "enrol",
            Self::SignIn => "sign_in",
            Self::SecondFactor => "second_factor",
        }
    }

    /// The purpose of that name.
    pub fn parse(name: &str) -> Option<Self> {
        let all = [Self::Register, Self::Enrol, Self::SignIn, Self::SecondFactor];
        all.into_iter().find(|p| p.as_str() == name)
    }
}

/// What a registration was begun with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Planned {
    /// What the passkey will be called.
    pub name: String,
    /// See [`Passkey::user_handle`].
    pub user_handle: [u8; 32],
}

/// A challenge that was handed out and not yet answered: one answer, right or wrong, uses it up.
#[derive(Clone, Debug)]
pub struct Ceremony {
    /// SHA-256 of the challenge.
    pub challenge_hash: [u8; 32],
    /// What it is for.
    pub purpose: Purpose,
    /// In which tenant: the home of whoever answers.
    pub tenant: TenantId,
    /// Who may answer; `None`: whoever in the tenant has a passkey that their authenticator finds by itself.
    pub user: Option<UserId>,
    /// The session or the challenge that it belongs to.
    pub bound_to: Option<[u8; 16]>,
    /// Of a registration.
    pub planned: Option<Planned>,
    /// When it is over: the time of its commit and [`CEREMONY_TTL`].
    pub expires_at: Timestamp,
}

/// A passkey about to be stored, with its factor.
#[derive(Clone, Debug)]
pub struct NewPasskey {
    /// The factor.
    pub factor: Factor,
    /// The passkey.
    pub passkey: Passkey,
}

/// What a commit may do to passkeys and ceremonies.
#[derive(Clone, Debug)]
pub enum Change {
    /// Hands a challenge out.
    Begin(Box<Ceremony>),
    /// Uses it up; guarded by [`CeremonyOpen`](crate::commit::Guard::CeremonyOpen).
    Finish([u8; 32]),
    /// Inserts one; the credential may be [`Taken`](crate::commit::CommitError::Taken).
    Add(Box<NewPasskey>),
    /// It was proved; guarded by [`PasskeyAsRead`](crate::commit::Guard::PasskeyAsRead).
    Assert {
        /// Whose.
        user: UserId,
        /// Which.
        factor: FactorId,
        /// How far its authenticator has counted now.
        counter: u32,
        /// Whether it is on several devices now.
        backed_up: bool,
    },
    /// Gives it another name.
    Rename {
        /// Whose.
        user: UserId,
        /// Which.
        factor: FactorId,
        /// The name.
        name: String,
    },
}
