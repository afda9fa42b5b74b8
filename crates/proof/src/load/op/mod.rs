//! The operations that can be put under load: one file each.
//!
//! An operation is a numbered list of requests, each sent once. To add one: a file here, a variant of [`Op`], and
//! an arm in `scenario.rs` that prepares what its requests need.

mod me;
mod mint;
mod mint_batch;
mod password;
mod redeem;
mod refresh;
mod yard;

pub(crate) use me::Me;
pub(crate) use mint::Mint;
pub(crate) use mint_batch::MintBatch;
pub(crate) use password::Password;
pub(crate) use redeem::Redeem;
pub(crate) use refresh::Refresh;
pub(crate) use yard::Yard;

/// Written and judged in the hot loop: no parsing beyond a search.
pub(crate) trait Operation: Send + Sync {
    /// Replaces the buffer with request `index`.
    fn write(&self, index: usize, out: &mut Vec<u8>);

    /// Whether the answer is the one wanted.
    fn accepts(&self, status: u16, body: &[u8]) -> bool;

    /// The field of the answer to keep, for the operations that come after this one.
    fn harvest(&self) -> Option<&'static str> {
        None
    }
}

/// What `--op` chooses from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Op {
    /// Sign in with a ticket
    Redeem,
    /// Create a ticket
    Mint,
    /// Create many tickets with each request
    MintBatch,
    /// Exchange a refresh token
    Refresh,
    /// Read the signed-in user
    Me,
}
