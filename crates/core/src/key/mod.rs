//! API keys: how systems authenticate.

mod authenticate;
mod create;
mod manage;
mod model;
mod network;
mod restrict;
mod rotate;
mod status;
mod uses;

pub use authenticate::authenticate;
pub use create::{CreateKey, CreatedKey, create};
pub use manage::{KeyError, delete, get, list};
pub use model::*;
pub use network::{NewRestriction, Restriction};
pub use restrict::{add_network, remove_network, set_clients, set_scopes};
pub use rotate::{Rotate, rotate};
pub use status::{Revoked, revoke_all, set_status};
pub use uses::{Refusal, Uses, write_last_uses, write_uses};

/// What goes before a key's identifier, secret and checksum.
pub const PREFIX: &str = "ak_";
