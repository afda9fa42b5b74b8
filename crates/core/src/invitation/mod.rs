//! Invitations: an administrator names an e-mail address and a role, and whoever holds the code makes the account, with
//! a password that nobody else ever knows.

mod accept;
mod create;
mod error;
mod manage;
mod model;

pub use accept::{Accept, accept};
pub use create::{Invite, Invited, create};
pub use error::{AcceptError, InvitationError};
pub use manage::{get, list, revoke};
pub use model::*;

/// Goes before the text of an invitation's code.
pub const PREFIX: &str = "ivc_";
