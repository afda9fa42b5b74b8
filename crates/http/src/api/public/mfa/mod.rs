//! Second factors, for whoever holds a challenge.

pub mod passkey_options;
pub mod verify_challenge;
