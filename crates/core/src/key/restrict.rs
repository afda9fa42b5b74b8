//! What an API key may do: its scopes, its networks, its clients.

use super::create::require_may_give;
use super::manage::{KeyError, changeable, event, update};
use super::model::ApiKey;
use super::network::{NewRestriction, Restriction};
use crate::access::{Caller, Permission};
use crate::audit::{EventName, Source};
use crate::fault::Fault;
use crate::id::{ApiKeyId, ClientId, RestrictionId, TenantId};
use crate::parts::Parts;
use crate::text::{self, InvalidText};

/// The most clients that a key may list.
const MAX_CLIENTS: usize = 32;

/// Replaces a key's scopes.
///
/// # Errors
/// [`KeyError`]
pub async fn set_scopes(
    parts: &Parts,
    caller: &Caller,
    id: ApiKeyId,
    scopes: Vec<Permission>,
    source: &Source,
) -> Result<ApiKey, KeyError> {
    let before = changeable(parts, caller, id).await?;
    require_may_give(caller, before.rank, &scopes)?;
    let names: Vec<_> = scopes.iter().map(|s| s.as_str()).collect();
    let event = event(EventName::KeyUpdated, caller, id, source).text("scopes", names.join(" "));
    update(parts, ApiKey { scopes, ..before }, event).await
}

/// Restricts a key to one more network; the first shuts out everything else.
///
/// # Errors
/// [`KeyError`]
pub async fn add_network(
    parts: &Parts,
    caller: &Caller,
    id: ApiKeyId,
    ask: NewRestriction,
    source: &Source,
) -> Result<ApiKey, KeyError> {
    let mut key = changeable(parts, caller, id).await?;
    let new = checked_network(parts, &key.networks, ask)?;
    let event =
        event(EventName::KeyUpdated, caller, id, source).text("network_added", new.value().to_string());
    key.networks.push(new);
    update(parts, key, event).await
}

/// Removes one of a key's networks. Without any, it may be used from anywhere.
///
/// # Errors
/// [`KeyError`]
pub async fn remove_network(
    parts: &Parts,
    caller: &Caller,
    id: ApiKeyId,
    network: RestrictionId,
    source: &Source,
) -> Result<ApiKey, KeyError> {
    let mut key = changeable(parts, caller, id).await?;
    let at = key.networks.iter().position(|n| n.id == network).ok_or(KeyError::UnknownNetwork)?;
    let gone = key.networks.remove(at);
    let event =
        event(EventName::KeyUpdated, caller, id, source).text("network_removed", gone.value().to_string());
    update(parts, key, event).await
}

/// Has a key mint only tickets that are bound to one of these clients; without any, it mints for all.
///
/// # Errors
/// [`KeyError`]
pub async fn set_clients(
    parts: &Parts,
    caller: &Caller,
    id: ApiKeyId,
    clients: Vec<ClientId>,
    source: &Source,
) -> Result<ApiKey, KeyError> {
    let before = changeable(parts, caller, id).await?;
    let clients = checked_clients(parts, before.tenant, clients).await?;
    let names: Vec<_> = clients.iter().map(ToString::to_string).collect();
    let event = event(EventName::KeyUpdated, caller, id, source).text("clients", names.join(" "));
    update(parts, ApiKey { clients, ..before }, event).await
}

/// A network that may stand beside `others`.
pub(super) fn checked_network(
    parts: &Parts,
    others: &[Restriction],
    ask: NewRestriction,
) -> Result<Restriction, InvalidText> {
    let member = "value";
    let network = text::network(member, &ask.value)?;
    if others.iter().any(|other| other.network == network) {
        return Err(InvalidText { member, problem: "is listed already" });
    }
    if others.len() >= Restriction::MAX {
        return Err(InvalidText {
            member,
            problem: "would be one more than the 32 networks that a key may have",
        });
    }
    let label = ask.label.as_deref().map(|l| text::label("label", l, 100)).transpose()?;
    Ok(Restriction { id: RestrictionId::generate(parts.now(), &*parts.rng), network, label })
}

/// Clients of this tenant, each once.
pub(super) async fn checked_clients(
    parts: &Parts,
    tenant: TenantId,
    mut clients: Vec<ClientId>,
) -> Result<Vec<ClientId>, KeyError> {
    clients.sort_unstable();
    clients.dedup();
    if clients.len() > MAX_CLIENTS {
        return Err(InvalidText { member: "client_ids", problem: "must list at most 32 clients" }.into());
    }
    for id in &clients {
        let client = parts.store.client(*id).await.map_err(Fault::from)?;
        client.filter(|c| c.tenant == tenant).ok_or(KeyError::UnknownClient)?;
    }
    Ok(clients)
}
