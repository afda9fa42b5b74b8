//! Minting: a ticket for a user, by a system or a person who may.

mod ask;
mod batch;
mod draft;
mod known;
mod look;
mod newcomer;
mod rules;
mod watch;
mod weigh;

pub use ask::{Existing, Mint, MintError, Minted, Subject};
pub use batch::{BatchOutcome, MAX_BATCH, mint_batch, require_batch};
pub(crate) use watch::charge_minter;
pub(crate) use weigh::weigh;

use super::model::{Idempotency, Minter};
use crate::access::Caller;
use crate::audit::Source;
use crate::commit::{Commit, CommitError, Guard};
use crate::fault::Fault;
use crate::id::TenantId;
use crate::parts::Parts;
use draft::{By, Draft};
use look::look;

/// How often a user is looked for whom others create at the same moment.
const TRIES: usize = 3;

/// Mints a ticket.
///
/// # Errors
/// [`MintError`]; then nothing is stored.
pub async fn mint(parts: &Parts, caller: &Caller, ask: Mint, source: &Source) -> Result<Minted, MintError> {
    caller.require_tenant(ask.tenant)?;
    let minter = rules::minter_of(caller, &ask)?;
    watch::charge_minter(parts, caller, 1).await?;
    let by = By { caller, minter, source };
    let key = draft::idempotency(minter, &ask)?;
    let act = watch::Act::of(&by, &ask);
    let outcome = match ask.user {
        Subject::User(_) => attempt(parts, &by, ask, key).await,
        Subject::External(_) => persist(parts, &by, ask, key).await,
    };
    match outcome {
        Err(refusal) if refusal.is_refusal() => {
            let refusal = unless_repeated(parts, key, refusal).await?;
            act.refused(parts, &by, &refusal).await?;
            Err(refusal)
        }
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

/// Tries again where somebody else has created the same user meanwhile.
async fn persist(
    parts: &Parts,
    by: &By<'_>,
    ask: Mint,
    key: Option<Idempotency>,
) -> Result<Minted, MintError> {
    for _ in 1..TRIES {
        match attempt(parts, by, ask.clone(), key).await {
            Err(MintError::Fault(Fault::Changed)) => {}
            other => return other,
        }
    }
    attempt(parts, by, ask, key).await
}

async fn attempt(
    parts: &Parts,
    by: &By<'_>,
    ask: Mint,
    key: Option<Idempotency>,
) -> Result<Minted, MintError> {
    let (looked, ask) = look(parts, by, ask).await?;
    let ground = looked.ground();
    let Draft { commit, minted } = Draft::new(parts, by, &ground, ask, key)?;
    // Who signs themself in elsewhere is not watched.
    let watched = !matches!(by.minter, Minter::Person { .. }) || ground.actor.is_some();
    let alarm = if watched { watch::count(parts, by, 1) } else { None };
    let used = commit.guards().iter().position(|guard| matches!(guard, Guard::ActRequestPermits { .. }));
    match parts.store.commit(alarm.iter().cloned().fold(commit, Commit::audit)).await {
        Ok(_) => Ok(minted),
        Err(error) => {
            watch::insist(parts, alarm).await;
            match error {
                CommitError::Conflict(index) if Some(index) == used => Err(MintError::ActRequest),
                error => Err(draft::refused(key, error)),
            }
        }
    }
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
