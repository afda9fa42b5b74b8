//! What clients need in order to trust our tokens.

pub mod jwks;
pub mod metadata;
