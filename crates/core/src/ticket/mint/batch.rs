//! Many tickets in one call: each is minted, or refused for itself.

use super::ask::{Mint, MintError, Minted};
use super::draft::{self, By, Draft};
use super::known::Known;
use super::{rules, unless_repeated, watch};
use crate::access::{Caller, Forbidden, Permission};
use crate::audit::{AuditRow, Source};
use crate::commit::{Commit, CommitError, Committed};
use crate::parts::Parts;
use crate::ports::Fut;
use crate::ticket::model::Idempotency;

/// The most tickets in one call.
pub const MAX_BATCH: usize = 10_000;

/// Tickets in one transaction: as many as make it cheap, as few as let others in between soon.
const CHUNK: usize = 500;

/// What became of each item, in order.
pub type BatchOutcome = Vec<Result<Minted, MintError>>;

/// Demands that the caller may mint many at once: those who mint for others.
///
/// # Errors
/// [`Forbidden`] otherwise.
pub fn require_batch(caller: &Caller) -> Result<(), Forbidden> {
    match caller {
        Caller::System(_) => caller.require(Permission::TicketMint),
        Caller::Person(_) => caller.require(Permission::TicketOnBehalf),
        Caller::Console(_) => Ok(()),
    }
}

/// Mints a ticket for each item that can be granted. Each has its own commit and its own audit row; while some are being
/// written, the next are drafted. Given up halfway, what was handed over stays minted.
///
/// # Errors
/// [`MintError`], if the caller may mint no batch at all; then nothing is stored.
pub async fn mint_batch(
    parts: &Parts,
    caller: &Caller,
    asks: Vec<Mint>,
    source: &Source,
) -> Result<BatchOutcome, MintError> {
    require_batch(caller)?;
    watch::charge(parts, caller, asks.len()).await?;
    let mut batch = Batch { parts, caller, source, known: Known::default(), outcomes: Vec::new() };
    batch.outcomes.resize_with(asks.len(), || None);
    let mut asks = asks.into_iter().enumerate();
    let mut writing: Option<Writing<'_>> = None;
    loop {
        let chunk: Vec<_> = asks.by_ref().take(CHUNK).collect();
        let next = if chunk.is_empty() { None } else { Some(batch.draft(chunk).await?) };
        let last = next.is_none();
        if let Some(before) = std::mem::replace(&mut writing, next) {
            batch.settle(before).await;
        }
        if last {
            break;
        }
    }
    Ok(batch.outcomes.into_iter().flatten().collect())
}

struct Batch<'a> {
    parts: &'a Parts,
    caller: &'a Caller,
    source: &'a Source,
    known: Known,
    /// By item; none yet for those that are being written.
    outcomes: Vec<Option<Result<Minted, MintError>>>,
}

/// A chunk that the store is writing.
struct Writing<'a> {
    items: Vec<Item>,
    /// Rides on the last of them.
    alarm: Option<AuditRow>,
    done: Fut<'a, Vec<Result<Committed, CommitError>>>,
}

struct Item {
    index: usize,
    key: Option<Idempotency>,
    minted: Minted,
}

impl<'a> Batch<'a> {
    /// Decides on a chunk, and hands over what is granted of it.
    async fn draft(&mut self, chunk: Vec<(usize, Mint)>) -> Result<Writing<'a>, MintError> {
        self.known.read(self.parts, self.caller, chunk.iter().map(|(_, ask)| ask)).await?;
        let (mut items, mut commits) = (Vec::with_capacity(chunk.len()), Vec::with_capacity(chunk.len()));
        for (index, ask) in chunk {
            let (key, drafted) = self.decide(ask);
            match drafted {
                Ok((commit, minted)) => {
                    items.push(Item { index, key, minted });
                    commits.push(commit);
                }
                Err(refusal) => self.refuse(index, key, refusal).await,
            }
        }
        let by = By { caller: self.caller, minter: rules::minter(self.caller), source: self.source };
        let alarm = watch::count(self.parts, &by, commits.len());
        if let Some(row) = &alarm
            && let Some(last) = commits.pop()
        {
            commits.push(last.audit(row.clone()));
        }
        Ok(Writing { items, alarm, done: self.parts.store.commit_all(commits) })
    }

    fn decide(&self, ask: Mint) -> (Option<Idempotency>, Result<(Commit, Minted), MintError>) {
        let (parts, caller, source) = (self.parts, self.caller, self.source);
        let begun = caller.require_tenant(ask.tenant).and_then(|()| rules::minter_of(caller, &ask));
        let begun = begun.map_err(MintError::from);
        let begun =
            begun.and_then(|minter| Ok((By { caller, minter, source }, draft::idempotency(minter, &ask)?)));
        match begun {
            Err(refusal) => (None, Err(refusal)),
            Ok((by, key)) => {
                let ground = self.known.ground(&by, &ask);
                let draft = ground.and_then(|ground| Draft::new(parts, &by, &ground, ask, key));
                (key, draft.map(|Draft { commit, minted }| (commit, minted)))
            }
        }
    }

    /// Waits for a chunk, and notes what became of it.
    async fn settle(&mut self, Writing { items, alarm, done }: Writing<'a>) {
        let outcomes = done.await;
        if outcomes.last().is_some_and(Result::is_err) {
            watch::insist(self.parts, alarm).await;
        }
        for (item, outcome) in items.into_iter().zip(outcomes) {
            match outcome {
                Ok(_) => self.outcomes[item.index] = Some(Ok(item.minted)),
                Err(error) => self.refuse(item.index, item.key, draft::refused(item.key, error)).await,
            }
        }
    }

    async fn refuse(&mut self, index: usize, key: Option<Idempotency>, refusal: MintError) {
        let told = unless_repeated(self.parts, key, refusal).await.unwrap_or_else(|fault| fault);
        self.outcomes[index] = Some(Err(told));
    }
}
