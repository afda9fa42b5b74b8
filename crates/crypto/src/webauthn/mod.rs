//! The relying party's side of Web Authentication (W3C WebAuthn Level 3 §7): verifying what a browser brings back from
//! a passkey.
//!
//! No attestation is asked for (§13.4.4), so what is left is two small binary formats and one signature: CBOR is read
//! by a kept parser, signatures are verified by the library that verifies all others, and every step of §7.1 and §7.2
//! that applies is one line here. Challenges, credentials and time are the caller's.

mod assertion;
mod authenticator_data;
mod client_data;
mod cose;
mod registration;

pub use assertion::{Asserted, AssertionResponse, KnownCredential, verify_assertion};
pub use client_data::presented_challenge;
pub use cose::{CredentialKey, OFFERED_ALGORITHMS};
pub use registration::{Registered, RegistrationResponse, verify_registration};

/// Whom credentials are made for. Both members come from configuration, never from a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelyingParty {
    /// A domain; its credentials work on this domain's own pages and those below it, as far as `origins` go.
    pub id: String,
    /// The origins of the pages that may ask for a credential, compared byte for byte.
    pub origins: Vec<String>,
}

/// What a ceremony was begun with.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// For whom.
    pub relying_party: &'a RelyingParty,
    /// SHA-256 of the challenge.
    pub challenge_hash: &'a [u8; 32],
    /// Whether the authenticator must have verified its user (by a PIN or a biometric), not only seen somebody.
    pub user_verification: bool,
}

/// Why a response is refused; for the audit log, never for whoever sent it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the ceremony is refused: {}", self.as_str())]
pub enum CeremonyError {
    /// The client data is not what a browser writes.
    ClientData,
    /// It is the response of another kind of ceremony.
    Type,
    /// It answers another challenge.
    Challenge,
    /// It comes from a page of another origin, or from within one.
    Origin,
    /// The authenticator's data, or the attestation object around it, is malformed.
    AuthenticatorData,
    /// The credential belongs to another relying party.
    RpId,
    /// Nobody touched the authenticator.
    UserPresence,
    /// The authenticator did not verify its user, as was asked.
    UserVerification,
    /// The flags contradict each other, or what was said at registration.
    BackupState,
    /// The credential's identifier is not the one that the response names, or is too long.
    CredentialId,
    /// The key is of no algorithm that was offered, or is none at all.
    Key,
    /// The signature is wrong.
    Signature,
    /// All is right, but the authenticator has counted no further: somebody may hold a copy of the key (§6.1.1).
    Counter,
}

impl CeremonyError {
    /// The stable word for the audit log.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClientData => "client_data",
            Self::Type => "type",
            Self::Challenge => "challenge",
            Self::Origin => "origin",
            Self::AuthenticatorData => "authenticator_data",
            Self::RpId => "rp_id",
            Self::UserPresence => "user_presence",
            Self::UserVerification => "user_verification",
            Self::BackupState => "backup_state",
            Self::CredentialId => "credential_id",
            Self::Key => "key",
            Self::Signature => "signature",
            Self::Counter => "counter",
        }
    }
}
