//! What the endpoints about factors share.

use super::SecretText;
use authms_core::factor::{Asked, FactorKind};
use authms_crypto::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The kind of that name, `webauthn` among them.
pub fn factor_kind(name: &str) -> Option<FactorKind> {
    if name == "webauthn" { Some(FactorKind::Passkey) } else { FactorKind::parse(name) }
}

/// What may be said at any change of a factor.
#[derive(Deserialize, ToSchema, Default, Debug)]
pub struct ChangeFactorRequest {
    /// A code of an authenticator app, instead of a step-up token.
    code: Option<SecretText<64>>,
    /// Whether the caller's other sessions end with it.
    end_other_sessions: Option<bool>,
}

impl ChangeFactorRequest {
    /// With the step-up token that came beside it.
    pub fn asked(self, step_up: Option<SecretString>) -> Asked {
        Asked {
            step_up,
            code: self.code.filter(|code| !code.expose().is_empty()).map(SecretText::into_secret),
            end_other_sessions: self.end_other_sessions.unwrap_or_default(),
        }
    }
}

/// A code.
#[derive(Deserialize, ToSchema, Debug)]
pub struct CodeRequest {
    /// The code.
    pub code: SecretText<64>,
    /// Whether the caller's other sessions end, where this enrols a factor.
    pub end_other_sessions: Option<bool>,
}

/// `dto.ValidResponse`
#[derive(Serialize, ToSchema, Debug)]
pub struct Valid {
    /// Always true: a wrong code is an error.
    pub valid: bool,
}

/// `dto.DisabledResponse`
#[derive(Serialize, ToSchema, Debug)]
pub struct Disabled {
    /// Always true.
    pub disabled: bool,
}
