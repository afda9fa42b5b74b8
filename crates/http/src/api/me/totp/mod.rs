//! The caller's authenticator apps.

pub mod disable;
pub mod enable;
pub mod list;
pub mod register;
pub mod remove;
pub mod set_up;
pub mod show;
pub mod switch_off;
pub mod switch_on;
pub mod validate;
pub mod verify;

use crate::wire::{Time, png_data_url};
use authms_core::factor::{Enrolment, Factor};
use authms_core::parts::Policy;
use authms_crypto::base32;
use form_urlencoded::byte_serialize;
use serde::Serialize;
use utoipa::ToSchema;

/// `dto.TOTPDeviceItem`
#[derive(Serialize, ToSchema, Debug)]
pub struct TotpDeviceItem {
    /// When its enrolment began.
    created_at: Time,
    /// Its identifier.
    device_id: String,
    /// What its user calls it.
    device_name: String,
    /// Whether it is switched on.
    enabled: bool,
    /// When it last proved something.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_used_at: Option<Time>,
    /// Whether its enrolment is finished.
    verified: bool,
}

impl From<Factor> for TotpDeviceItem {
    fn from(factor: Factor) -> Self {
        Self {
            created_at: factor.created_at.into(),
            device_id: factor.id.to_string(),
            device_name: factor.name,
            enabled: factor.enabled,
            last_used_at: factor.last_used_at.map(Into::into),
            verified: factor.verified_at.is_some(),
        }
    }
}

/// What an authenticator app has to be told, shown once.
struct Shown {
    secret: String,
    /// `otpauth://totp/…`
    url: String,
    /// The same as a picture.
    picture: String,
}

impl Shown {
    fn of(enrolment: &Enrolment, policy: &Policy) -> Self {
        let secret = base32::encode(enrolment.secret.expose());
        // The host tells the user where the account is.
        let issuer = policy.issuer.split("://").nth(1).unwrap_or(&policy.issuer);
        let issuer = issuer.split('/').next().unwrap_or(issuer);
        let url = format!(
            "otpauth://totp/{}:{}?secret={secret}&issuer={}",
            escaped(issuer),
            escaped(&enrolment.account),
            escaped(issuer)
        );
        let picture = png_data_url(&url).unwrap_or_default();
        Self { secret, url, picture }
    }
}

/// As in the path of a URL: apps do not take `+` for a space.
fn escaped(text: &str) -> String {
    byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}
