//! Second factors, for whoever holds a challenge.

pub mod verify_challenge;
