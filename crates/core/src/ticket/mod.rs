//! One-time tickets: minted for a user, redeemed once.

mod attempt;
mod binding;
mod life;
mod list;
mod mint;
mod model;
mod page_token;
mod peek;
mod policy;
mod redeem;
mod replay;
mod report;
mod revoke;
mod velocity;

pub use attempt::{Redeem, RedeemError};
pub use binding::{Bindings, Context};
pub use life::*;
pub use list::*;
pub use mint::{
    BatchOutcome, Existing, MAX_BATCH, Mint, MintError, Minted, Subject, mint, mint_at_console, mint_batch,
    require_batch,
};
pub(crate) use mint::{charge_minter, weigh};
pub use model::*;
pub use page_token::Position;
pub use peek::{Peeked, peek};
pub use policy::{TicketPolicy, UpdateTicketPolicy, policy, update_policy};
pub use redeem::redeem;
pub(crate) use redeem::redeem_inside;
pub use report::{Alert, Report, ReportError, report};
pub use revoke::{revoke, revoke_all};
pub use velocity::{Velocity, VelocityAlarm, VelocityPolicy};

/// What goes before a ticket's identifier, secret and checksum.
pub const PREFIX: &str = "tkt_";
