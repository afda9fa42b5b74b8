//! Invitations to the caller's tenant.

pub mod create;
pub mod list;
pub mod revoke;
pub mod show;

use crate::wire::Time;
use authms_core::invitation::{Invitation, InvitationState, Inviter};
use authms_core::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// An invitation, without its code.
#[derive(Serialize, ToSchema, Debug)]
pub struct InvitationDetails {
    /// When it was accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    accepted_at: Option<Time>,
    /// When it was made.
    created_at: Time,
    /// The e-mail address that the account has.
    email: String,
    /// When it is over.
    expires_at: Time,
    /// Its identifier, `inv_…`.
    id: String,
    /// The user or API key that invited; absent: the command line.
    #[serde(skip_serializing_if = "Option::is_none")]
    invited_by: Option<String>,
    /// When it was taken back.
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_at: Option<Time>,
    /// The role that the account gets.
    role: &'static str,
    /// `open`, `accepted`, `revoked` or `expired`.
    status: &'static str,
    /// The tenant.
    tenant_id: String,
    /// The account that was made with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<String>,
}

impl InvitationDetails {
    fn of(invitation: Invitation, now: Timestamp) -> Self {
        let status = invitation.status(now).as_str();
        let (accepted, revoked) = match invitation.state {
            InvitationState::Open => (None, None),
            InvitationState::Accepted { user, at } => (Some((user, at)), None),
            InvitationState::Revoked { at } => (None, Some(at)),
        };
        Self {
            accepted_at: accepted.map(|(_, at)| at.into()),
            created_at: invitation.created_at.into(),
            email: invitation.email,
            expires_at: invitation.expires_at.into(),
            id: invitation.id.to_string(),
            invited_by: match invitation.inviter {
                Inviter::Person(user) => Some(user.to_string()),
                Inviter::System(key) => Some(key.to_string()),
                Inviter::Console => None,
            },
            revoked_at: revoked.map(Time),
            role: invitation.role.as_str(),
            status,
            tenant_id: invitation.tenant.to_string(),
            user_id: accepted.map(|(user, _)| user.to_string()),
        }
    }
}
