//! What is refused to who manages an account or a tenant.

use super::no_transport;
use crate::codes;
use crate::error::ApiError;
use authms_core::audit::AuditError;
use authms_core::client::ClientError;
use authms_core::contact::ContactError;
use authms_core::device::DeviceError;
use authms_core::factor::FactorError;
use authms_core::invitation::{AcceptError, InvitationError};
use authms_core::key::KeyError;
use authms_core::mfa::{ReAuthenticateError, ReleaseError, StepUpError};
use authms_core::passkey::PasskeyError;
use authms_core::session::ListError;
use authms_core::tenant::TenantError;
use authms_core::text::InvalidText;
use authms_core::user::UserError;
use authms_core::webhook::WebhookError;

impl From<InvalidText> for ApiError {
    fn from(error: InvalidText) -> Self {
        Self::malformed(error.member, error.problem)
    }
}

impl From<ReleaseError> for ApiError {
    fn from(error: ReleaseError) -> Self {
        match error {
            ReleaseError::StepUp(step_up) => step_up.into(),
            ReleaseError::User(user) => user.into(),
            ReleaseError::Enrolled => codes::HAS_FACTOR.into(),
            ReleaseError::Unknown => codes::RELEASE_NOT_FOUND.into(),
            ReleaseError::Fault(fault) => fault.into(),
        }
    }
}

impl From<AuditError> for ApiError {
    fn from(error: AuditError) -> Self {
        match error {
            AuditError::Forbidden(forbidden) => forbidden.into(),
            AuditError::Unknown => codes::EVENT_NOT_FOUND.into(),
            AuditError::UnknownExport => codes::EXPORT_NOT_FOUND.into(),
            AuditError::NotSealed => codes::NOT_SEALED.into(),
            AuditError::Fault(fault) => fault.into(),
        }
    }
}

impl From<WebhookError> for ApiError {
    fn from(error: WebhookError) -> Self {
        let said = error.to_string();
        match error {
            WebhookError::Forbidden(forbidden) => forbidden.into(),
            WebhookError::Invalid(invalid) => invalid.into(),
            WebhookError::Url(_) => Self::from(codes::WEBHOOK_URL).saying(said).with("member", "url"),
            WebhookError::TooMany => codes::TOO_MANY_WEBHOOKS.into(),
            WebhookError::Unknown => codes::WEBHOOK_NOT_FOUND.into(),
            WebhookError::UnknownDelivery => codes::DELIVERY_NOT_FOUND.into(),
            WebhookError::Disabled => codes::WEBHOOK_DISABLED.into(),
            WebhookError::Fault(fault) => fault.into(),
        }
    }
}

impl From<StepUpError> for ApiError {
    fn from(error: StepUpError) -> Self {
        match error {
            StepUpError::Missing { needs } => Self::step_up(needs.as_str()),
            StepUpError::Forbidden(forbidden) => forbidden.into(),
            StepUpError::Fault(fault) => fault.into(),
        }
    }
}

impl From<ReAuthenticateError> for ApiError {
    fn from(error: ReAuthenticateError) -> Self {
        match error {
            ReAuthenticateError::Forbidden(forbidden) => forbidden.into(),
            ReAuthenticateError::WrongPassword => {
                Self::from(codes::PASSWORD_WRONG).saying("the password is wrong")
            }
            ReAuthenticateError::CodeNeeded => codes::MFA_CODE_NEEDED.into(),
            ReAuthenticateError::WrongCode => codes::MFA_CODE.into(),
            ReAuthenticateError::NotOffered => Self::from(codes::MFA_METHOD).saying("method: not offered"),
            ReAuthenticateError::Throttled(throttled) => throttled.into(),
            ReAuthenticateError::Fault(fault) => fault.into(),
        }
    }
}

impl From<FactorError> for ApiError {
    fn from(error: FactorError) -> Self {
        let said = error.to_string();
        match error {
            FactorError::StepUp(step_up) => step_up.into(),
            FactorError::Forbidden(forbidden) => forbidden.into(),
            FactorError::Invalid(invalid) => invalid.into(),
            FactorError::UnknownUser => codes::USER_NOT_FOUND.into(),
            FactorError::Unknown => codes::FACTOR_NOT_FOUND.into(),
            FactorError::Wrong => codes::MFA_CODE.into(),
            FactorError::WrongPassword => Self::from(codes::PASSWORD_WRONG).saying(said),
            FactorError::NothingPending => codes::NO_ENROLMENT.into(),
            FactorError::NotUsable(_) => Self::from(codes::MFA_METHOD).saying(said),
            FactorError::TooMany(_) => Self::from(codes::TOO_MANY_FACTORS).saying(said),
            FactorError::Last => codes::LAST_FACTOR.into(),
            FactorError::Alone => codes::CODES_ALONE.into(),
            FactorError::OtherAddress => codes::FACTOR_ADDRESS.into(),
            FactorError::TooSoon => codes::CODE_TOO_SOON.into(),
            FactorError::NoTransport(channel) => no_transport(channel),
            FactorError::Throttled(throttled) => throttled.into(),
            FactorError::Fault(fault) => fault.into(),
        }
    }
}

impl From<PasskeyError> for ApiError {
    fn from(error: PasskeyError) -> Self {
        match error {
            PasskeyError::Factor(factor) => factor.into(),
            PasskeyError::TooMany => codes::PASSKEY_LIMIT.into(),
            PasskeyError::Refused => codes::PASSKEY_REGISTRATION.into(),
            PasskeyError::Taken => codes::PASSKEY_TAKEN.into(),
        }
    }
}

impl From<DeviceError> for ApiError {
    fn from(error: DeviceError) -> Self {
        match error {
            DeviceError::Forbidden(forbidden) => forbidden.into(),
            DeviceError::Invalid(invalid) => invalid.into(),
            DeviceError::StepUp => Self::step_up("factor"),
            DeviceError::UnknownUser => codes::USER_NOT_FOUND.into(),
            DeviceError::Unknown => codes::DEVICE_NOT_FOUND.into(),
            DeviceError::Changed => codes::CHANGED.into(),
            DeviceError::Fault(fault) => fault.into(),
        }
    }
}

impl From<ListError> for ApiError {
    fn from(error: ListError) -> Self {
        match error {
            ListError::Forbidden(forbidden) => forbidden.into(),
            ListError::Fault(fault) => fault.into(),
        }
    }
}

impl From<UserError> for ApiError {
    fn from(error: UserError) -> Self {
        let said = error.to_string();
        match error {
            UserError::Forbidden(forbidden) => forbidden.into(),
            UserError::Invalid(invalid) => invalid.into(),
            UserError::Nameless => {
                Self::malformed("username", "username, email, phone or external_id is needed")
            }
            UserError::Unknown => codes::USER_NOT_FOUND.into(),
            UserError::Taken => codes::USER_TAKEN.into(),
            UserError::LastSuperAdmin => codes::LAST_SUPER_ADMIN.into(),
            UserError::Password(refused) => {
                Self::from(codes::PASSWORD_POLICY).saying(said).with("reason", refused.as_str())
            }
            UserError::TokenOver => Self::invalid_token(),
            UserError::NoPassword => codes::NO_PASSWORD.into(),
            UserError::TooSoon(until) => {
                Self::from(codes::PASSWORD_TOO_SOON).saying(said).with("available_at", until.to_string())
            }
            UserError::Hash(_) => {
                Self::from(codes::PASSWORD_HASH).saying(said).with("member", "password_hash")
            }
            UserError::WrongPassword => {
                Self::from(codes::PASSWORD_WRONG).saying("the present password is wrong")
            }
            UserError::Throttled(throttled) => throttled.into(),
            UserError::Fault(fault) => fault.into(),
        }
    }
}

impl From<InvitationError> for ApiError {
    fn from(error: InvitationError) -> Self {
        match error {
            InvitationError::Forbidden(forbidden) => forbidden.into(),
            InvitationError::Invalid(invalid) => invalid.into(),
            InvitationError::Lifetime => codes::INVITATION_LIFETIME.into(),
            InvitationError::Taken => codes::USER_TAKEN.into(),
            InvitationError::Unknown => codes::INVITATION_NOT_FOUND.into(),
            InvitationError::Closed => codes::INVITATION_CLOSED.into(),
            InvitationError::Fault(fault) => fault.into(),
        }
    }
}

impl From<AcceptError> for ApiError {
    fn from(error: AcceptError) -> Self {
        match error {
            AcceptError::Refused => codes::INVITATION.into(),
            AcceptError::User(user) => user.into(),
            AcceptError::Throttled(throttled) => throttled.into(),
            AcceptError::Fault(fault) => fault.into(),
        }
    }
}

impl From<ContactError> for ApiError {
    fn from(error: ContactError) -> Self {
        match error {
            ContactError::Refused => codes::SENT_CODE.into(),
            ContactError::TooSoon => codes::CODE_TOO_SOON.into(),
            ContactError::NoTransport(channel) => no_transport(channel),
            ContactError::User(user) => user.into(),
            ContactError::Throttled(throttled) => throttled.into(),
            ContactError::Fault(fault) => fault.into(),
        }
    }
}

impl From<TenantError> for ApiError {
    fn from(error: TenantError) -> Self {
        match error {
            TenantError::Forbidden(forbidden) => forbidden.into(),
            TenantError::Invalid(invalid) => invalid.into(),
            TenantError::Unknown => codes::TENANT_NOT_FOUND.into(),
            TenantError::NameTaken => codes::TENANT_TAKEN.into(),
            TenantError::Default => codes::DEFAULT_TENANT.into(),
            TenantError::Fault(fault) => fault.into(),
        }
    }
}

impl From<ClientError> for ApiError {
    fn from(error: ClientError) -> Self {
        let said = error.to_string();
        match error {
            ClientError::Forbidden(forbidden) => forbidden.into(),
            ClientError::Invalid(invalid) => invalid.into(),
            ClientError::RedirectUri(_) => {
                Self::from(codes::MALFORMED).saying(said).with("member", "redirect_uris")
            }
            ClientError::Origin(_) => {
                Self::from(codes::CLIENT_ORIGIN).saying(said).with("member", "allowed_origins")
            }
            ClientError::Unknown => codes::CLIENT_NOT_FOUND.into(),
            ClientError::NameTaken => codes::CLIENT_TAKEN.into(),
            ClientError::Fault(fault) => fault.into(),
        }
    }
}

impl From<KeyError> for ApiError {
    fn from(error: KeyError) -> Self {
        let said = error.to_string();
        match error {
            KeyError::Forbidden(forbidden) => forbidden.into(),
            KeyError::Invalid(invalid) => invalid.into(),
            KeyError::Rank => Self::from(codes::RANK).saying(said),
            KeyError::Scope(_) => Self::from(codes::KEY_SCOPE).saying(said),
            KeyError::Expiry => Self::from(codes::MALFORMED).saying(said).with("member", "expires_at"),
            KeyError::Compromised => codes::KEY_COMPROMISED.into(),
            KeyError::UnknownClient => codes::CLIENT_NOT_FOUND.into(),
            KeyError::UnknownNetwork => codes::KEY_NETWORK_NOT_FOUND.into(),
            KeyError::Unknown => codes::KEY_NOT_FOUND.into(),
            KeyError::Fault(fault) => fault.into(),
        }
    }
}
