//! Recognizing a device by the secret that it presents.

use super::PREFIX;
use crate::fault::Fault;
use crate::id::DeviceId;
use crate::parts::Parts;
use crate::risk;
use crate::signin::Standing;
use authms_crypto::{OpaqueToken, SecretString};

/// What became of a presented secret.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Recognized {
    /// The device, if it is known.
    pub id: Option<DeviceId>,
    /// How far.
    pub standing: risk::Device,
}

impl Recognized {
    /// Nobody we know.
    pub const STRANGER: Self = Self { id: None, standing: risk::Device::Unknown };
}

/// Recognizes the device of whoever signs in as this user. A secret of another user, of another tenant, one that is over
/// and mere noise are all the same: no device of this user's, as if none had been presented.
///
/// # Errors
/// [`Fault`] if the store does not answer.
pub(crate) async fn recognize(
    parts: &Parts,
    presented: Option<&SecretString>,
    standing: &Standing,
) -> Result<Recognized, Fault> {
    let Some(token) = presented.and_then(|text| OpaqueToken::parse(PREFIX, text.expose())) else {
        return Ok(Recognized::STRANGER);
    };
    let found = parts.store.device(DeviceId::from_bytes(token.id)).await?;
    let Some(device) = found.filter(|d| token.matches(&d.secret_hash) && d.tenant == standing.tenant.id)
    else {
        return Ok(Recognized::STRANGER);
    };
    Ok(match device.standing(&standing.user, &standing.fences, parts.now()) {
        risk::Device::Unknown => Recognized::STRANGER,
        known => Recognized { id: Some(device.id), standing: known },
    })
}
