//! The caller's trusted devices, as the clients of the second factors call them.

pub mod check;
pub mod clean_up;
pub mod forget;
pub mod forget_all;
pub mod list;
pub mod show;
pub mod trust;

use crate::wire::Time;
use authms_core::device::{Device, Shown};
use serde::Serialize;
use utoipa::ToSchema;

/// `dto.TrustedDeviceItem`
#[derive(Serialize, ToSchema, Debug)]
pub struct TrustedDeviceItem {
    /// When it was registered.
    created_at: Time,
    /// What its user calls it.
    device_name: String,
    /// What names it.
    id: String,
    /// The address that it was registered from.
    #[serde(skip_serializing_if = "Option::is_none")]
    ip_address: Option<String>,
    /// Until when it is trusted.
    #[serde(skip_serializing_if = "Option::is_none")]
    trusted_until: Option<Time>,
}

impl From<Device> for TrustedDeviceItem {
    fn from(device: Device) -> Self {
        Self {
            created_at: device.created_at.into(),
            device_name: device.name,
            id: device.id.to_string(),
            ip_address: device.origin.ip.map(|ip| ip.to_string()),
            trusted_until: device.trust.map(|t| t.until.into()),
        }
    }
}

impl From<Shown> for TrustedDeviceItem {
    fn from(shown: Shown) -> Self {
        shown.device.into()
    }
}
