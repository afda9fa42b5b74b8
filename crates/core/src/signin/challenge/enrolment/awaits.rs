//! What an enrolment waits for.

use super::{BEGUN, Enrolment};
use crate::factor::{FactorKind, FactorKinds};
use crate::message::{Address, Channel};
use crate::parts::Parts;
use crate::signin::MethodKind;
use crate::signin::challenge::ChallengeView;
use crate::time::Timestamp;
use crate::user::User;

/// What comes next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// A code that is sent to one of the user's addresses.
    VerifyAddress,
    /// An administrator's release.
    AwaitRelease,
    /// Enrolling a factor, and proving it.
    Enrol,
}

impl Step {
    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::VerifyAddress => "verify_address",
            Self::AwaitRelease => "await_release",
            Self::Enrol => "enrol",
        }
    }
}

/// What an enrolment waits for, and by which methods it goes on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Awaits {
    /// What comes next.
    pub step: Step,
    /// By what; nothing helps but a release if there is none.
    pub methods: FactorKinds,
}

impl Awaits {
    /// What this challenge waits for now; `None` if its user has a factor.
    pub fn at(parts: &Parts, view: &ChallengeView) -> Option<Self> {
        let ChallengeView { challenge, standing, released_until, .. } = view;
        let Enrolment { proven, .. } = challenge.enrolment?;
        let released = proven || released_until.is_some_and(|until| until > parts.now());
        let addresses = provable(parts, &standing.user, challenge.method, challenge.created_at);
        Some(Self::of(challenge.methods, released, addresses))
    }

    /// What somebody waits for who may prove these addresses.
    pub(crate) fn of(methods: FactorKinds, released: bool, addresses: FactorKinds) -> Self {
        let begun = methods.and(BEGUN);
        // Whose address is all that could satisfy proves that one.
        let provable = if begun.is_empty() { addresses.and(methods) } else { addresses };
        if released && !begun.is_empty() {
            Self { step: Step::Enrol, methods: begun }
        } else if provable.is_empty() {
            Self { step: Step::AwaitRelease, methods: FactorKinds::NONE }
        } else {
            Self { step: Step::VerifyAddress, methods: provable }
        }
    }
}

/// Whether somebody without any factor could ever enrol one of these.
pub(crate) fn can_be_met(methods: FactorKinds, addresses: FactorKinds) -> bool {
    !methods.and(BEGUN).is_empty() || !methods.and(addresses).is_empty()
}

/// By which methods this user may prove an address that was known to be theirs before then.
pub(crate) fn provable(parts: &Parts, user: &User, by: MethodKind, before: Timestamp) -> FactorKinds {
    addresses(parts, user, by, before).iter().map(|a| FactorKind::by(a.channel())).collect()
}

/// The address that is proved by this method at this challenge, if it waits for that.
pub(crate) fn address_to_prove(parts: &Parts, view: &ChallengeView, method: FactorKind) -> Option<Address> {
    let awaits = Awaits::at(parts, view)?;
    if awaits.step != Step::VerifyAddress || !awaits.methods.contains(method) {
        return None;
    }
    let ChallengeView { challenge, standing, .. } = view;
    let mut known = addresses(parts, &standing.user, challenge.method, challenge.created_at).into_iter();
    known.find(|address| FactorKind::by(address.channel()) == method)
}

/// The user's addresses that were known to be theirs before then, and that something can be sent to. The mailbox through
/// which the sign-in itself came proves nothing more.
fn addresses(parts: &Parts, user: &User, by: MethodKind, before: Timestamp) -> Vec<Address> {
    let known = |verified_at: Option<Timestamp>| verified_at.is_some_and(|at| at < before);
    let mailed = parts.mailer.is_some() && by != MethodKind::EmailCode && known(user.email_verified_at);
    let texted = parts.messenger.is_some() && known(user.phone_verified_at);
    let email = user.email.as_deref().filter(|_| mailed).and_then(|a| Address::new(Channel::Email, a));
    let phone = user.phone.as_deref().filter(|_| texted).and_then(|n| Address::new(Channel::Sms, n));
    email.into_iter().chain(phone).collect()
}
