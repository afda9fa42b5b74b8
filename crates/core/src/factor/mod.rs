//! Second factors: what a user holds besides the way in which they sign in.

mod model;
mod totp;

pub use model::*;
pub use totp::TotpSecret;
