//! Authenticating with a credential (WebAuthn §7.2).

use super::authenticator_data::AuthenticatorData;
use super::{CeremonyError, CredentialKey, Expected, client_data};
use crate::sha256;

/// What a browser brings back from `navigator.credentials.get()`.
#[derive(Clone, Copy, Debug)]
pub struct AssertionResponse<'a> {
    /// `response.clientDataJSON`.
    pub client_data_json: &'a [u8],
    /// `response.authenticatorData`.
    pub authenticator_data: &'a [u8],
    /// `response.signature`.
    pub signature: &'a [u8],
}

/// What is known of the credential that the response names.
#[derive(Clone, Copy, Debug)]
pub struct KnownCredential<'a> {
    /// Its key.
    pub key: &'a CredentialKey,
    /// How far the authenticator had counted.
    pub counter: u32,
    /// What it said at registration.
    pub backup_eligible: bool,
}

/// What was proved.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Asserted {
    /// How far the authenticator has counted, to be stored.
    pub counter: u32,
    /// Whether the authenticator verified its user.
    pub user_verified: bool,
    /// Whether the credential is on several devices now, to be stored.
    pub backed_up: bool,
}

/// Verifies an assertion. Whose the credential is, and whether its identifier and user handle fit, is the caller's to
/// check.
///
/// # Errors
/// [`CeremonyError`], the first that applies. [`CeremonyError::Counter`] is the last of all: the signature is right
/// then. An authenticator that counts never repeats a number, and one that does not says 0 for ever; so a number that
/// has not grown means a copy of the key, or a broken authenticator, and neither is let in.
pub fn verify_assertion(
    expected: &Expected<'_>,
    known: &KnownCredential<'_>,
    response: &AssertionResponse<'_>,
) -> Result<Asserted, CeremonyError> {
    client_data::check(response.client_data_json, "webauthn.get", expected)?;
    let data = AuthenticatorData::parse(response.authenticator_data)?;
    if data.attested.is_some() {
        return Err(CeremonyError::AuthenticatorData);
    }
    data.check(expected)?;
    if data.backup_eligible() != known.backup_eligible {
        return Err(CeremonyError::BackupState);
    }
    let client_data_hash = sha256(response.client_data_json);
    let signed = [response.authenticator_data, &client_data_hash].concat();
    if !known.key.verifies(&signed, response.signature) {
        return Err(CeremonyError::Signature);
    }
    let counts = data.counter != 0 || known.counter != 0;
    if counts && data.counter <= known.counter {
        return Err(CeremonyError::Counter);
    }
    Ok(Asserted { counter: data.counter, user_verified: data.user_verified(), backed_up: data.backed_up() })
}
