//! One's own e-mail address and phone number.

pub mod change_email;
pub mod change_phone;
pub mod email_status;
pub mod verify_email;
pub mod verify_phone;

use crate::wire::SecretText;
use serde::Deserialize;
use utoipa::ToSchema;

/// `dto.VerifyChangeRequest`
#[derive(Deserialize, ToSchema, Debug)]
pub struct VerifyChangeRequest {
    /// The code that was sent to the new address.
    pub(super) code: SecretText<64>,
}
