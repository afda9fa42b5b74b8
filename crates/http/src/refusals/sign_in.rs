//! What is refused to who signs in, and about tickets, sessions and tokens.

use super::no_transport;
use crate::codes;
use crate::error::ApiError;
use authms_core::message::Channel;
use authms_core::on_behalf::{ActError, ActRequestError, StopError};
use authms_core::recovery::RecoveryError;
use authms_core::session::{AuthenticateError, EndError, RefreshError};
use authms_core::signin::challenge::ChallengeError;
use authms_core::signin::challenge::enrolment::EnrolError;
use authms_core::signin::{EmailCodeError, LoginError, PasskeySignInError};
use authms_core::text::InvalidText;
use authms_core::ticket::{MintError, RedeemError, ReportError, TicketError};
use authms_core::token::{ClientAuthError, ExchangeError, IntrospectError, RevokeError};

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
            MintError::ReferenceRequired => codes::ON_BEHALF_REFERENCE.into(),
            MintError::OnBehalfPolicy => codes::ON_BEHALF_POLICY.into(),
            MintError::NotCleared => codes::NOT_CLEARED.into(),
            MintError::NoAlarm => codes::NO_ALARM.into(),
            MintError::ActRequest => codes::ACT_REQUEST.into(),
            MintError::NotFresh => Self::step_up("factor"),
            MintError::TooMany => codes::TICKET_EXISTS.into(),
            MintError::Throttled { throttled, .. } => Self::from(throttled).saying(said),
            MintError::Repeated(id) => Self::from(codes::IDEMPOTENCY_USED).with("ticket_id", id.to_string()),
            MintError::KeyReused => codes::IDEMPOTENCY_OTHER.into(),
            MintError::Fault(fault) => fault.into(),
        }
    }
}

impl From<ActError> for ApiError {
    fn from(error: ActError) -> Self {
        match error {
            ActError::Mint(mint) => mint.into(),
            ActError::Redeem(redeem) => redeem.into(),
            ActError::IdsDiffer => codes::IDS_DIFFER.into(),
        }
    }
}

impl From<ActRequestError> for ApiError {
    fn from(error: ActRequestError) -> Self {
        match error {
            ActRequestError::Forbidden(forbidden) => forbidden.into(),
            ActRequestError::Mint(mint) => mint.into(),
            ActRequestError::Unknown => codes::ACT_REQUEST_NOT_FOUND.into(),
            ActRequestError::OwnRequest => codes::OWN_ACT_REQUEST.into(),
            ActRequestError::NotFresh => Self::step_up("factor"),
            ActRequestError::Closed => codes::ACT_REQUEST_CLOSED.into(),
            ActRequestError::Fault(fault) => fault.into(),
        }
    }
}

impl From<StopError> for ApiError {
    fn from(error: StopError) -> Self {
        match error {
            StopError::NotActing => codes::NOT_ACTING.into(),
            StopError::Fault(fault) => fault.into(),
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

impl From<ExchangeError> for ApiError {
    fn from(error: ExchangeError) -> Self {
        match error {
            ExchangeError::Client => codes::CLIENT_GRANT.into(),
            ExchangeError::Token => codes::EXCHANGED_TOKEN.into(),
            ExchangeError::Act(act) => act.into(),
        }
    }
}
