//! The first start, and what every process on one store must agree on.

mod first_start;
mod model;
mod restored;

pub use first_start::{ADMIN_USERNAME, InstallError, Installed, admin_ticket, ensure, require_same};
#[cfg(test)]
pub(crate) use first_start::{first_admin, first_tenant};
pub use model::*;
pub use restored::{Voided, restored};
