//! What the authenticator signs (WebAuthn §6.1).

use super::{CeremonyError, Expected};
use crate::sha256;
use minicbor::Decoder;

/// The longest identifier of a credential, in bytes (§4).
const MAX_CREDENTIAL_ID: usize = 1023;

const USER_PRESENT: u8 = 1 << 0;
const USER_VERIFIED: u8 = 1 << 2;
const BACKUP_ELIGIBLE: u8 = 1 << 3;
const BACKED_UP: u8 = 1 << 4;
const ATTESTED: u8 = 1 << 6;
const EXTENDED: u8 = 1 << 7;

/// Authenticator data, taken apart; every byte of it is accounted for.
#[derive(Debug)]
pub(super) struct AuthenticatorData<'a> {
    rp_id_hash: &'a [u8],
    flags: u8,
    pub(super) counter: u32,
    /// Of a registration.
    pub(super) attested: Option<Attested<'a>>,
}

/// A new credential (§6.5.1).
#[derive(Debug)]
pub(super) struct Attested<'a> {
    pub(super) aaguid: [u8; 16],
    pub(super) credential_id: &'a [u8],
    /// A COSE key.
    pub(super) key: &'a [u8],
}

impl<'a> AuthenticatorData<'a> {
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, CeremonyError> {
        Self::read(bytes).ok_or(CeremonyError::AuthenticatorData)
    }

    fn read(bytes: &'a [u8]) -> Option<Self> {
        let (rp_id_hash, rest) = bytes.split_at_checked(32)?;
        let (&flags, rest) = rest.split_first()?;
        let (counter, mut rest) = rest.split_first_chunk::<4>()?;
        let mut attested = None;
        if flags & ATTESTED != 0 {
            let (credential, after) = Attested::read(rest)?;
            (attested, rest) = (Some(credential), after);
        }
        if flags & EXTENDED != 0 {
            rest = rest.get(item_length(rest)?..)?;
        }
        let counter = u32::from_be_bytes(*counter);
        rest.is_empty().then_some(Self { rp_id_hash, flags, counter, attested })
    }

    /// Steps 13–18 of §7.1, 16–20 of §7.2.
    pub(super) fn check(&self, expected: &Expected<'_>) -> Result<(), CeremonyError> {
        if self.rp_id_hash != sha256(expected.relying_party.id.as_bytes()) {
            return Err(CeremonyError::RpId);
        }
        if !self.has(USER_PRESENT) {
            return Err(CeremonyError::UserPresence);
        }
        if expected.user_verification && !self.user_verified() {
            return Err(CeremonyError::UserVerification);
        }
        if self.backed_up() && !self.backup_eligible() {
            return Err(CeremonyError::BackupState);
        }
        Ok(())
    }

    pub(super) fn user_verified(&self) -> bool {
        self.has(USER_VERIFIED)
    }

    pub(super) fn backup_eligible(&self) -> bool {
        self.has(BACKUP_ELIGIBLE)
    }

    pub(super) fn backed_up(&self) -> bool {
        self.has(BACKED_UP)
    }

    fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }
}

impl<'a> Attested<'a> {
    /// The credential at the beginning of `bytes`, and what follows it.
    fn read(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (aaguid, rest) = bytes.split_first_chunk::<16>()?;
        let (length, rest) = rest.split_first_chunk::<2>()?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (credential_id, rest) = rest.split_at_checked(length)?;
        let (key, rest) = rest.split_at_checked(item_length(rest)?)?;
        let fits = (1..=MAX_CREDENTIAL_ID).contains(&length);
        fits.then_some((Self { aaguid: *aaguid, credential_id, key }, rest))
    }
}

/// How many bytes the CBOR map at the beginning takes.
fn item_length(bytes: &[u8]) -> Option<usize> {
    let mut decoder = Decoder::new(bytes);
    let is_map = matches!(decoder.datatype(), Ok(minicbor::data::Type::Map));
    decoder.skip().ok()?;
    is_map.then(|| decoder.position())
}
