//! The HTTP face of authms. Each handler parses, authorizes, calls one use case and renders; the rules are in
//! `authms-core`.
//!
//! A request passes, in this order: [`mod@serve`] (the connection), [`frame`] (request id, base path, shedding,
//! timeout, panics), [`limits`] (per-address budgets, then a place at work), its handler in [`api`]; the answer is
//! finished by [`frame`] again.
//! [`router`] is the whole map of URLs.

pub mod api;
pub mod base_path;
pub mod codes;
pub mod context;
pub mod cors;
pub mod docs;
pub mod error;
pub mod extract;
pub mod frame;
mod gate;
pub mod limits;
pub mod openapi;
pub mod panic;
mod refusals;
pub mod router;
pub mod serve;
pub mod shed;
mod stall;
pub mod state;
pub mod tls;
mod turned_away;
pub mod wire;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use error::ApiError;
pub use frame::{App, Frame, Settings};
pub use openapi::{RouteInfo, openapi_json, routes};
pub use router::app;
pub use serve::{Peer, Transport, serve};
pub use state::AppState;
pub use tls::Tls;
