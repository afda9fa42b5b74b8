//! The caller's own passkeys.

pub mod delete;
pub mod delete_mine;
pub mod list;
pub mod list_mine;
pub mod register;
pub mod register_begin;
pub mod register_complete;
pub mod rename;
pub mod show;
pub mod verify;

use crate::wire::{Binary, Time};
use authms_core::passkey::PasskeyView;
use serde::Serialize;
use utoipa::ToSchema;

/// `dto.WebAuthnCredentialItem`
#[derive(Serialize, ToSchema, Debug)]
pub struct WebAuthnCredentialItem {
    /// When it was registered.
    created_at: Time,
    /// What the authenticator calls it.
    credential_id: Binary<1023>,
    /// `synced` if it may be copied to the user's other devices, else `device-bound`.
    device_info: &'static str,
    /// What names it here.
    id: String,
    /// When it was last proved.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_used_at: Option<Time>,
    /// What its user calls it.
    name: String,
}

impl From<PasskeyView> for WebAuthnCredentialItem {
    fn from(view: PasskeyView) -> Self {
        Self {
            created_at: view.factor.created_at.into(),
            credential_id: view.passkey.credential_id.into(),
            device_info: if view.passkey.backup_eligible { "synced" } else { "device-bound" },
            id: view.factor.id.to_string(),
            last_used_at: view.factor.last_used_at.map(Into::into),
            name: view.factor.name,
        }
    }
}
