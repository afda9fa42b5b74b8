//! What a tenant asks of its tickets.

pub mod show;
pub mod update;

use authms_core::parts::Policy;
use authms_core::ticket::{Purpose, TicketPolicy};
use serde::Serialize;
use utoipa::ToSchema;

/// A tenant's rules for minting.
#[derive(Serialize, ToSchema, Debug)]
pub struct TicketPolicyDetails {
    /// The lifetime of a ticket whose minter does not say, in seconds; null: the installation's.
    default_ttl_seconds: Option<i64>,
    /// Whether every ticket must be bound to a client, a proof, an address or a context.
    forbid_unbound: bool,
    /// The longest lifetime, in seconds; null: the installation's.
    max_ttl_seconds: Option<i64>,
    /// Whether every ticket must name its client.
    require_client: bool,
    /// Whether every ticket must have a proof.
    require_proof: bool,
    /// What follows from these and from the installation.
    effective: EffectiveTicketLifetimes,
}

/// How long tickets live, in seconds.
#[derive(Serialize, ToSchema, Debug)]
pub struct EffectiveTicketLifetimes {
    /// If the minter does not say.
    default_ttl_seconds: i64,
    /// At the most.
    max_ttl_seconds: i64,
    /// On somebody's behalf, if the minter does not say.
    on_behalf_ttl_seconds: i64,
}

fn render(policy: &TicketPolicy, installation: &Policy) -> TicketPolicyDetails {
    let usual = |purpose| policy.usual(installation, purpose).as_seconds();
    TicketPolicyDetails {
        default_ttl_seconds: policy.default_ttl.map(|ttl| ttl.as_seconds()),
        forbid_unbound: policy.forbid_unbound,
        max_ttl_seconds: policy.max_ttl.map(|ttl| ttl.as_seconds()),
        require_client: policy.require_client,
        require_proof: policy.require_proof,
        effective: EffectiveTicketLifetimes {
            default_ttl_seconds: usual(Purpose::Sso),
            max_ttl_seconds: policy.longest().as_seconds(),
            on_behalf_ttl_seconds: usual(Purpose::OnBehalf),
        },
    }
}
