//! Tickets, for those who mint them.

pub mod generate;
pub mod generate_batch;
