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

/// Recognizes a device that may call itself something. The name is looked at only where there is no good secret, and only
/// to find that none of the user's devices is called so.
///
/// # Errors
/// [`Fault`] if the store does not answer.
pub(crate) async fn recognize_claiming(
    parts: &Parts,
    presented: Option<&SecretString>,
    claim: Option<&str>,
    standing: &Standing,
) -> Result<Recognized, Fault> {
    let known = recognize(parts, presented, standing).await?;
    match claim {
        Some(claim) if known == Recognized::STRANGER => claimed(parts, claim, standing).await,
        _ => Ok(known),
    }
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

/// Somebody without a secret. Who has no devices is told nothing by a name that none of them has.
async fn claimed(parts: &Parts, claim: &str, standing: &Standing) -> Result<Recognized, Fault> {
    let devices = parts.store.devices_of(standing.tenant.id, standing.user.id).await?;
    let is_new = !devices.is_empty() && devices.iter().all(|d| d.fingerprint.as_deref() != Some(claim));
    let standing = if is_new { risk::Device::ClaimedNew } else { risk::Device::Unknown };
    Ok(Recognized { id: None, standing })
}
