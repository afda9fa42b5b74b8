//! People, their names and their passwords.

mod compromised;
mod create;
mod create_batch;
mod delete;
mod error;
mod list;
mod model;
mod password;
mod profile;
mod rehash;
mod search;
mod security;
mod set_statuses;
mod update;
mod whose;

pub use compromised::mark_compromised;
pub use create::{CreateUser, create};
pub(crate) use create::{Names, draft, insertion_changes};
pub use create_batch::{Outcomes, create_batch};
pub use delete::delete;
pub use error::UserError;
pub(crate) use list::existing;
pub use list::{get, list, me, profile};
pub use model::*;
pub use password::{change_password, change_password_first, set_password};
pub use profile::{UpdateProfile, update_profile};
pub(crate) use rehash::rehash;
pub use search::Search;
pub use security::{SecurityStatus, security_status, unlock};
pub use set_statuses::set_statuses;
pub(crate) use update::administered;
pub use update::{UpdateUser, set_status, update};
pub use whose::whose;
