//! Creating API keys.

use super::PREFIX;
use super::manage::{KeyError, event, require_manager};
use super::model::{ApiKey, ApiKeyStatus, Change, Environment};
use super::network::NewRestriction;
use super::restrict::{checked_clients, checked_network};
use crate::access::{Caller, Permission, Role};
use crate::audit::{EventName, Source};
use crate::commit::{self, Commit, Guard, Row};
use crate::id::{ApiKeyId, ClientId};
use crate::parts::Parts;
use crate::ports::random;
use crate::text;
use crate::time::Timestamp;
use authms_crypto::{OpaqueToken, Secret, SecretString};

/// An API key to be created.
#[derive(Clone, Default, Debug)]
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
    /// The networks that it may be used from; from anywhere if there are none.
    pub networks: Vec<NewRestriction>,
    /// The only clients that it mints tickets for; any if there are none.
    pub clients: Vec<ClientId>,
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
    require_manager(caller)?;
    let rank = ask.rank.unwrap_or(Role::Member);
    require_may_give(caller, rank, &ask.scopes)?;
    let now = parts.now();
    if ask.expires_at.is_some_and(|at| at <= now) {
        return Err(KeyError::Expiry);
    }
    let mut networks = Vec::with_capacity(ask.networks.len());
    for network in ask.networks {
        networks.push(checked_network(parts, &networks, network)?);
    }
    let clients = checked_clients(parts, caller.tenant(), ask.clients).await?;
    let id = ApiKeyId::generate(now, &*parts.rng);
    let token = OpaqueToken { id: *id.bytes(), secret: Secret::new(random(&*parts.rng)) };
    let key = ApiKey {
        id,
        tenant: caller.tenant(),
        name: text::label("name", &ask.name, 100)?,
        created_by: caller.person().ok().map(|p| p.user),
        secret_hash: token.hash(),
        previous_secret: None,
        scopes: ask.scopes,
        rank,
        networks,
        clients,
        environment: ask.environment.unwrap_or(Environment::Live),
        status: ApiKeyStatus::Active,
        expires_at: ask.expires_at,
        fence: 0,
        rev: 1,
        created_at: now,
        updated_at: now,
        last_use: None,
    };
    let scopes: Vec<_> = key.scopes.iter().map(|s| s.as_str()).collect();
    let event = event(EventName::KeyCreated, caller, id, source)
        .text("scopes", scopes.join(" "))
        .text("rank", key.rank.as_str());
    let commit = Commit::new(event.into_row(now, &*parts.rng))
        .guard(Guard::Rev { row: Row::ApiKey(id), rev: 0 })
        .change(commit::Change::ApiKey(Change::Create(Box::new(key.clone()))));
    parts.store.commit(commit).await?;
    Ok(CreatedKey { key, raw: token.format(PREFIX) })
}

/// Demands that the caller may give a key this rank and these scopes: whoever changes what a key may do, or gets to know
/// its secret, could have created it.
pub(super) fn require_may_give(caller: &Caller, rank: Role, scopes: &[Permission]) -> Result<(), KeyError> {
    let giver = caller.rank();
    // A key administers users up to its rank, but most people only those below theirs.
    let administers = scopes.iter().any(|s| matches!(s, Permission::UserWrite | Permission::UserDelete));
    if rank > giver || (administers && !giver.may_appoint(rank)) {
        return Err(KeyError::Rank);
    }
    match scopes.iter().find(|s| !s.may_be_delegated_by(giver)) {
        Some(scope) => Err(KeyError::Scope(*scope)),
        None => Ok(()),
    }
}
