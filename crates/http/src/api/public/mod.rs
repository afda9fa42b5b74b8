//! Endpoints that anybody may call.

pub mod health;
