//! Acting on somebody's behalf, at our own endpoints and at once.

pub mod begin;
pub mod begin_for;

use crate::wire::Text;
use authms_core::id::UserId;
use authms_core::on_behalf::Terms;
use authms_core::ticket::Mint;
use authms_crypto::SecretString;

/// How an act is asked for.
struct Asked {
    reason: Option<Text<500>>,
    reference: Option<Text<100>>,
    write: Option<bool>,
    step_up: Option<SecretString>,
}

impl Asked {
    fn for_user(self, user: UserId) -> Mint {
        let reference = self.reference.map(Text::into_string);
        Mint {
            reason: self.reason.map(Text::into_string),
            terms: Terms { writes: self.write.unwrap_or_default(), reference },
            step_up: self.step_up,
            ..Mint::for_user(user)
        }
    }
}
