//! Devices: what a user signed in with before, known again by a secret that we issued and by nothing else.

mod error;
mod forget;
mod list;
mod mine;
mod model;
mod recognize;
mod register;
mod risk;
mod trust;

pub use error::DeviceError;
pub use forget::{Which, clean_up, forget, forget_all, forget_of};
pub use list::{Listed, Shown, get_mine, is_trusted, list_mine, list_of};
pub use model::*;
pub use recognize::Recognized;
pub(crate) use recognize::{recognize, recognize_claiming};
pub use register::{Register, Registered, register};
pub use risk::{DeviceRisk, SessionsOn, risk_of};
pub use trust::set_trust;

/// What goes before a device's identifier, secret and checksum.
pub const PREFIX: &str = "dvt_";
