//! Tickets, for those who mint them.

pub mod generate;
