//! `context`: what a ticket is bound to, or what a client tells of the user behind it.

use super::{SecretText, Text};
use crate::error::ApiError;
use authms_core::signin::Told;
use authms_crypto::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;

/// How much is kept of a user agent, in characters.
const KEPT: usize = 256;

/// A text is the ticket's binding; an object tells of the user.
#[derive(Deserialize, ToSchema, Debug)]
#[serde(untagged)]
pub enum RedeemContext {
    /// The ticket's `context`.
    Binding(SecretText<512>),
    /// From an authenticated client that may.
    EndUser(EndUserContext),
}

/// What a client tells of the user behind it; what it leaves out is unknown.
#[derive(Deserialize, ToSchema, Debug)]
pub struct EndUserContext {
    /// The ticket's `context`, if it is bound to one.
    binding: Option<SecretText<512>>,
    /// What the user's device sent as `X-Device-Token`.
    device_token: Option<SecretText<128>>,
    /// The user's address.
    ip: Option<Text<64>>,
    /// The user's `User-Agent`.
    user_agent: Option<Text<1024>>,
}

impl RedeemContext {
    /// The binding, and what is told of the user.
    ///
    /// # Errors
    /// 400 naming `context` if the address is none.
    pub fn read(self) -> Result<(Option<SecretString>, Option<Told>), ApiError> {
        match self {
            Self::Binding(text) => Ok((Some(text.into_secret()), None)),
            Self::EndUser(told) => told.read(),
        }
    }
}

impl EndUserContext {
    /// The same of an object.
    ///
    /// # Errors
    /// The same.
    pub fn read(self) -> Result<(Option<SecretString>, Option<Told>), ApiError> {
        let address = |text: Text<64>| {
            let wrong = || ApiError::malformed("context", "ip must be an IP address");
            text.parse::<std::net::IpAddr>().map(|ip| ip.to_canonical()).map_err(|_| wrong())
        };
        let told = Told {
            ip: self.ip.map(address).transpose()?,
            user_agent: self.user_agent.map(|text| text.chars().take(KEPT).collect()),
            device_token: self.device_token.map(SecretText::into_secret),
        };
        Ok((self.binding.map(SecretText::into_secret), Some(told)))
    }
}
