//! The first start: the default tenant, the first administrator, the signing keys. No password is ever made up.

use super::model::{Change, Installation};
use crate::access::Role;
use crate::audit::{Event, EventName};
use crate::commit::{self, Commit, CommitError, Guard, Row};
use crate::fault::Fault;
use crate::id::{TenantId, UserId};
use crate::mfa::MfaPolicy;
use crate::on_behalf::OnBehalfPolicy;
use crate::parts::Parts;
use crate::password::PasswordPolicy;
use crate::risk::RiskConfig;
use crate::signing_key::{self, Signing, UnsealError};
use crate::tenant::{self, Tenant, TenantStatus};
use crate::ticket::TicketPolicy;
use crate::ticket::{self, Mint, MintError, Minted};
use crate::time::Timestamp;
use crate::user::{self, User, UserStatus};

/// The name of the first administrator.
pub const ADMIN_USERNAME: &str = "admin";

/// Why this process may not use this store.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum InstallError {
    /// The master key is another one than the store was made with.
    #[error(
        "this store was made with another master key (fingerprint {stored}, given {given}): \
         start with the key file that belongs to it, or restore that file from its backup"
    )]
    MasterKey {
        /// The fingerprint that the store keeps.
        stored: String,
        /// The given key's.
        given: String,
    },
    /// The issuer is another one than the store was made with.
    #[error(
        "this store was made for the issuer {stored}, but the configuration says {given}: every token out there \
         names the former; set server.issuer to it, or start on an empty data directory"
    )]
    Issuer {
        /// The issuer that the store keeps.
        stored: String,
        /// The configured one.
        given: String,
    },
    /// The signing keys do not open.
    #[error(transparent)]
    Keys(#[from] UnsealError),
    /// The store does not work.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// What was found or made.
#[derive(Clone, Debug)]
pub struct Installed {
    /// The installation.
    pub installation: Installation,
    /// Whether this call made it.
    pub first_start: bool,
}

/// Makes the installation if there is none, else checks that this process belongs to it; then loads the keys.
/// `master_fingerprint` is the given master key's; the issuer is the policy's.
///
/// # Errors
/// [`InstallError`]
pub async fn ensure(parts: &Parts, master_fingerprint: &str) -> Result<Installed, InstallError> {
    let found = parts.store.installation().await.map_err(Fault::from)?;
    let installed = match found {
        Some(installation) => Installed { installation, first_start: false },
        None => create(parts, master_fingerprint).await?,
    };
    let Installation { master_fingerprint: stored, issuer, .. } = &installed.installation;
    require_same((stored, issuer), (master_fingerprint, &parts.policy.issuer))?;
    parts.keys.load(&*parts.store, parts.now()).await?;
    Ok(installed)
}

/// A ticket that signs the oldest active super administrator of a tenant in.
///
/// # Errors
/// [`MintError::UnknownUser`] if there is none.
pub async fn admin_ticket(parts: &Parts, tenant: TenantId) -> Result<Minted, MintError> {
    let admin = parts.store.first_with_role(tenant, Role::SuperAdmin).await.map_err(Fault::from)?;
    let admin = admin.ok_or(MintError::UnknownUser)?;
    ticket::mint_at_console(parts, tenant, Mint::for_user(admin.user.id)).await
}

/// Demands that a process belongs to a store: of each, the master key's fingerprint and the issuer.
///
/// # Errors
/// [`InstallError::MasterKey`] and [`InstallError::Issuer`].
pub fn require_same(stored: (&str, &str), given: (&str, &str)) -> Result<(), InstallError> {
    let both = |stored: &str, given: &str| (stored.to_owned(), given.to_owned());
    if stored.0 != given.0 {
        let (stored, given) = both(stored.0, given.0);
        return Err(InstallError::MasterKey { stored, given });
    }
    if stored.1 != given.1 {
        let (stored, given) = both(stored.1, given.1);
        return Err(InstallError::Issuer { stored, given });
    }
    Ok(())
}

async fn create(parts: &Parts, master_fingerprint: &str) -> Result<Installed, InstallError> {
    let now = parts.now();
    let installation = Installation {
        master_fingerprint: master_fingerprint.to_owned(),
        issuer: parts.policy.issuer.clone(),
        default_tenant: TenantId::generate(now, &*parts.rng),
        created_at: now,
        rev: 1,
    };
    let commit = first_commit(parts, &installation, now);
    match parts.store.commit(commit).await {
        Ok(_) => Ok(Installed { installation, first_start: true }),
        // Another process was faster: its installation is the one.
        Err(CommitError::Conflict(_)) => {
            let other = parts.store.installation().await.map_err(Fault::from)?.ok_or(Fault::Unavailable)?;
            Ok(Installed { installation: other, first_start: false })
        }
        Err(other) => Err(Fault::from(other).into()),
    }
}

fn first_commit(parts: &Parts, installation: &Installation, now: Timestamp) -> Commit {
    let tenant = first_tenant(installation.default_tenant, now);
    let admin = first_admin(UserId::generate(now, &*parts.rng), tenant.id, now);
    let event = Event::new(EventName::Installed, None)
        .by_console()
        .subject(admin.id)
        .text("issuer", installation.issuer.clone());
    // The installation's guard comes first, so that a conflict means that somebody else was faster.
    let keys = signing_key::generate(parts, now);
    let user_event = Event::new(EventName::UserCreated, Some(tenant.id)).by_console().subject(admin.id);
    let membership = user::insertion_changes(&admin, None, Role::SuperAdmin, now);
    let commit = Commit::new(event.into_row(now, &*parts.rng))
        .audit(user_event.into_row(now, &*parts.rng))
        .guard(Guard::Rev { row: Row::Installation, rev: 0 })
        .change(commit::Change::Installation(Change::Create(installation.clone())))
        .change(commit::Change::SigningKeys(signing_key::Change::Replace(keys)))
        .change(commit::Change::Tenant(tenant::Change::Create(tenant)));
    membership.into_iter().fold(commit, Commit::change)
}

/// The tenant of a new installation.
pub(crate) fn first_tenant(id: TenantId, now: Timestamp) -> Tenant {
    Tenant {
        id,
        name: "default".to_owned(),
        status: TenantStatus::Active,
        is_default: true,
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
    }
}

/// The administrator of a new installation, who has no password yet.
pub(crate) fn first_admin(id: UserId, tenant: TenantId, now: Timestamp) -> User {
    User {
        id,
        tenant,
        status: UserStatus::Active,
        username: Some(ADMIN_USERNAME.to_owned()),
        email: None,
        phone: None,
        external_id: None,
        email_verified_at: None,
        phone_verified_at: None,
        language: None,
        nickname: None,
        has_password: false,
        must_change_password: false,
        password_changed_at: None,
        password_compromised_at: None,
        fence: 0,
        rev: 1,
        created_at: now,
        updated_at: now,
    }
}
