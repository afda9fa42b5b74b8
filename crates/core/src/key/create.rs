//! Creating API keys.

use super::PREFIX;
use super::manage::KeyError;
use super::model::{ApiKey, ApiKeyStatus, Change, Environment};
use crate::access::{Caller, Permission, Role};
use crate::audit::{Event, EventName, Source};
use crate::commit::{self, Commit, Guard, Row};
use crate::id::{ApiKeyId, TenantId, UserId};
use crate::parts::Parts;
use crate::ports::random;
use crate::text;
use crate::time::Timestamp;
use authms_crypto::{OpaqueToken, Secret, SecretString};

/// An API key to be created.
#[derive(Clone, Debug)]
pub struct CreateKey {
    /// A name to tell keys apart, 1–100 characters.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<Permission>,
    /// The highest rank of user that it may touch; `member` if absent.
    pub rank: Option<Role>,
    /// Live or test; live if absent.
    pub environment: Option<Environment>,
    /// When it stops authenticating; never if absent.
    pub expires_at: Option<Timestamp>,
}

/// A key with its raw text, which is shown this once.
#[derive(Clone, Debug)]
pub struct CreatedKey {
    /// The key.
    pub key: ApiKey,
    /// What the system presents.
    pub raw: SecretString,
}

/// Creates an API key in the caller's tenant. It never ranks above its creator, nor may it do what they may not.
///
/// # Errors
/// [`KeyError`]
pub async fn create(
    parts: &Parts,
    caller: &Caller,
    ask: CreateKey,
    source: &Source,
) -> Result<CreatedKey, KeyError> {
    caller.require(Permission::KeyWrite)?;
    let person = caller.person()?;
    let rank = ask.rank.unwrap_or(Role::Member);
    // A key administers users up to its rank, but most people only those below theirs.
    let administers = ask.scopes.iter().any(|s| matches!(s, Permission::UserWrite | Permission::UserDelete));
    if rank > person.role || (administers && !person.role.may_appoint(rank)) {
        return Err(KeyError::Rank);
    }
    if let Some(scope) = ask.scopes.iter().find(|s| !s.may_be_delegated_by(person.role)) {
        return Err(KeyError::Scope(*scope));
    }
    let event = Event::new(EventName::KeyCreated, Some(caller.tenant())).by(caller).from(source);
    insert(parts, caller.tenant(), Some(person.user), ask, event).await
}

/// Creates an API key at the operator's command line.
///
/// # Errors
/// [`KeyError`]
pub async fn create_at_console(
    parts: &Parts,
    tenant: TenantId,
    ask: CreateKey,
) -> Result<CreatedKey, KeyError> {
    let event = Event::new(EventName::KeyCreated, Some(tenant)).by_console();
    insert(parts, tenant, None, ask, event).await
}

async fn insert(
    parts: &Parts,
    tenant: TenantId,
    created_by: Option<UserId>,
    ask: CreateKey,
    event: Event,
) -> Result<CreatedKey, KeyError> {
    let now = parts.now();
    if ask.expires_at.is_some_and(|at| at <= now) {
        return Err(KeyError::Expiry);
    }
    if let Some(scope) = ask.scopes.iter().find(|s| !s.is_scope()) {
        return Err(KeyError::Scope(*scope));
    }
    let id = ApiKeyId::generate(now, &*parts.rng);
    let token = OpaqueToken { id: *id.bytes(), secret: Secret::new(random(&*parts.rng)) };
    let key = ApiKey {
        id,
        tenant,
        name: text::label("name", &ask.name, 100)?,
        created_by,
        secret_hash: token.hash(),
        scopes: ask.scopes,
        rank: ask.rank.unwrap_or(Role::Member),
        environment: ask.environment.unwrap_or(Environment::Live),
        status: ApiKeyStatus::Active,
        expires_at: ask.expires_at,
        fence: 0,
        rev: 1,
        created_at: now,
        updated_at: now,
    };
    let scopes: Vec<_> = key.scopes.iter().map(|s| s.as_str()).collect();
    let event = event.key(id).text("scopes", scopes.join(" ")).text("rank", key.rank.as_str());
    let commit = Commit::new(event.into_row(now, &*parts.rng))
        .guard(Guard::Rev { row: Row::ApiKey(id), rev: 0 })
        .change(commit::Change::ApiKey(Change::Create(Box::new(key.clone()))));
    parts.store.commit(commit).await?;
    Ok(CreatedKey { key, raw: token.format(PREFIX) })
}
