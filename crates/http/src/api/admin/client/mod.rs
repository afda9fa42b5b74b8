//! Clients of the caller's tenant.

pub mod create;
pub mod delete;
pub mod list;
pub mod rotate_secret;
pub mod show;
pub mod update;

use crate::error::ApiError;
use crate::wire::{Text, Time};
use authms_core::client::Client;
use authms_core::ticket::Purpose;
use serde::Serialize;
use utoipa::ToSchema;

/// `dto.OAuthClientItem`; never the secret.
#[derive(Serialize, ToSchema, Debug)]
pub struct ClientDetails {
    /// What the client authenticates as.
    client_id: String,
    /// When it was created.
    created_at: Time,
    /// The same as `client_id`.
    id: String,
    /// Always: every client has a secret.
    is_confidential: bool,
    /// Whether it may tell of the user behind it when it redeems, in `context`.
    may_send_context: bool,
    /// Its name.
    name: String,
    /// Which tickets it may redeem.
    purposes: Vec<&'static str>,
    /// Its registered redirect URIs.
    redirect_uris: Vec<String>,
    /// Origins of the web pages that may call from a browser.
    allowed_origins: Vec<String>,
    /// The end of its secret, to tell secrets apart.
    secret_last_four: String,
    /// `active` or `disabled`.
    status: &'static str,
    /// Its tenant.
    tenant_id: String,
    /// When it last changed.
    updated_at: Time,
}

impl From<Client> for ClientDetails {
    fn from(client: Client) -> Self {
        Self {
            client_id: client.id.to_string(),
            created_at: client.created_at.into(),
            id: client.id.to_string(),
            is_confidential: true,
            may_send_context: client.may_send_context,
            name: client.name,
            purposes: client.purposes.iter().map(|p| p.as_str()).collect(),
            redirect_uris: client.redirect_uris,
            allowed_origins: client.allowed_origins,
            secret_last_four: client.secret_last_four,
            status: client.status.as_str(),
            tenant_id: client.tenant.to_string(),
            updated_at: client.updated_at.into(),
        }
    }
}

fn purposes(texts: Vec<Text<32>>) -> Result<Vec<Purpose>, ApiError> {
    let unknown = || ApiError::malformed("purposes", "must be among sso, on_behalf");
    texts.into_iter().map(|p| Purpose::parse(&p).ok_or_else(unknown)).collect()
}

fn strings<const N: usize>(texts: Vec<Text<N>>) -> Vec<String> {
    texts.into_iter().map(Text::into_string).collect()
}
