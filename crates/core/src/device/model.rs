//! Devices and what is known of them.

use crate::id::{DeviceId, SessionId, TenantId, UserId};
use crate::risk;
use crate::session::Origin;
use crate::signin::Fences;
use crate::time::{Span, Timestamp};
use crate::user::User;

/// How long a device is trusted.
pub const TRUSTED_FOR: Span = Span::hours(30 * 24);

/// How long a device that nobody signs in with is remembered.
pub const KEPT: Span = Span::hours(180 * 24);

/// How often a device is noted as seen, at most: a sign-in writes no more than it must.
pub const SEEN_EVERY: Span = Span::hours(24);

/// How many devices a user has in a tenant; of more, those that were not seen for longest are forgotten.
pub const DEVICES_KEPT: u32 = 50;

/// A user's word that a device is theirs alone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Trust {
    /// When it was given.
    pub since: Timestamp,
    /// When it is over.
    pub until: Timestamp,
}

/// Something that a user signs in with.
#[derive(Clone, Debug)]
pub struct Device {
    /// Its identifier.
    pub id: DeviceId,
    /// Its tenant.
    pub tenant: TenantId,
    /// Whose it is.
    pub user: UserId,
    /// SHA-256 of its secret.
    pub secret_hash: [u8; 32],
    /// What its user calls it.
    pub name: String,
    /// What it calls itself: its own choice, shown and never believed.
    pub fingerprint: Option<String>,
    /// Where it was registered from, and as what.
    pub origin: Origin,
    /// The user's, tenant's and membership's fences at that time: it is forgotten with them.
    pub fences: Fences,
    /// Whether and how long it is trusted.
    pub trust: Option<Trust>,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When it was last signed in with, at most [`SEEN_EVERY`] late.
    pub seen_at: Timestamp,
}

impl Device {
    /// How far it is known to be this user's, whose fences are these. Trust ends with the password that it was given
    /// beside: whoever changes that may have lost more than the password.
    pub fn standing(&self, user: &User, fences: &Fences, now: Timestamp) -> risk::Device {
        let rests = self.user == user.id && self.fences == resting_on(fences);
        if !rests || self.seen_at.plus(KEPT) <= now {
            return risk::Device::Unknown;
        }
        let holds = |t: &Trust| t.until > now && user.password_changed_at.is_none_or(|at| at <= t.since);
        if self.trust.as_ref().is_some_and(holds) { risk::Device::Trusted } else { risk::Device::Known }
    }
}

/// Of all that a session rests on, what a device does.
pub(super) fn resting_on(fences: &Fences) -> Fences {
    let Fences { user, tenant, membership, .. } = *fences;
    Fences { user, tenant, membership, ..Fences::default() }
}

/// What a commit may do to devices.
#[derive(Clone, Debug)]
pub enum Change {
    /// Inserts one, or puts it in the place of the one of its identifier; notes it in the session that it is registered
    /// in. Its times are the commit's. Forgets what is beyond [`DEVICES_KEPT`].
    Put {
        /// The device.
        device: Box<Device>,
        /// Whether its user trusts it.
        trusted: bool,
        /// The session.
        session: SessionId,
    },
    /// Its user trusts it, from the commit's time on.
    Trust(DeviceId),
    /// Its user trusts it no longer.
    EndTrust(DeviceId),
    /// Forgets these.
    Forget(Vec<DeviceId>),
    /// Forgets all of a user's in a tenant, but one.
    ForgetAll {
        /// The tenant.
        tenant: TenantId,
        /// Whose.
        user: UserId,
        /// The one that stays.
        except: Option<DeviceId>,
    },
}
