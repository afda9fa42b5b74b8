//! A forgotten password is set anew by whoever reads what is sent to the account's own address.
//!
//! Who asked for a code learns nothing of the account: [`forgot`] takes an errand, whoever is called so. The code is
//! good once, for ten minutes, for that user and for nothing but this; wrong and right count under one guard. A reset
//! ends all that rests on the former password, signs nobody in, and leaves every second factor asked for.

mod error;
mod forgot;
mod reset;
mod start;

pub use error::RecoveryError;
pub use forgot::{Forgot, forgot};
pub use reset::{Proof, reset, verify};
pub use start::start;
