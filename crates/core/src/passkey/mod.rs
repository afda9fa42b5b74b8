//! Passkeys (WebAuthn): credentials that a user's authenticator holds, as second factors and as a way to sign in.
//!
//! A passkey is a [factor](crate::factor) with a public key beside it. What a browser brings back is judged in one
//! place, `judge`, for every use.

mod assertion;
mod ceremony;
mod decoy;
mod error;
mod manage;
mod model;
mod options;
mod register;

pub use assertion::Assertion;
pub(crate) use assertion::{COPIED, alarm, changes, finish, finishing, guards, judge};
pub(crate) use ceremony::{Begin, begin, find};
pub(crate) use decoy::filled_up;
pub use error::PasskeyError;
pub use manage::{PasskeyView, get, list, rename};
pub use model::*;
pub use options::{CreationOptions, Descriptor, RequestOptions, UserVerification};
pub use register::{BeginRegistration, Registration, begin_registration, finish_registration};
pub(crate) use register::{labels, new_passkey, options, verified};
