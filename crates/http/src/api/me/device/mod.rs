//! The caller's devices, under both of the names that clients call them by.

pub mod forget;
pub mod forget_all;
pub mod forget_mine;
pub mod list;
pub mod list_mine;
pub mod set_trust;
pub mod set_trust_mine;

use crate::wire::Time;
use authms_core::device::Shown;
use serde::Serialize;
use utoipa::ToSchema;

/// `dto.DeviceResponse`
#[derive(Serialize, ToSchema, Debug)]
pub struct DeviceInfo {
    /// When it was registered.
    created_at: Time,
    /// Whether it is the one that asks.
    current: bool,
    /// What it calls itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    device_fingerprint: Option<String>,
    /// What its user calls it.
    device_name: String,
    /// What names it.
    id: String,
    /// The address that it was registered from.
    #[serde(skip_serializing_if = "Option::is_none")]
    ip: Option<String>,
    /// Whether it is trusted now.
    is_trusted: bool,
    /// When it was last signed in with, at most a day late.
    last_seen: Time,
    /// Until when it is trusted.
    #[serde(skip_serializing_if = "Option::is_none")]
    trusted_until: Option<Time>,
    /// The `User-Agent` that it was registered with.
    #[serde(skip_serializing_if = "Option::is_none")]
    user_agent: Option<String>,
    /// Whose it is.
    user_id: String,
}

impl From<Shown> for DeviceInfo {
    fn from(Shown { device, trusted, current }: Shown) -> Self {
        Self {
            created_at: device.created_at.into(),
            current,
            device_fingerprint: device.fingerprint,
            device_name: device.name,
            id: device.id.to_string(),
            ip: device.origin.ip.map(|ip| ip.to_string()),
            is_trusted: trusted,
            last_seen: device.seen_at.into(),
            trusted_until: device.trust.filter(|_| trusted).map(|t| t.until.into()),
            user_agent: device.origin.user_agent,
            user_id: device.user.to_string(),
        }
    }
}
