//! What a browser is given to begin a ceremony with.

use super::model::Passkey;
use crate::ports::{Rng, random};

/// Whether an authenticator is to verify its user, by a PIN or a biometric.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UserVerification {
    /// It must.
    Required,
    /// If it can.
    Preferred,
}

impl UserVerification {
    /// The word of WebAuthn §5.8.6.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Preferred => "preferred",
        }
    }
}

/// Names a credential (WebAuthn §5.8.3).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Descriptor {
    /// The credential's identifier.
    pub id: Vec<u8>,
    /// How its authenticator is reached, if that is known and may be told.
    pub transports: Vec<String>,
}

impl From<Passkey> for Descriptor {
    fn from(passkey: Passkey) -> Self {
        Self { id: passkey.credential_id, transports: passkey.transports }
    }
}

/// For `navigator.credentials.create()`.
#[derive(Clone, Debug)]
pub struct CreationOptions {
    /// What the answer has to repeat.
    pub challenge: [u8; 32],
    /// The relying party's domain.
    pub rp_id: String,
    /// The relying party's name: the tenant's.
    pub rp_name: String,
    /// See [`Passkey::user_handle`].
    pub user_handle: [u8; 32],
    /// The user's name, which the authenticator shows.
    pub user_name: String,
    /// The user's name for people.
    pub user_display_name: String,
    /// The passkeys that the user has: an authenticator that holds one makes no other.
    pub exclude: Vec<Descriptor>,
}

/// For `navigator.credentials.get()`.
#[derive(Clone, Debug)]
pub struct RequestOptions {
    /// What the answer has to repeat.
    pub challenge: [u8; 32],
    /// The relying party's domain.
    pub rp_id: String,
    /// The credentials that would do; none: any that the authenticator finds by itself.
    pub allow: Vec<Descriptor>,
    /// Whether the authenticator is to verify its user.
    pub user_verification: UserVerification,
}

/// A fresh challenge: 256 random bits (WebAuthn §13.4.3 asks for 128).
pub(super) fn challenge(rng: &dyn Rng) -> [u8; 32] {
    random(rng)
}
