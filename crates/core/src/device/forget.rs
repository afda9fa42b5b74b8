//! Forgetting devices: their secrets are worth nothing from then on.

use super::error::DeviceError;
use super::list::Owner;
use super::mine::Mine;
use super::model::Change;
use crate::access::{Caller, Permission, Person};
use crate::audit::{Event, EventName, Source};
use crate::commit::{self, Commit};
use crate::fault::Fault;
use crate::id::DeviceId;
use crate::parts::Parts;

/// Which of the caller's devices.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Which {
    /// All.
    All,
    /// All but the one that the caller sits at.
    AllButCurrent,
    /// Those that are trusted now.
    Trusted,
}

/// Forgets one of the caller's devices.
///
/// # Errors
/// [`DeviceError`]
pub async fn forget(parts: &Parts, me: &Person, id: DeviceId, source: &Source) -> Result<(), DeviceError> {
    let mine = Mine::read(parts, me, source).await?;
    mine.device(parts, id).await?;
    let event = mine.event(EventName::DeviceForgotten, source).text("device", id.to_string());
    write(parts, event, Change::Forget(vec![id])).await
}

/// Forgets the caller's devices; how many of those that are known.
///
/// # Errors
/// [`DeviceError`]
pub async fn forget_all(
    parts: &Parts,
    me: &Person,
    which: Which,
    source: &Source,
) -> Result<u32, DeviceError> {
    let mine = Mine::read(parts, me, source).await?;
    let current = mine.current();
    let owner = Owner { user: &mine.standing.user, fences: mine.standing.fences, current };
    let found = parts.store.devices_of(me.tenant, me.user).await.map_err(Fault::from)?;
    let shown = found.into_iter().filter_map(|device| owner.shown(parts, device));
    let chosen: Vec<_> = shown
        .filter(|s| match which {
            Which::All => true,
            Which::AllButCurrent => !s.current,
            Which::Trusted => s.trusted,
        })
        .map(|s| s.device.id)
        .collect();
    let count = u32::try_from(chosen.len()).unwrap_or(u32::MAX);
    let (tenant, user) = (me.tenant, me.user);
    let change = match which {
        Which::All => Change::ForgetAll { tenant, user, except: None },
        Which::AllButCurrent => Change::ForgetAll { tenant, user, except: current },
        Which::Trusted => Change::Forget(chosen),
    };
    let event = mine.event(EventName::DevicesForgotten, source).number("devices", count.into());
    write(parts, event, change).await?;
    Ok(count)
}

/// Forgets those of the caller's devices that are known no longer.
///
/// # Errors
/// [`DeviceError`]
pub async fn clean_up(parts: &Parts, me: &Person, source: &Source) -> Result<(), DeviceError> {
    let mine = Mine::read(parts, me, source).await?;
    let owner = Owner { user: &mine.standing.user, fences: mine.standing.fences, current: None };
    let found = parts.store.devices_of(me.tenant, me.user).await.map_err(Fault::from)?;
    let gone: Vec<_> = found
        .into_iter()
        .filter_map(|device| {
            let id = device.id;
            owner.shown(parts, device).is_none().then_some(id)
        })
        .collect();
    if gone.is_empty() {
        return Ok(());
    }
    let event = mine.event(EventName::DevicesForgotten, source).number("devices", gone.len() as i64);
    write(parts, event, Change::Forget(gone)).await
}

/// Forgets a device of a user in the caller's tenant.
///
/// # Errors
/// [`DeviceError`]
pub async fn forget_of(
    parts: &Parts,
    caller: &Caller,
    id: DeviceId,
    source: &Source,
) -> Result<(), DeviceError> {
    caller.require(Permission::UserWrite)?;
    let found = parts.store.device(id).await.map_err(Fault::from)?;
    let device = found.filter(|d| d.tenant == caller.tenant()).ok_or(DeviceError::Unknown)?;
    let member = parts.store.member(device.tenant, device.user).await.map_err(Fault::from)?;
    if let Some(member) = member {
        caller.require_rank_over(member.role)?;
    }
    let event = Event::new(EventName::DeviceForgotten, Some(device.tenant))
        .by(caller)
        .subject(device.user)
        .text("device", id.to_string())
        .from(source);
    write(parts, event, Change::Forget(vec![id])).await
}

async fn write(parts: &Parts, event: Event, change: Change) -> Result<(), DeviceError> {
    let commit = Commit::new(event.into_row(parts.now(), &*parts.rng)).change(commit::Change::Device(change));
    parts.store.commit(commit).await?;
    Ok(())
}
