//! One-time tickets: minted for a user, redeemed once.

mod attempt;
mod binding;
mod life;
mod mint;
mod model;
mod redeem;
mod replay;

pub use attempt::{Redeem, RedeemError};
pub use binding::{Bindings, Context};
pub use life::*;
pub use mint::{Existing, Mint, MintError, Minted, mint, mint_at_console};
pub use model::*;
pub use redeem::redeem;

/// What goes before a ticket's identifier, secret and checksum.
pub const PREFIX: &str = "tkt_";
