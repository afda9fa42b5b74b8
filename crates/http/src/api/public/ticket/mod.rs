//! Tickets, for whoever holds one.

pub mod signin;
