//! Looking at devices.

use super::error::DeviceError;
use super::mine::Mine;
use super::model::Device;
use super::recognize::recognize;
use crate::access::{Caller, Permission, Person};
use crate::audit::Source;
use crate::fault::Fault;
use crate::id::{DeviceId, UserId};
use crate::page::{Page, PageRequest};
use crate::parts::Parts;
use crate::risk;
use crate::signin::Fences;
use crate::user::{User, UserStatus};

/// Which devices to show.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Listed {
    /// All that are known.
    All,
    /// Those that are trusted now.
    Trusted,
}

/// A device as it stands now.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The device.
    pub device: Device,
    /// Whether it is trusted.
    pub trusted: bool,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// The caller's devices in the tenant, newest first.
///
/// # Errors
/// [`DeviceError`]
pub async fn list_mine(
    parts: &Parts,
    me: &Person,
    which: Listed,
    page: PageRequest,
    source: &Source,
) -> Result<Page<Shown>, DeviceError> {
    let mine = Mine::read(parts, me, source).await?;
    let found = parts.store.devices_of(me.tenant, me.user).await.map_err(Fault::from)?;
    let owner = Owner { user: &mine.standing.user, fences: mine.standing.fences, current: mine.current() };
    Ok(owner.page(parts, found, which, page))
}

/// One of the caller's trusted devices.
///
/// # Errors
/// [`DeviceError::Unknown`] also for one that is not trusted now.
pub async fn get_mine(
    parts: &Parts,
    me: &Person,
    id: DeviceId,
    source: &Source,
) -> Result<Shown, DeviceError> {
    let mine = Mine::read(parts, me, source).await?;
    let device = mine.device(parts, id).await?;
    let owner = Owner { user: &mine.standing.user, fences: mine.standing.fences, current: mine.current() };
    owner.shown(parts, device).filter(|shown| shown.trusted).ok_or(DeviceError::Unknown)
}

/// Whether the caller sits at a device that is trusted now: by its secret, and by what it calls itself besides.
///
/// # Errors
/// [`DeviceError`]
pub async fn is_trusted(
    parts: &Parts,
    me: &Person,
    fingerprint: &str,
    source: &Source,
) -> Result<bool, DeviceError> {
    let mine = Mine::read(parts, me, source).await?;
    let found = recognize(parts, source.device_token.as_ref(), &mine.standing).await?;
    let Some(id) = found.id.filter(|_| found.standing == risk::Device::Trusted) else { return Ok(false) };
    let device = mine.device(parts, id).await?;
    Ok(device.fingerprint.is_none_or(|own| own == fingerprint))
}

/// A user's devices in the caller's tenant, newest first.
///
/// # Errors
/// [`DeviceError`]
pub async fn list_of(
    parts: &Parts,
    caller: &Caller,
    user: UserId,
    which: Listed,
    page: PageRequest,
) -> Result<Page<Shown>, DeviceError> {
    caller.require(Permission::UserRead)?;
    let tenant = caller.tenant();
    let member = parts.store.member(tenant, user).await.map_err(Fault::from)?;
    let member = member.filter(|m| m.user.status != UserStatus::Deleted).ok_or(DeviceError::UnknownUser)?;
    let home = parts.store.tenant(tenant).await.map_err(Fault::from)?;
    let found = parts.store.devices_of(tenant, user).await.map_err(Fault::from)?;
    let fences = Fences {
        user: Some(member.user.fence),
        tenant: home.map(|t| t.fence),
        membership: Some(member.fence),
        ..Fences::default()
    };
    Ok(Owner { user: &member.user, fences, current: None }.page(parts, found, which, page))
}

/// By whom a device must be known to be shown.
pub(super) struct Owner<'a> {
    pub user: &'a User,
    pub fences: Fences,
    pub current: Option<DeviceId>,
}

impl Owner<'_> {
    /// The device as it stands; `None` if it is known no longer.
    pub fn shown(&self, parts: &Parts, device: Device) -> Option<Shown> {
        let trusted = match device.standing(self.user, &self.fences, parts.now()) {
            risk::Device::Unknown | risk::Device::ClaimedNew => return None,
            risk::Device::Known => false,
            risk::Device::Trusted => true,
        };
        let current = self.current == Some(device.id);
        Some(Shown { device, trusted, current })
    }

    /// A page of those that are known; there are never many.
    fn page(&self, parts: &Parts, found: Vec<Device>, which: Listed, request: PageRequest) -> Page<Shown> {
        let shown = found.into_iter().filter_map(|device| self.shown(parts, device));
        let all: Vec<_> = shown.filter(|s| which == Listed::All || s.trusted).collect();
        let (total, skipped) = (all.len() as u64, usize::try_from(request.offset()).unwrap_or(usize::MAX));
        let items = all.into_iter().skip(skipped).take(request.page_size as usize).collect();
        Page { items, total, request }
    }
}
