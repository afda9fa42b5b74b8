//! Trusting a device, and ending that.

use super::error::DeviceError;
use super::mine::Mine;
use super::model::Change;
use crate::access::Person;
use crate::audit::{EventName, Source};
use crate::commit::{self, Commit, Guard};
use crate::id::DeviceId;
use crate::parts::Parts;
use crate::risk;
use authms_crypto::SecretString;

/// Has one of the caller's devices trusted from now on, or no longer. Trusting takes a second factor, proved at the sign-in
/// or by a step-up token.
///
/// # Errors
/// [`DeviceError`]
pub async fn set_trust(
    parts: &Parts,
    me: &Person,
    id: DeviceId,
    (trusted, step_up): (bool, Option<&SecretString>),
    source: &Source,
) -> Result<(), DeviceError> {
    let mine = Mine::read(parts, me, source).await?;
    let device = mine.device(parts, id).await?;
    let now = parts.now();
    if device.standing(&mine.standing.user, &mine.standing.fences, now) == risk::Device::Unknown {
        return Err(DeviceError::Unknown);
    }
    let (name, change) = if trusted {
        mine.require_second_factor(parts, me, step_up).await?;
        (EventName::DeviceTrusted, Change::Trust(id))
    } else {
        (EventName::DeviceTrustEnded, Change::EndTrust(id))
    };
    let event = mine.event(name, source).text("device", id.to_string());
    let commit = Commit::new(event.into_row(now, &*parts.rng))
        .guard(Guard::DeviceSecret { id, hash: device.secret_hash })
        .change(commit::Change::Device(change));
    parts.store.commit(commit).await?;
    Ok(())
}
