//! Registering a device: it is given a secret, by which alone it is known again.

use super::PREFIX;
use super::error::DeviceError;
use super::mine::Mine;
use super::model::{Change, Device, TRUSTED_FOR, Trust, resting_on};
use crate::access::Person;
use crate::audit::{EventName, Source};
use crate::commit::{self, Commit, Guard};
use crate::id::DeviceId;
use crate::parts::Parts;
use crate::ports::random;
use crate::session::Origin;
use crate::text;
use authms_crypto::{OpaqueToken, Secret, SecretString};

/// A device to be registered.
#[derive(Clone, Debug)]
pub struct Register {
    /// What its user calls it, 1–100 characters; what the request's user agent says, if absent.
    pub name: Option<String>,
    /// What it calls itself.
    pub fingerprint: Option<String>,
    /// What it says that it is; the request's user agent, if absent.
    pub user_agent: Option<String>,
    /// Whether its user trusts it.
    pub trust: bool,
    /// A step-up token, for trusting it in a session that began without a second factor.
    pub step_up: Option<SecretString>,
}

/// A device with its secret, which is shown this once.
#[derive(Clone, Debug)]
pub struct Registered {
    /// The device.
    pub device: Device,
    /// What it presents from now on.
    pub token: SecretString,
}

/// Registers the device that the caller sits at. One that is known already keeps its identifier and gets a new secret: the
/// former is no longer good.
///
/// # Errors
/// [`DeviceError`]
pub async fn register(
    parts: &Parts,
    me: &Person,
    ask: Register,
    source: &Source,
) -> Result<Registered, DeviceError> {
    let mine = Mine::read(parts, me, source).await?;
    if ask.trust {
        mine.require_second_factor(parts, me, ask.step_up.as_ref()).await?;
    }
    let name = match &ask.name {
        Some(name) => text::label("device_name", name, 100)?,
        None => "device".to_owned(),
    };
    let fingerprint =
        ask.fingerprint.map(|name| text::label("device_fingerprint", &name, 256)).transpose()?;
    let former = match mine.presented {
        Some(id) => Some(mine.device(parts, id).await?),
        None => None,
    };
    let now = parts.now();
    let id = former.as_ref().map_or_else(|| DeviceId::generate(now, &*parts.rng), |device| device.id);
    let token = OpaqueToken { id: *id.bytes(), secret: Secret::new(random(&*parts.rng)) };
    let mut device = Device {
        id,
        tenant: me.tenant,
        user: me.user,
        secret_hash: token.hash(),
        name,
        fingerprint,
        origin: Origin { ip: source.ip, user_agent: ask.user_agent.or_else(|| source.user_agent.clone()) },
        fences: resting_on(&mine.session.fences),
        trust: None,
        created_at: now,
        seen_at: now,
    };
    let name = if ask.trust { EventName::DeviceTrusted } else { EventName::DeviceRegistered };
    let event = mine.event(name, source).text("device", id.to_string());
    let put = Change::Put { device: Box::new(device.clone()), trusted: ask.trust, session: me.session };
    let mut commit = Commit::new(event.into_row(now, &*parts.rng))
        .guard(Guard::SessionOpen(me.session))
        .change(commit::Change::Device(put));
    if let Some(former) = former {
        commit = commit.guard(Guard::DeviceSecret { id, hash: former.secret_hash });
    }
    let at = parts.store.commit(commit).await?.at;
    (device.created_at, device.seen_at) = (at, at);
    device.trust = ask.trust.then(|| Trust { since: at, until: at.plus(TRUSTED_FOR) });
    Ok(Registered { device, token: token.format(PREFIX) })
}
