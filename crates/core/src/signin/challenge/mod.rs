//! The challenge: a sign-in that waits for a second factor, bound to what began it.

mod answer;
mod claims;
pub mod enrolment;
mod model;
mod passkey;
mod prove;
mod renewed;
mod send_code;
mod verify;

pub(crate) use answer::challenge_again;
pub use answer::{Challenged, Pending};
pub use claims::{CHALLENGE_TOKEN_TYP, ENROLMENT_TOKEN_TYP};
pub use model::*;
pub use passkey::passkey_options;
pub(crate) use prove::{Judged, Occasion, judge};
pub use send_code::{CodePromised, send_code};
pub use verify::{ChallengeError, Verify, is_last, verify};
