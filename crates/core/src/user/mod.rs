//! People, their names and their passwords.

mod create;
mod delete;
mod error;
mod list;
mod model;
mod password;
mod rehash;
mod security;
mod update;

pub(crate) use create::insertion_changes;
pub use create::{CreateUser, create};
pub use delete::delete;
pub use error::UserError;
pub(crate) use list::existing;
pub use list::{get, list, me};
pub use model::*;
pub use password::{PasswordRefused, change_password, set_password};
pub(crate) use rehash::rehash;
pub use security::{SecurityStatus, security_status, unlock};
pub use update::{UpdateUser, set_status, update};
