//! Minting: a ticket for a user, by a system or a person who may.

mod ask;
mod batch;
mod draft;
mod known;
mod rules;
mod watch;

pub use ask::{Existing, Mint, MintError, Minted};
pub use batch::{BatchOutcome, MAX_BATCH, mint_batch, require_batch};

use super::model::{Idempotency, Minter};
use crate::access::Caller;
use crate::audit::Source;
use crate::commit::Commit;
use crate::fault::Fault;
use crate::id::{TenantId, UserId};
use crate::parts::Parts;
use crate::ports::Member;
use draft::{By, Draft, Ground};

/// Mints a ticket.
///
/// # Errors
/// [`MintError`]; then nothing is stored.
pub async fn mint(parts: &Parts, caller: &Caller, ask: Mint, source: &Source) -> Result<Minted, MintError> {
    caller.require_tenant(ask.tenant)?;
    let minter = rules::minter_of(caller, &ask)?;
    watch::charge(parts, caller, 1).await?;
    let by = By { caller, minter, source };
    let key = draft::idempotency(minter, &ask)?;
    match attempt(parts, &by, ask, key).await {
        Err(refusal) if refusal.is_refusal() => Err(unless_repeated(parts, key, refusal).await?),
        other => other,
    }
}

/// Mints an `sso` ticket at the operator's command line, which ranks above everybody.
///
/// # Errors
/// [`MintError`]; then nothing is stored.
pub async fn mint_at_console(parts: &Parts, tenant: TenantId, ask: Mint) -> Result<Minted, MintError> {
    mint(parts, &Caller::Console(tenant), ask, &Source::default()).await
}

async fn attempt(
    parts: &Parts,
    by: &By<'_>,
    ask: Mint,
    key: Option<Idempotency>,
) -> Result<Minted, MintError> {
    let tenant = by.caller.tenant();
    let subject = member(parts, tenant, ask.user).await?;
    let client = match ask.client {
        Some(id) => parts.store.client(id).await.map_err(Fault::from)?,
        None => None,
    };
    let actor = match by.minter.acts_for(ask.user) {
        Some(actor) => Some(member(parts, tenant, actor).await?),
        None => None,
    };
    let tenant = parts.store.tenant(tenant).await.map_err(Fault::from)?;
    let ground =
        Ground { subject: &subject, client: client.as_ref(), tenant: tenant.as_ref(), actor: actor.as_ref() };
    let Draft { commit, minted } = Draft::new(parts, by, &ground, ask, key)?;
    // Who signs themself in elsewhere is not watched.
    let watched = !matches!(by.minter, Minter::Person { .. }) || ground.actor.is_some();
    let alarm = if watched { watch::count(parts, by, 1) } else { None };
    match parts.store.commit(alarm.iter().cloned().fold(commit, Commit::audit)).await {
        Ok(_) => Ok(minted),
        Err(error) => {
            watch::insist(parts, alarm).await;
            Err(draft::refused(key, error))
        }
    }
}

async fn member(parts: &Parts, tenant: TenantId, user: UserId) -> Result<Member, MintError> {
    let member = parts.store.member(tenant, user).await.map_err(Fault::from)?;
    rules::active(member.as_ref())?;
    member.ok_or(MintError::UnknownUser)
}

/// What to answer to a refused request: if it was granted before, then that, whatever has happened since.
async fn unless_repeated(
    parts: &Parts,
    key: Option<Idempotency>,
    refusal: MintError,
) -> Result<MintError, MintError> {
    let Some(asked) = key else { return Ok(refusal) };
    let known = parts.store.by_idempotency(asked.scope, asked.key_hash).await.map_err(Fault::from)?;
    Ok(match known {
        Some((id, before)) if before.request_hash == asked.request_hash => MintError::Repeated(id),
        Some(_) if refusal == MintError::Fault(Fault::Changed) => MintError::KeyReused,
        _ => refusal,
    })
}
