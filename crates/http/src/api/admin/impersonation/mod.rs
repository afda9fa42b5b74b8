//! Acting on somebody's behalf, at our own endpoints and at once.

pub mod begin;
pub mod begin_for;

use crate::codes;
use crate::error::ApiError;
use crate::wire::Text;
use authms_core::id::{ActRequestId, UserId};
use authms_core::on_behalf::Terms;
use authms_core::ticket::Mint;
use authms_crypto::SecretString;

/// How an act is asked for.
struct Asked {
    act_request: Option<Text<64>>,
    break_glass: Option<bool>,
    reason: Option<Text<500>>,
    reference: Option<Text<100>>,
    write: Option<bool>,
    step_up: Option<SecretString>,
}

impl Asked {
    fn for_user(self, user: UserId) -> Result<Mint, ApiError> {
        let reference = self.reference.map(Text::into_string);
        Ok(Mint {
            act_request: act_request(self.act_request)?,
            reason: self.reason.map(Text::into_string),
            terms: Terms {
                writes: self.write.unwrap_or_default(),
                broke_glass: self.break_glass.unwrap_or_default(),
                reference,
                ..Terms::default()
            },
            step_up: self.step_up,
            ..Mint::for_user(user)
        })
    }
}

/// The request to act that a body names.
pub fn act_request(named: Option<Text<64>>) -> Result<Option<ActRequestId>, ApiError> {
    Ok(named.map(|id| ActRequestId::parse(&id).ok_or(codes::ACT_REQUEST)).transpose()?)
}
