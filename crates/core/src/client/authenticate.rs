//! Client authentication by secret (RFC 6749 §2.3.1).

use super::create::SECRET_PREFIX;
use super::model::{Client, ClientStatus};
use crate::id::ClientId;
use crate::parts::Parts;
use crate::ports::Read;
use authms_crypto::{OpaqueToken, SecretString};

/// What a client presents.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// `client_id`.
    pub id: String,
    /// `client_secret`.
    pub secret: SecretString,
}

/// The active client that these credentials are of; `None` for all the ways in which they can be wrong.
///
/// # Errors
/// [`Down`](crate::ports::Down) if the store does not answer.
pub async fn authenticate(parts: &Parts, credentials: &Credentials) -> Read<Option<Client>> {
    let Some(id) = ClientId::parse(&credentials.id) else { return Ok(None) };
    let Some(secret) = OpaqueToken::parse(SECRET_PREFIX, credentials.secret.expose()) else {
        return Ok(None);
    };
    let client = parts.store.client(id).await?;
    Ok(client.filter(|c| {
        secret.id == *id.bytes() && secret.matches(&c.secret_hash) && c.status == ClientStatus::Active
    }))
}
