//! Tickets of the caller's tenant; their secrets are nowhere to be seen.

pub mod list;
pub mod revoke;
pub mod revoke_all;
pub mod show;

use crate::wire::Time;
use authms_core::ticket::{Minter, Ticket, TicketState};
use authms_core::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// A ticket, without its secret.
#[derive(Serialize, ToSchema, Debug)]
pub struct TicketDetails {
    /// How often somebody with the right secret failed a binding.
    attempts: u8,
    /// What the redeemer must show besides the ticket: `client_id`, `proof`, `ip`, `redirect_uri`, `context`.
    bindings: Vec<&'static str>,
    /// The only client that may redeem it.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    /// When it was minted.
    created_at: Time,
    /// When it stops signing in.
    expires_at: Time,
    /// Its identifier.
    id: String,
    /// The network that it must be redeemed from.
    #[serde(skip_serializing_if = "Option::is_none")]
    ip: Option<String>,
    /// Who minted it.
    minter: TicketMinter,
    /// `sso` or `on_behalf`.
    purpose: &'static str,
    /// Why the minter acts on the user's behalf.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// The redirect URI that the redeemer must name.
    #[serde(skip_serializing_if = "Option::is_none")]
    redirect_uri: Option<String>,
    /// How often it was redeemed again after it was spent.
    replays: u32,
    /// When it was revoked.
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_at: Option<Time>,
    /// Why: `withdrawn`, `reported`, `replaced`, `attempts`, `risk` or `restored`.
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_why: Option<&'static str>,
    /// The session that it opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    session_id: Option<String>,
    /// When it was redeemed.
    #[serde(skip_serializing_if = "Option::is_none")]
    spent_at: Option<Time>,
    /// `issued`, `spent`, `expired` or `revoked`.
    status: &'static str,
    /// The tenant that it signs in to.
    tenant_id: String,
    /// Whom it signs in.
    user_id: String,
}

/// Who minted a ticket.
#[derive(Serialize, ToSchema, Debug)]
pub struct TicketMinter {
    /// The API key or the user; absent for the command line.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    /// `api_key`, `user` or `console`.
    #[serde(rename = "type")]
    kind: &'static str,
}

impl From<Minter> for TicketMinter {
    fn from(minter: Minter) -> Self {
        match minter {
            Minter::System(key) => Self { id: Some(key.to_string()), kind: "api_key" },
            Minter::Person { user, .. } => Self { id: Some(user.to_string()), kind: "user" },
            Minter::Console => Self { id: None, kind: "console" },
        }
    }
}

impl TicketDetails {
    /// The ticket as it is now.
    pub fn of(ticket: Ticket, now: Timestamp) -> Self {
        let status = ticket.status(now).as_str();
        let bindings = [
            ("client_id", ticket.client.is_some()),
            ("proof", ticket.proof.is_some()),
            ("ip", ticket.network.is_some()),
            ("redirect_uri", ticket.redirect_uri.is_some()),
            ("context", ticket.context_hash.is_some()),
        ];
        let (spent, revoked) = match ticket.state {
            TicketState::Issued => (None, None),
            TicketState::Spent { session, at } => (Some((session, at)), None),
            TicketState::Revoked { at, why } => (None, Some((at, why))),
        };
        Self {
            attempts: ticket.attempts,
            bindings: bindings.into_iter().filter(|(_, bound)| *bound).map(|(name, _)| name).collect(),
            client_id: ticket.client.map(|c| c.to_string()),
            created_at: ticket.created_at.into(),
            expires_at: ticket.expires_at.into(),
            id: ticket.id.to_string(),
            ip: ticket.network.map(|n| n.to_string()),
            minter: ticket.minter.into(),
            purpose: ticket.purpose.as_str(),
            reason: ticket.reason,
            redirect_uri: ticket.redirect_uri,
            replays: ticket.replays,
            revoked_at: revoked.map(|(at, _)| at.into()),
            revoked_why: revoked.map(|(_, why)| why.as_str()),
            session_id: spent.map(|(session, _)| session.to_string()),
            spent_at: spent.map(|(_, at)| at.into()),
            status,
            tenant_id: ticket.tenant.to_string(),
            user_id: ticket.subject.to_string(),
        }
    }
}
