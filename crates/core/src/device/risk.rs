//! How risky a sign-in with a device would be now.

use super::error::DeviceError;
use crate::access::{Caller, Permission};
use crate::fault::Fault;
use crate::id::DeviceId;
use crate::parts::Parts;
use crate::risk::{Assessment, View};
use crate::signin::{EndUser, MethodKind, foresee, standing_of};
use crate::time::Timestamp;
use crate::user::{self, UserError};

/// The sessions that were opened with a device.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct SessionsOn {
    /// All that are remembered.
    pub total: u64,
    /// Those that live.
    pub active: u64,
    /// Those that ended otherwise than by time or by signing out.
    pub revoked: u64,
}

/// A device, as a sign-in with it would be assessed.
#[derive(Clone, Debug)]
pub struct DeviceRisk {
    /// Of a sign-in from where the device was registered.
    pub assessment: Assessment,
    /// What was opened with it.
    pub sessions: SessionsOn,
    /// Attempts at its user's account that failed since they last signed in, at most 100.
    pub failures: u32,
    /// When.
    pub at: Timestamp,
}

/// Assesses a device in the caller's tenant: its user signs in with it now, from where it was registered, by password, or
/// by a ticket if they have none. Nothing is written.
///
/// # Errors
/// [`DeviceError`]
pub async fn risk_of(parts: &Parts, caller: &Caller, id: DeviceId) -> Result<DeviceRisk, DeviceError> {
    caller.require(Permission::UserRead)?;
    let tenant = caller.tenant();
    let found = parts.store.device(id).await.map_err(Fault::from)?;
    let device = found.filter(|d| d.tenant == tenant).ok_or(DeviceError::Unknown)?;
    let member = user::existing(parts, caller, device.user).await?;
    let standing = standing_of(parts, caller, member).await?;
    let (at, idle) = (parts.now(), parts.policy.session_idle);
    let known = device.standing(&standing.user, &standing.fences, at);
    let end_user = EndUser {
        view: View::Direct,
        ip: device.origin.ip,
        user_agent: device.origin.user_agent.clone(),
        device: known,
        device_id: known.proven().then_some(id),
    };
    let by_password = standing.user.has_password && standing.user.tenant == tenant;
    let method = if by_password { MethodKind::Password } else { MethodKind::Ticket };
    Ok(DeviceRisk {
        assessment: foresee(parts, &standing, method, end_user).await?.assessment,
        sessions: parts.store.sessions_on(&device, at, idle).await.map_err(Fault::from)?,
        failures: parts.store.failures_of(tenant, device.user).await.map_err(Fault::from)?,
        at,
    })
}

/// Of looking for the device's user: one without is nobody's.
impl From<UserError> for DeviceError {
    fn from(error: UserError) -> Self {
        match error {
            UserError::Forbidden(forbidden) => forbidden.into(),
            UserError::Fault(fault) => fault.into(),
            _ => Self::Unknown,
        }
    }
}
