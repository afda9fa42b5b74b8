//! Handlers: `public` needs no sign-in, `me` concerns the caller, `admin` others. One file an endpoint.

pub mod admin;
pub mod me;
pub mod public;
