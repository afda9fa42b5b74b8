//! What use cases refuse, on the wire: each typed error meets its code here, once.

mod manage;
mod sign_in;

use crate::codes;
use crate::error::ApiError;
use authms_core::message::Channel;

/// Names what its operator sets to mend it.
fn no_transport(channel: Channel) -> ApiError {
    let (what, setting) = match channel {
        Channel::Email => ("e-mails", "mail.smtp.host"),
        Channel::Sms => ("text messages", "sms.url"),
    };
    let said = format!("this service cannot send {what}: its operator has to set {setting}");
    ApiError::from(codes::NO_TRANSPORT).saying(said)
}
