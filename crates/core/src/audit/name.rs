//! What events are called: stable words, which queries and alerts are built on.

/// What an event is called in the log.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum EventName {
    /// The installation was created.
    Installed,
    /// The installation was restored from a backup.
    StoreRestored,
    /// Somebody asked for an export of the log.
    AuditExported,
    /// Rows of the log were erased, their retention being over.
    AuditErased,
    /// Somebody had the log verified.
    AuditVerified,
    /// How long a tenant keeps rows of the log was changed.
    AuditRetentionChanged,
    /// A user has seen what they were told of their account.
    SecurityEventDismissed,
    /// The signing keys were rotated.
    KeysRotated,
    /// A signing key was taken out of use.
    KeysRetired,
    /// A tenant was created.
    TenantCreated,
    /// A tenant was changed.
    TenantUpdated,
    /// What a tenant asks of its tickets was changed.
    TicketPolicyChanged,
    /// What a tenant asks of passwords was changed.
    PasswordPolicyChanged,
    /// What a tenant makes of signals was changed.
    RiskConfigChanged,
    /// A membership was given, changed or taken.
    MembershipChanged,
    /// A user was created.
    UserCreated,
    /// A user was changed.
    UserUpdated,
    /// A user was disabled.
    UserDisabled,
    /// A user was enabled again.
    UserEnabled,
    /// A user was deleted.
    UserDeleted,
    /// A password was set or changed.
    PasswordChanged,
    /// A password was marked as known to others: an alert.
    PasswordCompromised,
    /// A password was hashed again with the parameters in force.
    PasswordRehashed,
    /// A user's password attempts were counted anew.
    UserUnlocked,
    /// Somebody was invited.
    InvitationCreated,
    /// An invitation was taken back.
    InvitationRevoked,
    /// An invitation made an account.
    InvitationAccepted,
    /// An invitation was refused.
    InvitationRefused,
    /// A client was created.
    ClientCreated,
    /// A client was changed.
    ClientUpdated,
    /// A client was deleted.
    ClientDeleted,
    /// An API key was created.
    KeyCreated,
    /// An API key was changed.
    KeyUpdated,
    /// An API key was deleted.
    KeyDeleted,
    /// An API key was given a new secret.
    KeyRotated,
    /// An API key was marked as compromised: an alert.
    KeyCompromised,
    /// An API key was refused although its secret is right: an alert.
    KeyRefused,
    /// A ticket was minted.
    TicketMinted,
    /// A minter was unusually fast.
    VelocityAlarm,
    /// A ticket signed its subject in.
    TicketRedeemed,
    /// A ticket was refused.
    TicketRefused,
    /// A ticket was revoked.
    TicketRevoked,
    /// A user's tickets were revoked together.
    TicketsRevoked,
    /// A spent ticket came back.
    TicketReplayed,
    /// Somebody looked at a ticket.
    TicketPeeked,
    /// Somebody reported a ticket as leaked.
    TicketReported,
    /// A password signed its user in.
    LoginSucceeded,
    /// A password sign-in was refused.
    LoginFailed,
    /// A password is right, and a second factor is asked for.
    LoginChallenged,
    /// A second factor was proved, and its challenge's session opened.
    ChallengePassed,
    /// A second factor was not proved.
    ChallengeFailed,
    /// A challenge was refused, whatever was proved.
    ChallengeRefused,
    /// An address was proved at a challenge, whose user may enrol a first factor now.
    EnrolmentProven,
    /// An administrator released a user to enrol a first factor.
    EnrolmentReleased,
    /// An administrator took that back.
    EnrolmentReleaseEnded,
    /// A sign-in was refused for its risk alone: an alert.
    RiskRefused,
    /// A device was given a secret.
    DeviceRegistered,
    /// A device is trusted.
    DeviceTrusted,
    /// A device is trusted no longer.
    DeviceTrustEnded,
    /// A device was forgotten.
    DeviceForgotten,
    /// A user's devices were forgotten together.
    DevicesForgotten,
    /// The registration of a passkey was refused.
    PasskeyRefused,
    /// A passkey was given another name.
    PasskeyRenamed,
    /// A passkey's authenticator counted no further, so that somebody may hold a copy: an alert.
    PasskeyCopied,
    /// A user proved themself again in a session.
    StepUpPassed,
    /// A user did not prove themself again.
    StepUpFailed,
    /// The enrolment of a factor began.
    FactorPending,
    /// A factor was proved for the first time, and counts from now on.
    FactorEnrolled,
    /// A user tried a factor out.
    FactorTried,
    /// A factor was removed.
    FactorRemoved,
    /// A factor was switched on.
    FactorEnabled,
    /// A factor was switched off by its user.
    FactorDisabled,
    /// A factor is the one to be offered first.
    FactorPrimary,
    /// A user has new recovery codes.
    RecoveryCodesMade,
    /// An administrator removed all of a user's factors.
    FactorsReset,
    /// What a tenant asks for besides the way in which somebody signs in was changed.
    MfaPolicyChanged,
    /// A refresh token was rotated.
    SessionRefreshed,
    /// A session is asked for a second factor before it goes on.
    RefreshChallenged,
    /// A session does not go on as things are.
    RefreshRefused,
    /// A refresh token was reused; its family is dead.
    RefreshReused,
    /// A session was ended.
    SessionEnded,
    /// A user's sessions were ended together.
    SessionsEnded,
    /// A code was sent.
    CodeSent,
    /// A right code was typed, and is still good.
    CodeChecked,
    /// A code was typed that is wrong, or not good any more.
    CodeRefused,
    /// A forgotten password was set anew.
    PasswordReset,
    /// An e-mail address or phone number was shown to be its user's.
    AddressVerified,
    /// What a tenant asks of those who act on somebody's behalf was changed.
    OnBehalfPolicyChanged,
    /// Somebody asked to act on somebody's behalf, and may.
    OnBehalfRequested,
    /// Another administrator, or the user, cleared a request to act.
    OnBehalfApproved,
    /// Somebody may not act on somebody's behalf, or not do this.
    OnBehalfRefused,
    /// Somebody began to act.
    OnBehalfStarted,
    /// Somebody asked for something on somebody's behalf.
    OnBehalfAction,
    /// Somebody acts no longer.
    OnBehalfEnded,
    /// A user said that nobody acts for them.
    OnBehalfOptedOut,
    /// They took that back.
    OnBehalfOptedIn,
    /// A message was handed to whoever delivers it.
    MessageSent,
    /// A message was not sent and will not be.
    MessageGivenUp,
    /// A webhook was created.
    WebhookCreated,
    /// A webhook was changed.
    WebhookUpdated,
    /// A webhook was deleted.
    WebhookDeleted,
    /// A webhook is told nothing more, since it does not take it.
    WebhookDisabled,
    /// A webhook was tried out.
    WebhookTested,
    /// A webhook is told once more of what it was told, or could not be.
    WebhookReplayed,
}

impl EventName {
    /// All names, in the order of their list.
    pub const ALL: &[Self] = &[
        Self::Installed,
        Self::StoreRestored,
        Self::AuditExported,
        Self::AuditErased,
        Self::AuditVerified,
        Self::AuditRetentionChanged,
        Self::SecurityEventDismissed,
        Self::KeysRotated,
        Self::KeysRetired,
        Self::TenantCreated,
        Self::TenantUpdated,
        Self::TicketPolicyChanged,
        Self::PasswordPolicyChanged,
        Self::RiskConfigChanged,
        Self::MembershipChanged,
        Self::UserCreated,
        Self::UserUpdated,
        Self::UserDisabled,
        Self::UserEnabled,
        Self::UserDeleted,
        Self::PasswordChanged,
        Self::PasswordCompromised,
        Self::PasswordRehashed,
        Self::UserUnlocked,
        Self::InvitationCreated,
        Self::InvitationRevoked,
        Self::InvitationAccepted,
        Self::InvitationRefused,
        Self::ClientCreated,
        Self::ClientUpdated,
        Self::ClientDeleted,
        Self::KeyCreated,
        Self::KeyUpdated,
        Self::KeyDeleted,
        Self::KeyRotated,
        Self::KeyCompromised,
        Self::KeyRefused,
        Self::TicketMinted,
        Self::VelocityAlarm,
        Self::TicketRedeemed,
        Self::TicketRefused,
        Self::TicketRevoked,
        Self::TicketsRevoked,
        Self::TicketReplayed,
        Self::TicketPeeked,
        Self::TicketReported,
        Self::LoginSucceeded,
        Self::LoginFailed,
        Self::LoginChallenged,
        Self::ChallengePassed,
        Self::ChallengeFailed,
        Self::ChallengeRefused,
        Self::EnrolmentProven,
        Self::EnrolmentReleased,
        Self::EnrolmentReleaseEnded,
        Self::RiskRefused,
        Self::DeviceRegistered,
        Self::DeviceTrusted,
        Self::DeviceTrustEnded,
        Self::DeviceForgotten,
        Self::DevicesForgotten,
        Self::PasskeyRefused,
        Self::PasskeyRenamed,
        Self::PasskeyCopied,
        Self::StepUpPassed,
        Self::StepUpFailed,
        Self::FactorPending,
        Self::FactorEnrolled,
        Self::FactorTried,
        Self::FactorRemoved,
        Self::FactorEnabled,
        Self::FactorDisabled,
        Self::FactorPrimary,
        Self::RecoveryCodesMade,
        Self::FactorsReset,
        Self::MfaPolicyChanged,
        Self::SessionRefreshed,
        Self::RefreshChallenged,
        Self::RefreshRefused,
        Self::RefreshReused,
        Self::SessionEnded,
        Self::SessionsEnded,
        Self::CodeSent,
        Self::CodeChecked,
        Self::CodeRefused,
        Self::PasswordReset,
        Self::AddressVerified,
        Self::OnBehalfPolicyChanged,
        Self::OnBehalfRequested,
        Self::OnBehalfApproved,
        Self::OnBehalfRefused,
        Self::OnBehalfStarted,
        Self::OnBehalfAction,
        Self::OnBehalfEnded,
        Self::OnBehalfOptedOut,
        Self::OnBehalfOptedIn,
        Self::MessageSent,
        Self::MessageGivenUp,
        Self::WebhookCreated,
        Self::WebhookUpdated,
        Self::WebhookDeleted,
        Self::WebhookDisabled,
        Self::WebhookTested,
        Self::WebhookReplayed,
    ];

    /// The name in the log.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Installed => "installation.created",
            Self::StoreRestored => "store.restored",
            Self::AuditExported => "audit.exported",
            Self::AuditErased => "audit.erased",
            Self::AuditVerified => "audit.verified",
            Self::AuditRetentionChanged => "audit.retention_changed",
            Self::SecurityEventDismissed => "security_event.dismissed",
            Self::KeysRotated => "signing_keys.rotated",
            Self::KeysRetired => "signing_keys.retired",
            Self::TenantCreated => "tenant.created",
            Self::TenantUpdated => "tenant.updated",
            Self::TicketPolicyChanged => "tenant.ticket_policy_changed",
            Self::PasswordPolicyChanged => "tenant.password_policy_changed",
            Self::RiskConfigChanged => "tenant.risk_config_changed",
            Self::MembershipChanged => "membership.changed",
            Self::UserCreated => "user.created",
            Self::UserUpdated => "user.updated",
            Self::UserDisabled => "user.disabled",
            Self::UserEnabled => "user.enabled",
            Self::UserDeleted => "user.deleted",
            Self::PasswordChanged => "user.password_changed",
            Self::PasswordCompromised => "user.password_compromised",
            Self::PasswordRehashed => "user.password_rehashed",
            Self::UserUnlocked => "user.unlocked",
            Self::InvitationCreated => "invitation.created",
            Self::InvitationRevoked => "invitation.revoked",
            Self::InvitationAccepted => "invitation.accepted",
            Self::InvitationRefused => "invitation.refused",
            Self::ClientCreated => "client.created",
            Self::ClientUpdated => "client.updated",
            Self::ClientDeleted => "client.deleted",
            Self::KeyCreated => "api_key.created",
            Self::KeyUpdated => "api_key.updated",
            Self::KeyDeleted => "api_key.deleted",
            Self::KeyRotated => "api_key.rotated",
            Self::KeyCompromised => "api_key.compromised",
            Self::KeyRefused => "api_key.refused",
            Self::TicketMinted => "ticket.minted",
            Self::VelocityAlarm => "ticket.velocity_alarm",
            Self::TicketRedeemed => "ticket.redeemed",
            Self::TicketRefused => "ticket.refused",
            Self::TicketRevoked => "ticket.revoked",
            Self::TicketsRevoked => "tickets.revoked",
            Self::TicketReplayed => "ticket.replayed",
            Self::TicketPeeked => "ticket.peeked",
            Self::TicketReported => "ticket.reported",
            Self::LoginSucceeded => "login.succeeded",
            Self::LoginFailed => "login.failed",
            Self::LoginChallenged => "login.challenged",
            Self::ChallengePassed => "mfa.passed",
            Self::ChallengeFailed => "mfa.failed",
            Self::ChallengeRefused => "mfa.refused",
            Self::EnrolmentProven => "mfa.enrolment_proven",
            Self::EnrolmentReleased => "mfa.enrolment_released",
            Self::EnrolmentReleaseEnded => "mfa.enrolment_release_ended",
            Self::RiskRefused => "risk.refused",
            Self::DeviceRegistered => "device.registered",
            Self::DeviceTrusted => "device.trusted",
            Self::DeviceTrustEnded => "device.trust_ended",
            Self::DeviceForgotten => "device.forgotten",
            Self::DevicesForgotten => "devices.forgotten",
            Self::PasskeyRefused => "passkey.refused",
            Self::PasskeyRenamed => "passkey.renamed",
            Self::PasskeyCopied => "passkey.copied",
            Self::StepUpPassed => "mfa.stepped_up",
            Self::StepUpFailed => "mfa.step_up_failed",
            Self::FactorPending => "factor.pending",
            Self::FactorEnrolled => "factor.enrolled",
            Self::FactorTried => "factor.tried",
            Self::FactorRemoved => "factor.removed",
            Self::FactorEnabled => "factor.enabled",
            Self::FactorDisabled => "factor.disabled",
            Self::FactorPrimary => "factor.primary",
            Self::RecoveryCodesMade => "factor.recovery_codes_made",
            Self::FactorsReset => "factors.reset",
            Self::MfaPolicyChanged => "tenant.mfa_policy_changed",
            Self::SessionRefreshed => "session.refreshed",
            Self::RefreshChallenged => "session.challenged",
            Self::RefreshRefused => "session.refresh_refused",
            Self::RefreshReused => "session.refresh_reused",
            Self::SessionEnded => "session.ended",
            Self::SessionsEnded => "sessions.ended",
            Self::CodeSent => "code.sent",
            Self::CodeChecked => "code.checked",
            Self::CodeRefused => "code.refused",
            Self::PasswordReset => "user.password_reset",
            Self::AddressVerified => "user.address_verified",
            Self::OnBehalfPolicyChanged => "tenant.on_behalf_policy_changed",
            Self::OnBehalfRequested => "on_behalf.requested",
            Self::OnBehalfApproved => "on_behalf.approved",
            Self::OnBehalfRefused => "on_behalf.refused",
            Self::OnBehalfStarted => "on_behalf.started",
            Self::OnBehalfAction => "on_behalf.action",
            Self::OnBehalfEnded => "on_behalf.ended",
            Self::OnBehalfOptedOut => "on_behalf.opted_out",
            Self::OnBehalfOptedIn => "on_behalf.opted_in",
            Self::MessageSent => "message.sent",
            Self::MessageGivenUp => "message.given_up",
            Self::WebhookCreated => "webhook.created",
            Self::WebhookUpdated => "webhook.updated",
            Self::WebhookDeleted => "webhook.deleted",
            Self::WebhookDisabled => "webhook.disabled",
            Self::WebhookTested => "webhook.tested",
            Self::WebhookReplayed => "webhook.replayed",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::EventName;
    use std::collections::BTreeSet;

    #[test]
    fn the_list_of_all_names_has_each_once() {
        let source = include_str!("name.rs");
        let written =
            source.lines().filter_map(|line| line.trim().strip_prefix("Self::")?.split_once(" => \""));
        let written: BTreeSet<&str> = written.filter_map(|(_, rest)| rest.strip_suffix("\",")).collect();
        let listed: BTreeSet<&str> = EventName::ALL.iter().map(|name| name.as_str()).collect();
        assert_eq!(listed, written);
        assert_eq!(listed.len(), EventName::ALL.len());
        assert!(
            listed.iter().all(|name| name
                .split_once('.')
                .is_some_and(|(kind, rest)| { !kind.is_empty() && !rest.is_empty() && !rest.contains('.') }))
        );
    }
}
