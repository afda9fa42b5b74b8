//! Registering a credential (WebAuthn §7.1).

use super::authenticator_data::AuthenticatorData;
use super::{CeremonyError, CredentialKey, Expected, client_data};
use minicbor::Decoder;

/// What a browser brings back from `navigator.credentials.create()`.
#[derive(Clone, Copy, Debug)]
pub struct RegistrationResponse<'a> {
    /// The credential's identifier, as the browser names it.
    pub credential_id: &'a [u8],
    /// `response.clientDataJSON`.
    pub client_data_json: &'a [u8],
    /// `response.attestationObject`.
    pub attestation_object: &'a [u8],
}

/// A credential that may be stored.
#[derive(Clone, Debug)]
pub struct Registered {
    /// Its identifier, 1–1023 bytes.
    pub credential_id: Vec<u8>,
    /// What verifies its assertions.
    pub key: CredentialKey,
    /// How far the authenticator has counted; 0 for ever if it does not count.
    pub counter: u32,
    /// Whether the authenticator verified its user.
    pub user_verified: bool,
    /// Whether it may be copied to the user's other devices; never changes.
    pub backup_eligible: bool,
    /// Whether it has been.
    pub backed_up: bool,
    /// The model of authenticator; zeros if it does not say. Nobody vouches for it.
    pub aaguid: [u8; 16],
}

/// Verifies a registration. The attestation statement is not looked at: none was asked for, and nothing rests on one.
///
/// # Errors
/// [`CeremonyError`], the first that applies.
pub fn verify_registration(
    expected: &Expected<'_>,
    response: &RegistrationResponse<'_>,
) -> Result<Registered, CeremonyError> {
    client_data::check(response.client_data_json, "webauthn.create", expected)?;
    let bytes = attested_data(response.attestation_object).ok_or(CeremonyError::AuthenticatorData)?;
    let data = AuthenticatorData::parse(bytes)?;
    data.check(expected)?;
    let attested = data.attested.as_ref().ok_or(CeremonyError::AuthenticatorData)?;
    if attested.credential_id != response.credential_id {
        return Err(CeremonyError::CredentialId);
    }
    Ok(Registered {
        credential_id: attested.credential_id.to_vec(),
        key: CredentialKey::from_cose(attested.key)?,
        counter: data.counter,
        user_verified: data.user_verified(),
        backup_eligible: data.backup_eligible(),
        backed_up: data.backed_up(),
        aaguid: attested.aaguid,
    })
}

/// The authenticator data in an attestation object (§6.5): a map of `fmt`, `attStmt` and `authData`, each once.
fn attested_data(object: &[u8]) -> Option<&[u8]> {
    let mut decoder = Decoder::new(object);
    let (mut format, mut statement, mut data) = (false, false, None);
    for _ in 0..decoder.map().ok()?? {
        match decoder.str().ok()? {
            "fmt" if !format => format = decoder.str().is_ok(),
            "attStmt" if !statement => statement = decoder.skip().is_ok(),
            "authData" if data.is_none() => data = Some(decoder.bytes().ok()?),
            _ => return None,
        }
    }
    data.filter(|_| format && statement && decoder.position() == object.len())
}
