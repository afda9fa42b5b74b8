//! What the browser says of a ceremony (WebAuthn §5.8.1).

use super::{CeremonyError, Expected};
use crate::jwk::decode;
use crate::sha256;
use serde::Deserialize;

/// The members that are looked at; others may come, now and in future.
#[derive(Deserialize)]
struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(rename = "crossOrigin", default)]
    cross_origin: bool,
    #[serde(rename = "topOrigin")]
    top_origin: Option<String>,
}

/// The challenge that a response answers, to find its ceremony by; `None` if the client data is malformed. Nothing is
/// verified by that.
pub fn presented_challenge(client_data_json: &[u8]) -> Option<Vec<u8>> {
    decode(&parse(client_data_json).ok()?.challenge)
}

/// Steps 7–11 of §7.1, 10–14 of §7.2. Pages within a page of somebody else are no place for a ceremony.
pub(super) fn check(json: &[u8], kind: &str, expected: &Expected<'_>) -> Result<(), CeremonyError> {
    let data = parse(json)?;
    if data.kind != kind {
        return Err(CeremonyError::Type);
    }
    let challenge = decode(&data.challenge).ok_or(CeremonyError::Challenge)?;
    if sha256(&challenge) != *expected.challenge_hash {
        return Err(CeremonyError::Challenge);
    }
    let known = expected.relying_party.origins.contains(&data.origin);
    if !known || data.cross_origin || data.top_origin.is_some() {
        return Err(CeremonyError::Origin);
    }
    Ok(())
}

fn parse(json: &[u8]) -> Result<ClientData, CeremonyError> {
    serde_json::from_slice(json).map_err(|_| CeremonyError::ClientData)
}
