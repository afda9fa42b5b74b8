//! Both ways out, against real servers on this machine.

mod folder;
mod gateway;
pub(crate) mod peer;
mod smtp;

use authms_core::id::MessageId;
use authms_core::message::{Address, Channel, Letter};

/// A letter to this address.
fn letter(channel: Channel, to: &str) -> Letter {
    Letter {
        id: MessageId::from_bytes([1; 16]),
        to: Address::new(channel, to).expect("an address"),
        subject: "登录验证码".to_owned(),
        text: "Your code: 123456\n.\nGive it to nobody.\n".to_owned(),
    }
}
