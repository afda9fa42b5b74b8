//! Challenges of users whom policy asks for a factor and who have none: they prove an address that was known to be theirs
//! before, or an administrator releases them; then they enrol, and their factor's first proof completes the sign-in.
//!
//! Nothing counts before that one commit: what is begun here is no factor to anybody, and gone with the challenge.

mod awaits;
mod enter;
mod finish;
mod passkey;
mod totp;

pub use awaits::{Awaits, Step};
pub(crate) use awaits::{address_to_prove, can_be_met, provable};
pub use enter::{EnrolError, Enrolling, enrolling};
pub use passkey::{begin_passkey, finish_passkey};
pub use totp::set_up_totp;

use crate::factor::{FactorKind, FactorKinds};
use crate::id::FactorId;

/// What somebody without any factor can begin to enrol at a challenge; what is sent to an address needs no beginning.
const BEGUN: FactorKinds = FactorKinds::of(&[FactorKind::Totp, FactorKind::Passkey]);

/// How far an enrolment has come.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Enrolment {
    /// Whether its user has proved an address that was known to be theirs before.
    pub proven: bool,
    /// The factor that was begun; it counts once it is proved at this challenge.
    pub factor: Option<FactorId>,
}
