//! Second factors: what a user holds besides the way in which they sign in.

mod authenticator;
mod by_code;
mod changing;
mod codes;
mod error;
mod list;
mod manage;
mod model;
mod recovery;
mod reset;
mod send_code;
mod totp;

pub(crate) use authenticator::begin_totp;
pub use authenticator::{ENROLMENT_TTL, Enrolment, finish_totp, set_up_totp, validate_totp};
pub(crate) use by_code::of_address;
pub use by_code::{enrol_by_code, finish_by_code};
pub use changing::Asked;
pub(crate) use changing::Changing;
pub use codes::{Remaining, generate_codes, remaining_codes, remaining_codes_of, use_code, who_has_codes};
pub use error::FactorError;
pub use list::{factors_of, mine};
pub use manage::{make_primary, remove, remove_kind, switch};
pub use model::*;
pub(crate) use recovery::kept_of;
pub use recovery::{RECOVERY_CODES, RecoveryCode};
pub use reset::reset;
pub use send_code::{CodeSent, Wanted, send_code};
pub use totp::TotpSecret;
