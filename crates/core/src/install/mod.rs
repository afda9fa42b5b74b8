//! The first start, and what every process on one store must agree on.

mod first_start;
mod model;

pub use first_start::{ADMIN_USERNAME, InstallError, Installed, admin_ticket, ensure};
#[cfg(test)]
pub(crate) use first_start::{first_admin, first_tenant};
pub use model::*;
