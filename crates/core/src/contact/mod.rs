//! A user's own e-mail address and phone number: changed with the password, and only once whoever reads what is sent
//! there has said so.

mod change;
mod error;
mod status;
mod verify;

pub use change::change;
pub use error::ContactError;
pub use status::{EmailStatus, email_status};
pub use verify::verify;

use crate::code::Purpose;
use crate::message::Channel;

const fn purpose(channel: Channel) -> Purpose {
    match channel {
        Channel::Email => Purpose::ChangeEmail,
        Channel::Sms => Purpose::ChangePhone,
    }
}
