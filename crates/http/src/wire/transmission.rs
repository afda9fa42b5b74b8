//! How clients transmit passwords.

use crate::codes;
use crate::error::ApiError;

/// Demands that a password came as it is: taking what was hashed or encrypted elsewhere for the password itself would
/// lock its owner out.
///
/// # Errors
/// [`codes::PASSWORD_TRANSMISSION`] for anything but `plain`.
pub fn demand_plain(transmission: Option<&str>) -> Result<(), ApiError> {
    match transmission {
        None | Some("" | "plain") => Ok(()),
        Some(_) => Err(codes::PASSWORD_TRANSMISSION.into()),
    }
}
