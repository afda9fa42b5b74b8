//! What users are told of that happened to their own account, besides their sign-ins, which are told elsewhere.

use super::model::Row;
use crate::audit::EventName;
use crate::id::UserId;
use serde_json::Value;

/// What is told. Never what comes with every sign-in: that would be an index of all of them.
pub const TOLD: [EventName; 41] = [
    EventName::UserUpdated,
    EventName::UserDisabled,
    EventName::UserEnabled,
    EventName::UserUnlocked,
    EventName::MembershipChanged,
    EventName::PasswordChanged,
    EventName::PasswordReset,
    EventName::PasswordCompromised,
    EventName::AddressVerified,
    EventName::RiskRefused,
    EventName::EnrolmentProven,
    EventName::EnrolmentReleased,
    EventName::EnrolmentReleaseEnded,
    EventName::FactorEnrolled,
    EventName::FactorRemoved,
    EventName::FactorEnabled,
    EventName::FactorDisabled,
    EventName::FactorPrimary,
    EventName::FactorsReset,
    EventName::RecoveryCodesMade,
    EventName::PasskeyRenamed,
    EventName::PasskeyCopied,
    EventName::PasskeyRefused,
    EventName::StepUpPassed,
    EventName::StepUpFailed,
    EventName::ChallengeRefused,
    EventName::DeviceTrusted,
    EventName::DeviceTrustEnded,
    EventName::DeviceForgotten,
    EventName::DevicesForgotten,
    EventName::SessionsEnded,
    EventName::RefreshReused,
    EventName::TicketReplayed,
    EventName::TicketReported,
    EventName::TicketsRevoked,
    EventName::OnBehalfStarted,
    EventName::OnBehalfEnded,
    EventName::OnBehalfOptedOut,
    EventName::OnBehalfOptedIn,
    EventName::InvitationAccepted,
    EventName::UserCreated,
];

/// Whom a row is told, if it is.
pub(super) fn whom(row: &Row) -> Option<UserId> {
    if !TOLD.iter().any(|name| name.as_str() == row.name) {
        return None;
    }
    let body: Value = serde_json::from_slice(&row.body).ok()?;
    let user = |member: &str| body.get(member).and_then(Value::as_str).and_then(UserId::parse);
    user("subject").or_else(|| user("actor"))
}
