//! API keys: how systems authenticate.

mod authenticate;
mod create;
mod manage;
mod model;

pub use authenticate::authenticate;
pub use create::{CreateKey, CreatedKey, create};
pub use manage::{KeyError, delete, get, list, set_status};
pub use model::*;

/// What goes before a key's identifier, secret and checksum.
pub const PREFIX: &str = "ak_";
