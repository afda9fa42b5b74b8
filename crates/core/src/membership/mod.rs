//! A user's place and role in a tenant.

mod list;
mod model;
mod role;

pub use list::{MembershipOf, mine, of};
pub use model::*;
pub(crate) use role::{add_role_change, keep_super_admins};
pub use role::{remove, set_role};
