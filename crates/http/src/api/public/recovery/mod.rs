//! A forgotten password.

pub mod forgot;
pub mod reset;
pub mod verify;

use crate::error::ApiError;
use crate::extract::TenantHeader;
use crate::wire::{SecretText, Text};
use authms_core::recovery::{Forgot, Proof};

fn who(identity: Text<320>, header: TenantHeader) -> Result<Forgot, ApiError> {
    Ok(Forgot { identity: identity.into_string(), tenant: header.named()? })
}

fn proof(identity: Text<320>, code: SecretText<64>, header: TenantHeader) -> Result<Proof, ApiError> {
    Ok(Proof { who: who(identity, header)?, code: code.into_secret() })
}
