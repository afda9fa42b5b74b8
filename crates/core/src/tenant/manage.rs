//! Creating, looking at and changing tenants.
//!
//! The default tenant's super administrators operate the installation, and so does the command line: they create, list,
//! disable and enable tenants. The former see nothing inside of a tenant that they are no member of.

use super::model::{Change, Tenant, TenantStatus};
use crate::access::{Caller, Forbidden, Permission, Role};
use crate::audit::{Event, EventName, Source};
use crate::commit::{self, Commit, CommitError, Guard, Row, Unique};
use crate::fault::Fault;
use crate::id::{TenantId, UserId};
use crate::membership::{self, Membership};
use crate::mfa::MfaPolicy;
use crate::on_behalf::OnBehalfPolicy;
use crate::page::{Page, PageRequest};
use crate::parts::Parts;
use crate::password::PasswordPolicy;
use crate::risk::RiskConfig;
use crate::signing_key::{self, Algorithm, Signing};
use crate::text::{self, InvalidText};
use crate::ticket::TicketPolicy;

/// Why nothing was done to a tenant.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum TenantError {
    /// The caller may not.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// A member is malformed.
    #[error(transparent)]
    Invalid(#[from] InvalidText),
    /// No such tenant that the caller may see.
    #[error("no such tenant")]
    Unknown,
    /// Another tenant has this name.
    #[error("the tenant name is taken")]
    NameTaken,
    /// The default tenant cannot be disabled.
    #[error("the default tenant cannot be disabled")]
    Default,
    /// It could not be carried out.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<CommitError> for TenantError {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Taken(Unique::TenantName) => Self::NameTaken,
            other => Fault::from(other).into(),
        }
    }
}

/// What is to change; absent members stay.
#[derive(Clone, Debug, Default)]
pub struct UpdateTenant {
    /// A new name.
    pub name: Option<String>,
    /// A new status.
    pub status: Option<TenantStatus>,
    /// What its access tokens are signed by from now on, or as soon as a key for that was published for long enough.
    pub signing_algorithm: Option<Algorithm>,
}

/// Creates a tenant, with the caller as its first super administrator; at the command line it begins without anybody.
///
/// # Errors
/// [`TenantError::Forbidden`] for everybody but operators.
pub async fn create(
    parts: &Parts,
    caller: &Caller,
    name: &str,
    source: &Source,
) -> Result<Tenant, TenantError> {
    require_operator(parts, caller).await?;
    let founder = match caller {
        Caller::Console(_) => None,
        other => Some(other.person()?.user),
    };
    let now = parts.now();
    let tenant = Tenant {
        id: TenantId::generate(now, &*parts.rng),
        name: text::label("name", name, 64)?,
        status: TenantStatus::Active,
        is_default: false,
        signing: Signing::DEFAULT,
        ticket_policy: TicketPolicy::default(),
        on_behalf_policy: OnBehalfPolicy::default(),
        audit_retention: None,
        mfa_policy: MfaPolicy::default(),
        password_policy: PasswordPolicy::default(),
        risk_config: RiskConfig::default(),
        fence: 0,
        rev: 1,
        created_at: now,
        updated_at: now,
    };
    let event = Event::new(EventName::TenantCreated, Some(tenant.id)).by(caller).from(source);
    let commit = Commit::new(event.into_row(now, &*parts.rng))
        .guard(Guard::Rev { row: Row::Tenant(tenant.id), rev: 0 })
        .change(commit::Change::Tenant(Change::Create(tenant.clone())));
    let commit = match founder {
        Some(user) => commit.change(first_membership(&tenant, user)),
        None => commit,
    };
    parts.store.commit(commit).await?;
    Ok(tenant)
}

fn first_membership(tenant: &Tenant, user: UserId) -> commit::Change {
    commit::Change::Membership(membership::Change::Put(Membership {
        tenant: tenant.id,
        user,
        role: Role::SuperAdmin,
        fence: 0,
        rev: 1,
        removed: false,
        joined_at: tenant.created_at,
    }))
}

/// One tenant: the caller's own, or any for an operator.
///
/// # Errors
/// [`TenantError`]
pub async fn get(parts: &Parts, caller: &Caller, id: TenantId) -> Result<Tenant, TenantError> {
    caller.require(Permission::TenantRead)?;
    if id != caller.tenant() && require_operator(parts, caller).await.is_err() {
        return Err(TenantError::Unknown);
    }
    parts.store.tenant(id).await.map_err(Fault::from)?.ok_or(TenantError::Unknown)
}

/// All tenants, for an operator; for anybody else their own.
///
/// # Errors
/// [`TenantError`]
pub async fn list(parts: &Parts, caller: &Caller, page: PageRequest) -> Result<Page<Tenant>, TenantError> {
    caller.require(Permission::TenantRead)?;
    match require_operator(parts, caller).await {
        Ok(_) => Ok(parts.store.tenants(page).await.map_err(Fault::from)?),
        Err(TenantError::Forbidden(_)) => {
            let own = parts.store.tenant(caller.tenant()).await.map_err(Fault::from)?;
            let items: Vec<_> = own.into_iter().filter(|_| page.page == 1).collect();
            Ok(Page { items, total: 1, request: page })
        }
        Err(other) => Err(other),
    }
}

/// Renames, disables or enables a tenant, or changes how its tokens are signed. Its own super administrators may do so;
/// only its status is the operator's.
///
/// # Errors
/// [`TenantError`]
pub async fn update(
    parts: &Parts,
    caller: &Caller,
    id: TenantId,
    ask: UpdateTenant,
    source: &Source,
) -> Result<Tenant, TenantError> {
    caller.require(Permission::TenantWrite)?;
    if id != caller.tenant() || ask.status.is_some() {
        let operator = require_operator(parts, caller).await;
        if operator.is_err() && id != caller.tenant() {
            return Err(TenantError::Unknown);
        }
        operator?;
    }
    let before = parts.store.tenant(id).await.map_err(Fault::from)?.ok_or(TenantError::Unknown)?;
    let name = ask.name.as_deref().map(|n| text::label("name", n, 64)).transpose()?;
    let status = ask.status.unwrap_or(before.status);
    if before.is_default && status == TenantStatus::Disabled {
        return Err(TenantError::Default);
    }
    let ends = status == TenantStatus::Disabled && before.status != TenantStatus::Disabled;
    let algorithm = ask.signing_algorithm.unwrap_or(before.signing.algorithm);
    let mut after = Tenant {
        name: name.unwrap_or_else(|| before.name.clone()),
        status,
        signing: before.signing.changed_to(algorithm, &parts.keys.ring()),
        fence: before.fence + u32::from(ends),
        rev: before.rev + 1,
        ..before
    };
    let event = Event::new(EventName::TenantUpdated, Some(id))
        .by(caller)
        .text("status", status.as_str())
        .text("signing_algorithm", algorithm.as_str())
        .from(source);
    let mut commit = Commit::new(event.into_row(parts.now(), &*parts.rng))
        .guard(Guard::Rev { row: Row::Tenant(id), rev: before.rev })
        .change(commit::Change::Tenant(Change::Update(after.clone())));
    if algorithm != before.signing.algorithm {
        commit = signing_key::first_of(parts, algorithm, commit).await?;
    }
    after.updated_at = parts.store.commit(commit).await?.at;
    Ok(after)
}

async fn require_operator(parts: &Parts, caller: &Caller) -> Result<(), TenantError> {
    caller.require(Permission::TenantWrite)?;
    if matches!(caller, Caller::Console(_)) {
        return Ok(());
    }
    let default = parts.store.default_tenant().await.map_err(Fault::from)?;
    if default.is_some_and(|t| t.id == caller.tenant()) {
        Ok(())
    } else {
        Err(Forbidden::Permission(Permission::TenantWrite).into())
    }
}
