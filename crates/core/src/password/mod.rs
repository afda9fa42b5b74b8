//! What is accepted as a password, how good it is, and how long it stays good.

mod accept;
mod census;
mod check;
mod manage;
mod policy;
mod present;
mod state;
mod status;
mod strength;

pub(crate) use accept::{Accepted, accept, accept_anew, accept_recovered, changes_at_first};
pub use census::{Census, census};
pub use check::PasswordRefused;
pub use manage::{UpdatePasswordPolicy, policy, update_policy};
pub use policy::{Composition, PasswordPolicy, Preset};
pub(crate) use present::is_present;
pub use state::{PasswordState, PasswordWarning, password_state};
pub use status::{PasswordStatus, status};
pub use strength::{Check, Estimate, Strength, estimate, strength_of_anybody, strength_of_mine};
