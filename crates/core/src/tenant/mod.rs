//! Isolated populations.

mod manage;
mod model;

pub use manage::{TenantError, UpdateTenant, create, get, list, update};
pub use model::*;
