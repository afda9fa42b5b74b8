//! What a tenant asks of its tickets when they are minted.

use super::mint::{Mint, MintError};
use super::model::Purpose;
use crate::access::{Caller, Permission};
use crate::audit::{Event, EventName, Source};
use crate::commit::{self, Commit, Guard, Row};
use crate::fault::Fault;
use crate::parts::{Parts, Policy};
use crate::tenant::{self, Tenant, TenantError};
use crate::text::InvalidText;
use crate::time::Span;

/// A tenant's rules for minting; the default asks for nothing and leaves lifetimes to the installation. What was minted
/// before a rule goes on: a ticket is over in ten minutes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct TicketPolicy {
    /// Every ticket is for one client.
    pub require_client: bool,
    /// Every ticket has a proof.
    pub require_proof: bool,
    /// No ticket is without client, proof, network and context.
    pub forbid_unbound: bool,
    /// How long an `sso` ticket lives if the minter does not say; the installation's if absent.
    pub default_ttl: Option<Span>,
    /// How long a ticket lives at the most; [`Mint::MAX_TTL`] if absent.
    pub max_ttl: Option<Span>,
}

impl TicketPolicy {
    /// The policy that a ticket of this caller must meet: the tenant's. The operator at the command line is above it, or
    /// else a policy could lock everybody out for good.
    pub(super) fn of(caller: &Caller, tenant: Option<&Tenant>) -> Self {
        match caller {
            Caller::Console(_) => Self::default(),
            Caller::Person(_) | Caller::System(_) => tenant.map(|t| t.ticket_policy).unwrap_or_default(),
        }
    }

    /// The longest lifetime of a ticket.
    pub fn longest(&self) -> Span {
        self.max_ttl.unwrap_or(Mint::MAX_TTL)
    }

    /// The lifetime of a ticket of this purpose whose minter does not say.
    pub fn usual(&self, installation: &Policy, purpose: Purpose) -> Span {
        let usual = match purpose {
            Purpose::Sso => self.default_ttl.unwrap_or(installation.ticket_ttl),
            Purpose::OnBehalf => installation.on_behalf_ttl,
        };
        usual.min(self.longest())
    }

    /// The lifetime of a ticket.
    ///
    /// # Errors
    /// [`MintError::Lifetime`] or [`MintError::TooLong`] if the one asked for is out of range.
    pub(super) fn lifetime(
        &self,
        installation: &Policy,
        purpose: Purpose,
        asked: Option<i64>,
    ) -> Result<Span, MintError> {
        let Some(seconds) = asked else { return Ok(self.usual(installation, purpose)) };
        let ttl = Span::seconds(seconds.clamp(0, i64::from(i32::MAX)));
        if !(Mint::MIN_TTL..=Mint::MAX_TTL).contains(&ttl) {
            return Err(MintError::Lifetime);
        }
        if ttl > self.longest() { Err(MintError::TooLong(self.longest())) } else { Ok(ttl) }
    }

    /// That a ticket is bound to what it must be bound to.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub(super) fn check(&self, ask: &Mint) -> Result<(), MintError> {
        let place = ask.bindings.ip.is_some() || ask.bindings.context.is_some();
        if self.require_client && ask.client.is_none() {
            Err(MintError::NeedsClient)
        } else if self.require_proof && ask.proof.is_none() {
            Err(MintError::NeedsProof)
        } else if self.forbid_unbound && ask.client.is_none() && ask.proof.is_none() && !place {
            Err(MintError::Unbound)
        } else {
            Ok(())
        }
    }
}

/// What is to change; absent members stay. Lifetimes in seconds; an inner `None` goes back to the installation's.
#[derive(Clone, Copy, Debug, Default)]
pub struct UpdateTicketPolicy {
    /// See [`TicketPolicy::require_client`].
    pub require_client: Option<bool>,
    /// See [`TicketPolicy::require_proof`].
    pub require_proof: Option<bool>,
    /// See [`TicketPolicy::forbid_unbound`].
    pub forbid_unbound: Option<bool>,
    /// See [`TicketPolicy::default_ttl`].
    pub default_ttl: Option<Option<i64>>,
    /// See [`TicketPolicy::max_ttl`].
    pub max_ttl: Option<Option<i64>>,
}

/// The policy of the caller's tenant.
///
/// # Errors
/// [`TenantError`]
pub async fn policy(parts: &Parts, caller: &Caller) -> Result<TicketPolicy, TenantError> {
    caller.require(Permission::TenantRead)?;
    Ok(own(parts, caller).await?.ticket_policy)
}

/// Changes the policy of the caller's tenant, for what is minted from now on.
///
/// # Errors
/// [`TenantError`]
pub async fn update_policy(
    parts: &Parts,
    caller: &Caller,
    ask: UpdateTicketPolicy,
    source: &Source,
) -> Result<TicketPolicy, TenantError> {
    caller.require(Permission::TenantWrite)?;
    let tenant = own(parts, caller).await?;
    let policy = changed(tenant.ticket_policy, ask)?;
    let rev = tenant.rev;
    let after = Tenant { ticket_policy: policy, rev: rev + 1, ..tenant };
    let commit = Commit::new(event(&after, caller).from(source).into_row(parts.now(), &*parts.rng))
        .guard(Guard::Rev { row: Row::Tenant(after.id), rev })
        .change(commit::Change::Tenant(tenant::Change::Update(after)));
    parts.store.commit(commit).await?;
    Ok(policy)
}

async fn own(parts: &Parts, caller: &Caller) -> Result<Tenant, TenantError> {
    parts.store.tenant(caller.tenant()).await.map_err(Fault::from)?.ok_or(TenantError::Unknown)
}

fn changed(before: TicketPolicy, ask: UpdateTicketPolicy) -> Result<TicketPolicy, InvalidText> {
    let after = TicketPolicy {
        require_client: ask.require_client.unwrap_or(before.require_client),
        require_proof: ask.require_proof.unwrap_or(before.require_proof),
        forbid_unbound: ask.forbid_unbound.unwrap_or(before.forbid_unbound),
        default_ttl: lifetime("default_ttl_seconds", ask.default_ttl, before.default_ttl)?,
        max_ttl: lifetime("max_ttl_seconds", ask.max_ttl, before.max_ttl)?,
    };
    if after.default_ttl.is_some_and(|usual| usual > after.longest()) {
        let problem = "must not be above max_ttl_seconds";
        return Err(InvalidText { member: "default_ttl_seconds", problem });
    }
    Ok(after)
}

fn lifetime(
    member: &'static str,
    asked: Option<Option<i64>>,
    before: Option<Span>,
) -> Result<Option<Span>, InvalidText> {
    match asked {
        None => Ok(before),
        Some(None) => Ok(None),
        Some(Some(seconds @ 10..=600)) => Ok(Some(Span::seconds(seconds))),
        Some(Some(_)) => Err(InvalidText { member, problem: "must be between 10 and 600" }),
    }
}

/// Tells the whole policy, so that the log can be read without what went before.
fn event(tenant: &Tenant, caller: &Caller) -> Event {
    let policy = &tenant.ticket_policy;
    let yes = |rule: bool| if rule { "yes" } else { "no" };
    let event = Event::new(EventName::TicketPolicyChanged, Some(tenant.id))
        .by(caller)
        .text("require_client", yes(policy.require_client))
        .text("require_proof", yes(policy.require_proof))
        .text("forbid_unbound", yes(policy.forbid_unbound));
    let ttls = [("default_ttl_seconds", policy.default_ttl), ("max_ttl_seconds", policy.max_ttl)];
    ttls.into_iter().fold(event, |event, (member, ttl)| match ttl {
        Some(ttl) => event.number(member, ttl.as_seconds()),
        None => event,
    })
}
