//! Where a message goes.

use crate::text;
use std::fmt;

/// The way of a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Channel {
    /// By e-mail.
    Email,
    /// By text message.
    Sms,
}

impl Channel {
    /// The name on the wire and at rest.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
        }
    }

    /// The channel of that name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Email, Self::Sms].into_iter().find(|c| c.as_str() == name)
    }
}

/// An address in the form in which users have it; `Debug` shows it masked.
#[derive(Clone, PartialEq, Eq)]
pub enum Address {
    /// As [`text::email`] makes it: ASCII without anything that could end a header or begin another address.
    Email(String),
    /// As [`text::phone`] makes it: digits, with an optional `+` before them.
    Phone(String),
}

impl Address {
    /// The address of this channel. `None` if the text is none: what was stored is believed no more than what was
    /// typed.
    pub fn new(channel: Channel, text: &str) -> Option<Self> {
        match channel {
            Channel::Email => text::email(text).ok().map(Self::Email),
            Channel::Sms => text::phone(text).ok().map(Self::Phone),
        }
    }

    /// The way there.
    pub const fn channel(&self) -> Channel {
        match self {
            Self::Email(_) => Channel::Email,
            Self::Phone(_) => Channel::Sms,
        }
    }

    /// The whole address.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Email(text) | Self::Phone(text) => text,
        }
    }

    /// The address as others may see it.
    pub fn masked(&self) -> String {
        match self {
            Self::Email(address) => text::masked_email(address),
            Self::Phone(number) => text::masked_phone(number),
        }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}
