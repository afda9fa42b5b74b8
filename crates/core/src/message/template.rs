//! What there is to say.

use super::notice::Notice;

/// What a message says; the words stand in one file a language.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Template {
    /// A code to set a forgotten password anew.
    ResetPassword,
    /// The same, sent by an administrator.
    ResetByAdministrator,
    /// A code to sign in with.
    SignIn,
    /// A code as a further proof at a sign-in.
    SecondFactor,
    /// A code that proves in a session that its user is there.
    StepUp,
    /// A code that shows whose the account is before a factor is enrolled.
    Enrolment,
    /// A code to a new address, which shows that it is the user's.
    ConfirmAddress,
    /// Something happened to the account.
    Notice(Notice),
}

impl Template {
    /// The name at rest and in the audit log.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ResetPassword => "reset_password",
            Self::ResetByAdministrator => "reset_by_administrator",
            Self::SignIn => "sign_in",
            Self::SecondFactor => "second_factor",
            Self::StepUp => "step_up",
            Self::Enrolment => "enrolment",
            Self::ConfirmAddress => "confirm_address",
            Self::Notice(Notice::PasswordChanged) => "password_changed",
            Self::Notice(Notice::AccountReset) => "account_reset",
            Self::Notice(Notice::EmailChanged) => "email_changed",
            Self::Notice(Notice::PhoneChanged) => "phone_changed",
            Self::Notice(Notice::FactorAdded(_)) => "factor_added",
            Self::Notice(Notice::FactorRemoved(_)) => "factor_removed",
            Self::Notice(Notice::FactorsReset) => "factors_reset",
            Self::Notice(Notice::EnrolmentReleased) => "enrolment_released",
            Self::Notice(Notice::NewDevice) => "new_device",
            Self::Notice(Notice::SignInRefused) => "sign_in_refused",
            Self::Notice(Notice::ActedFor) => "acted_for",
            Self::Notice(Notice::ActAsked) => "act_asked",
            Self::Notice(Notice::ActDigest) => "act_digest",
            Self::Notice(Notice::ApprovalAsked) => "approval_asked",
            Self::Notice(Notice::GlassBroken) => "glass_broken",
        }
    }
}
