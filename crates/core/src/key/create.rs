//! Creating API keys.

use super::PREFIX;
use super::manage::KeyError;
use super::model::{ApiKey, ApiKeyStatus, Change, Environment};
use crate::access::{Caller, Forbidden, Permission, Role};
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
    let created_by = match caller {
        Caller::Person(person) => Some(person.user),
        Caller::System(_) => return Err(Forbidden::PersonsOnly.into()),
        Caller::Console(_) => None,
    };
    let rank = ask.rank.unwrap_or(Role::Member);
    // A key administers users up to its rank, but most people only those below theirs.
    let administers = ask.scopes.iter().any(|s| matches!(s, Permission::UserWrite | Permission::UserDelete));
    if rank > caller.rank() || (administers && !caller.rank().may_appoint(rank)) {
        return Err(KeyError::Rank);
    }
    if let Some(scope) = ask.scopes.iter().find(|s| !s.may_be_delegated_by(caller.rank())) {
        return Err(KeyError::Scope(*scope));
    }
    let event = Event::new(EventName::KeyCreated, Some(caller.tenant())).by(caller).from(source);
    insert(parts, caller.tenant(), created_by, ask, event).await
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
