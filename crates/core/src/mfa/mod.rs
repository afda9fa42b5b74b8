//! When a tenant asks for a second factor, which would do, and why one is asked for; and step-up, which asks for one
//! before what is hard to take back.

mod manage;
mod policy;
mod proves;
mod re_authenticate;
mod reason;
mod release;
mod step_up;

pub use manage::{UpdateMfaPolicy, policy, update_level, update_policy};
pub use policy::MfaPolicy;
pub(crate) use proves::proves;
pub(crate) use re_authenticate::charge_guess;
pub use re_authenticate::{ReAuthenticateError, SteppedUp, re_authenticate, step_up};
pub use reason::MfaReason;
pub use release::{RELEASE_TTL, Release, ReleaseChange, ReleaseError, release, take_release_back};
pub(crate) use step_up::proved_since;
pub use step_up::{STEP_UP_TOKEN_TYP, STEP_UP_TTL, StepUpError, demand_enrolment, demand_step_up};
