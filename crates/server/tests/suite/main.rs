//! Tests of the whole server, in one binary.

mod api;
mod cli;
mod docs;
mod golden;
mod tls;
