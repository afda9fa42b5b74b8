//! Minting: a ticket for a user, by a system or a person who may.

mod ask;
mod batch;
mod draft;
mod known;
mod newcomer;
mod rules;
mod watch;

pub use ask::{Existing, Mint, MintError, Minted, Subject};
pub use batch::{BatchOutcome, MAX_BATCH, mint_batch, require_batch};
pub(crate) use watch::charge_minter;

use super::model::{Idempotency, Minter};
use crate::access::Caller;
use crate::audit::Source;
use crate::commit::Commit;
use crate::fault::Fault;
use crate::id::{TenantId, UserId};
use crate::on_behalf;
use crate::parts::Parts;
use crate::ports::Member;
use draft::{By, Draft, Ground};

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
    let tenant = by.caller.tenant();
    let (subject, is_new) = subject(parts, by.caller, &ask.user).await?;
    let client = match ask.client {
        Some(id) => parts.store.client(id).await.map_err(Fault::from)?,
        None => None,
    };
    let actor = match by.minter.acts_for(subject.user.id) {
        Some(actor) => Some(member(parts, tenant, actor).await?),
        None => None,
    };
    let tenant = parts.store.tenant(tenant).await.map_err(Fault::from)?;
    let fresh = match (&actor, by.caller) {
        (Some(_), Caller::Person(me)) => on_behalf::demand_fresh(parts, me, ask.step_up.as_ref()).await?,
        _ => false,
    };
    let ground = Ground {
        subject: &subject,
        is_new,
        client: client.as_ref(),
        tenant: tenant.as_ref(),
        actor: actor.as_ref(),
        fresh,
    };
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

/// Whom the ticket is for, and whether they are new.
async fn subject(parts: &Parts, caller: &Caller, asked: &Subject) -> Result<(Member, bool), MintError> {
    let tenant = caller.tenant();
    let user = match asked {
        Subject::User(user) => Some(*user),
        Subject::External(id) => {
            let found = parts.store.by_external_id(tenant, &[id]).await.map_err(Fault::from)?;
            found.into_iter().next().flatten()
        }
    };
    match (user, asked) {
        (Some(user), _) => Ok((member(parts, tenant, user).await?, false)),
        (None, Subject::External(id)) => Ok((newcomer::draft(parts, caller, id)?, true)),
        (None, Subject::User(_)) => Err(MintError::UnknownUser),
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
