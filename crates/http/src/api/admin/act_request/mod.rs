//! Requests to act on somebody's behalf.

pub mod approve;
pub mod ask;
pub mod list;
pub mod refuse;
pub mod show;

use crate::wire::Time;
use authms_core::on_behalf::{ActEnd, ActRequest};
use authms_core::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// A request to act on somebody's behalf.
#[derive(Serialize, ToSchema, Debug)]
pub struct ActRequestDetails {
    /// Who wants to act.
    actor_id: String,
    /// Whether the user agreed.
    agreed: bool,
    /// The administrator who approved.
    #[serde(skip_serializing_if = "Option::is_none")]
    approved_by: Option<String>,
    /// At which client; absent: not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    /// When it was asked.
    created_at: Time,
    /// When it is over: ten minutes after it was asked, or after it was last cleared.
    expires_at: Time,
    /// Its identifier, `obr_…`.
    id: String,
    /// Why.
    reason: String,
    /// What it is filed under elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    /// Who refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    refused_by: Option<String>,
    /// `open`, `refused`, `used` or `expired`.
    status: &'static str,
    /// For whom.
    user_id: String,
    /// Whether anything is to be changed, not only looked at.
    write: bool,
}

impl ActRequestDetails {
    /// As it stands now.
    pub fn of(request: ActRequest, now: Timestamp) -> Self {
        let status = request.status(now).as_str();
        let refused_by = match request.end {
            Some(ActEnd::Refused(user)) => Some(user.to_string()),
            Some(ActEnd::Used) | None => None,
        };
        Self {
            actor_id: request.actor.to_string(),
            agreed: request.agreed,
            approved_by: request.approved_by.map(|user| user.to_string()),
            client_id: request.client.map(|client| client.to_string()),
            created_at: request.created_at.into(),
            expires_at: request.expires_at.into(),
            id: request.id.to_string(),
            reason: request.reason,
            reference: request.terms.reference,
            refused_by,
            status,
            user_id: request.subject.to_string(),
            write: request.terms.writes,
        }
    }
}
