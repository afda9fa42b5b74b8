//! Development only: what tests of several crates share.

pub mod clock;
pub mod rng;
pub mod store_contract;
