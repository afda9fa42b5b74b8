//! The caller's side of every act on their own devices.

use super::error::DeviceError;
use super::model::Device;
use super::recognize::recognize;
use crate::access::{Forbidden, Person};
use crate::audit::{Event, EventName, Source};
use crate::fault::Fault;
use crate::id::DeviceId;
use crate::mfa;
use crate::parts::Parts;
use crate::session::{Proof, Session, SessionView};
use crate::signin::Standing;
use authms_crypto::SecretString;

/// Who calls, in which session, with which device.
pub(super) struct Mine {
    pub session: Session,
    pub standing: Standing,
    /// The device that the request presents.
    pub presented: Option<DeviceId>,
}

impl Mine {
    /// Reads the caller's session; whoever acts on somebody's behalf has no devices.
    pub async fn read(parts: &Parts, me: &Person, source: &Source) -> Result<Self, DeviceError> {
        if me.acting.is_some() {
            return Err(Forbidden::OnBehalf.into());
        }
        let view = parts.store.session(me.session).await.map_err(Fault::from)?;
        let SessionView { session, standing, .. } = view.ok_or(DeviceError::Unknown)?;
        let presented = recognize(parts, source.device_token.as_ref(), &standing).await?.id;
        Ok(Self { session, standing, presented })
    }

    /// The device that the caller sits at: the one presented, or else the one that the session was opened with.
    pub fn current(&self) -> Option<DeviceId> {
        self.presented.or(self.session.device)
    }

    /// The caller's device of this identifier.
    pub async fn device(&self, parts: &Parts, id: DeviceId) -> Result<Device, DeviceError> {
        let found = parts.store.device(id).await.map_err(Fault::from)?;
        let mine = |d: &Device| d.user == self.session.user && d.tenant == self.session.tenant;
        found.filter(mine).ok_or(DeviceError::Unknown)
    }

    /// Demands that a second factor was proved in this session, at its sign-in or by a step-up token: only then can a
    /// device stand for one. What a ticket's minter vouches for was not proved here, and a sign-in before the factors
    /// last changed may have been by one that is gone.
    pub async fn require_second_factor(
        &self,
        parts: &Parts,
        me: &Person,
        step_up: Option<&SecretString>,
    ) -> Result<(), DeviceError> {
        if mfa::proved_since(parts, me, step_up).await? == Some(Proof::Factor) {
            return Ok(());
        }
        let two = self.session.amr.iter().any(|method| method == "mfa");
        let Some(proven) = self.session.proven.filter(|p| two && p.by == Proof::Factor) else {
            return Err(DeviceError::StepUp);
        };
        let known = parts.store.remembered(me.tenant, me.user).await.map_err(Fault::from)?;
        let stands = known.factors_changed_at.is_none_or(|changed| changed <= proven.at);
        if stands { Ok(()) } else { Err(DeviceError::StepUp) }
    }

    /// An event about the caller's devices.
    pub fn event(&self, name: EventName, source: &Source) -> Event {
        Event::new(name, Some(self.session.tenant))
            .subject(self.session.user)
            .text("actor", self.session.user.to_string())
            .text("actor_session", self.session.id.to_string())
            .from(source)
    }
}
