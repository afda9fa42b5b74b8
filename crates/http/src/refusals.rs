//! What use cases refuse, on the wire: each typed error meets its code here, once.

mod manage;
mod sign_in;

use crate::codes;
use crate::error::ApiError;
use authms_core::message::Channel;
use authms_core::mfa::{ReAuthenticateError, ReleaseError, StepUpError};
use authms_core::passkey::PasskeyError;
use authms_core::recovery::RecoveryError;
use authms_core::session::{AuthenticateError, EndError, ListError, RefreshError};
use authms_core::signin::challenge::ChallengeError;
use authms_core::signin::challenge::enrolment::EnrolError;
use authms_core::signin::{EmailCodeError, LoginError, PasskeySignInError};
use authms_core::tenant::TenantError;
use authms_core::text::InvalidText;
use authms_core::ticket::{MintError, RedeemError, ReportError, TicketError};
use authms_core::token::{ClientAuthError, IntrospectError, RevokeError};
use authms_core::user::UserError;

impl From<InvalidText> for ApiError {
    fn from(error: InvalidText) -> Self {
        Self::malformed(error.member, error.problem)
    }
}

impl From<AuthenticateError> for ApiError {
    fn from(error: AuthenticateError) -> Self {
        match error {
            AuthenticateError::Invalid => Self::invalid_token(),
            AuthenticateError::Throttled(throttled) => throttled.into(),
            AuthenticateError::Fault(fault) => fault.into(),
        }
    }
}

impl From<RedeemError> for ApiError {
    fn from(error: RedeemError) -> Self {
        match error {
            RedeemError::Refused => codes::TICKET.into(),
            RedeemError::Context => codes::CONTEXT_NOT_ALLOWED.into(),
            RedeemError::Throttled(throttled) => throttled.into(),
            RedeemError::Fault(fault) => fault.into(),
        }
    }
}

impl From<ChallengeError> for ApiError {
    fn from(error: ChallengeError) -> Self {
        match error {
            ChallengeError::Invalid => codes::MFA_CHALLENGE.into(),
            ChallengeError::Wrong => codes::MFA_CODE.into(),
            ChallengeError::NotOffered => codes::MFA_METHOD.into(),
            ChallengeError::NoTransport(channel) => no_transport(channel),
            ChallengeError::NotReleased => codes::ENROLMENT_NOT_RELEASED.into(),
            ChallengeError::NothingPending => codes::NO_ENROLMENT.into(),
            ChallengeError::Context => codes::CONTEXT_NOT_ALLOWED.into(),
            ChallengeError::Throttled(throttled) => throttled.into(),
            ChallengeError::Fault(fault) => fault.into(),
        }
    }
}

impl From<EnrolError> for ApiError {
    fn from(error: EnrolError) -> Self {
        match error {
            EnrolError::Over => Self::invalid_token(),
            EnrolError::NotReleased => codes::ENROLMENT_NOT_RELEASED.into(),
            EnrolError::NotOffered => Self::from(codes::MFA_METHOD).saying("not offered by this challenge"),
            EnrolError::Invalid(invalid) => invalid.into(),
            EnrolError::Passkey(passkey) => passkey.into(),
            EnrolError::Throttled(throttled) => throttled.into(),
            EnrolError::Fault(fault) => fault.into(),
        }
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

impl From<ReportError> for ApiError {
    fn from(error: ReportError) -> Self {
        match error {
            ReportError::Invalid(invalid) => invalid.into(),
            ReportError::Fault(fault) => fault.into(),
        }
    }
}

impl From<MintError> for ApiError {
    fn from(error: MintError) -> Self {
        let said = error.to_string();
        match error {
            MintError::Forbidden(authms_core::access::Forbidden::Rank) => codes::TICKET_RANK.into(),
            MintError::Forbidden(forbidden) => forbidden.into(),
            MintError::Invalid(InvalidText {
                member: member @ ("proof" | "ip" | "redirect_uri" | "context"),
                ..
            }) => Self::from(codes::TICKET_BINDING).saying(said).with("member", member),
            MintError::Invalid(invalid) => invalid.into(),
            MintError::Lifetime => codes::TICKET_LIFETIME.into(),
            MintError::TooLong(longest) => Self::from(codes::TICKET_TOO_LONG)
                .saying(said)
                .with("max_ttl_seconds", longest.as_seconds().to_string()),
            MintError::NeedsClient => codes::TICKET_NEEDS_CLIENT.into(),
            MintError::NeedsProof => codes::TICKET_NEEDS_PROOF.into(),
            MintError::Unbound => codes::TICKET_UNBOUND.into(),
            MintError::UnknownUser => codes::USER_NOT_FOUND.into(),
            MintError::UserInactive => codes::USER_DISABLED.into(),
            MintError::UnknownClient => codes::CLIENT_NOT_FOUND.into(),
            MintError::ClientPurpose | MintError::Purpose => Self::from(codes::TICKET_PURPOSE).saying(said),
            MintError::ReasonRequired => codes::TICKET_REASON.into(),
            MintError::TooMany => codes::TICKET_EXISTS.into(),
            MintError::Throttled { throttled, .. } => Self::from(throttled).saying(said),
            MintError::Repeated(id) => Self::from(codes::IDEMPOTENCY_USED).with("ticket_id", id.to_string()),
            MintError::KeyReused => codes::IDEMPOTENCY_OTHER.into(),
            MintError::Fault(fault) => fault.into(),
        }
    }
}

impl From<TicketError> for ApiError {
    fn from(error: TicketError) -> Self {
        match error {
            TicketError::Forbidden(forbidden) => forbidden.into(),
            TicketError::Unknown => codes::TICKET_NOT_FOUND.into(),
            TicketError::UnknownUser => codes::USER_NOT_FOUND.into(),
            TicketError::PageToken => codes::PAGE_TOKEN.into(),
            TicketError::PageNumber => codes::PAGE_NUMBER.into(),
            TicketError::Spent(session) => {
                Self::from(codes::TICKET_SPENT).with("session_id", session.to_string())
            }
            TicketError::Fault(fault) => fault.into(),
        }
    }
}

impl From<RefreshError> for ApiError {
    fn from(error: RefreshError) -> Self {
        match error {
            RefreshError::Reused => codes::REFRESH_REUSED.into(),
            RefreshError::Forbidden(forbidden) => forbidden.into(),
            RefreshError::Invalid => codes::REFRESH_INVALID.into(),
            RefreshError::Throttled(throttled) => throttled.into(),
            RefreshError::Fault(fault) => fault.into(),
        }
    }
}

impl From<LoginError> for ApiError {
    fn from(error: LoginError) -> Self {
        match error {
            LoginError::Wrong => codes::PASSWORD_WRONG.into(),
            LoginError::Risky => codes::RISK.into(),
            LoginError::Throttled(throttled) => throttled.into(),
            LoginError::Fault(fault) => fault.into(),
        }
    }
}

impl From<PasskeySignInError> for ApiError {
    fn from(error: PasskeySignInError) -> Self {
        match error {
            PasskeySignInError::Refused => codes::PASSKEY.into(),
            PasskeySignInError::Risky => codes::RISK.into(),
            PasskeySignInError::Fault(fault) => fault.into(),
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

impl From<EndError> for ApiError {
    fn from(error: EndError) -> Self {
        match error {
            EndError::Unauthenticated => Self::unauthenticated(),
            EndError::Unknown => codes::SESSION_NOT_FOUND.into(),
            EndError::Forbidden(forbidden) => forbidden.into(),
            EndError::Fault(fault) => fault.into(),
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

impl From<RecoveryError> for ApiError {
    fn from(error: RecoveryError) -> Self {
        match error {
            RecoveryError::Refused => codes::SENT_CODE.into(),
            RecoveryError::TooSoon => codes::CODE_TOO_SOON.into(),
            RecoveryError::NoAddress => codes::NO_ADDRESS.into(),
            RecoveryError::NoTransport(channel) => no_transport(channel),
            RecoveryError::User(user) => user.into(),
            RecoveryError::Throttled(throttled) => throttled.into(),
            RecoveryError::Fault(fault) => fault.into(),
        }
    }
}

impl From<EmailCodeError> for ApiError {
    fn from(error: EmailCodeError) -> Self {
        match error {
            EmailCodeError::Refused => codes::SENT_CODE.into(),
            EmailCodeError::Invalid(invalid) => invalid.into(),
            EmailCodeError::NoTransport => no_transport(Channel::Email),
            EmailCodeError::Throttled(throttled) => throttled.into(),
            EmailCodeError::Fault(fault) => fault.into(),
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

impl From<ClientAuthError> for ApiError {
    fn from(error: ClientAuthError) -> Self {
        match error {
            ClientAuthError::Invalid => Self::unauthenticated_client(),
            ClientAuthError::Forbidden(forbidden) => forbidden.into(),
            ClientAuthError::Throttled(throttled) => throttled.into(),
            ClientAuthError::Fault(fault) => fault.into(),
        }
    }
}

impl From<IntrospectError> for ApiError {
    fn from(error: IntrospectError) -> Self {
        match error {
            IntrospectError::Forbidden(forbidden) => forbidden.into(),
            IntrospectError::Fault(fault) => fault.into(),
        }
    }
}

impl From<RevokeError> for ApiError {
    fn from(error: RevokeError) -> Self {
        match error {
            RevokeError::OtherClient => codes::OTHER_CLIENTS_TOKEN.into(),
            RevokeError::Fault(fault) => fault.into(),
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

/// Names what its operator sets to mend it.
fn no_transport(channel: Channel) -> ApiError {
    let (what, setting) = match channel {
        Channel::Email => ("e-mails", "mail.smtp.host"),
        Channel::Sms => ("text messages", "sms.url"),
    };
    let said = format!("this service cannot send {what}: its operator has to set {setting}");
    ApiError::from(codes::NO_TRANSPORT).saying(said)
}
