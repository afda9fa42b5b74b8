//! What the endpoints about factors share.

use super::{SecretText, Time};
use authms_core::factor::{Asked, CodeSent, FactorKind, Wanted};
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
    /// A code instead of a step-up token: of an authenticator app, or, where it is about a factor by e-mail or SMS, one
    /// that was sent there.
    code: Option<SecretText<64>>,
    /// Whether the caller's other sessions end with it.
    end_other_sessions: Option<bool>,
}

impl ChangeFactorRequest {
    /// With the step-up token that came beside it.
    pub fn asked(self, step_up: Option<SecretString>) -> Asked {
        self.asked_of(FactorKind::Totp, step_up)
    }

    /// The same about factors of a kind: whose codes are sent is proved by one of its own.
    pub fn asked_of(self, kind: FactorKind, step_up: Option<SecretString>) -> Asked {
        let kind = if kind.channel().is_some() { kind } else { FactorKind::Totp };
        let code = self.code.filter(|code| !code.expose().is_empty()).map(SecretText::into_secret);
        Asked {
            step_up,
            code: code.map(|code| (kind, code)),
            password: None,
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

/// `dto.EmailSendData`, `dto.SMSSendResponse`
#[derive(Serialize, ToSchema, Debug)]
pub struct CodeSending {
    /// Until when the code is good.
    pub expires: Time,
    /// Always true: what is not sent is an error.
    pub sent: bool,
}

impl From<CodeSent> for CodeSending {
    fn from(code: CodeSent) -> Self {
        Self { expires: code.at.plus(code.expires_in).into(), sent: true }
    }
}

/// Which code a request means by its purpose; by default whichever is waited for.
pub fn wanted(purpose: Option<&str>) -> Wanted {
    match purpose {
        Some("enroll") => Wanted::Enrolment,
        Some("step_up" | "disable") => Wanted::Proof,
        _ => Wanted::Either,
    }
}
