//! Second factors, for whoever holds a challenge.

pub mod passkey_options;
pub mod send_code;
pub mod verify_challenge;
