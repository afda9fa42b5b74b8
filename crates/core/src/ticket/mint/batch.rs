//! Many tickets in one call: each is minted, or refused for itself.

use super::ask::{Mint, MintError, Minted, Subject};
use super::draft::{self, By, Draft};
use super::known::Known;
use super::{TRIES, newcomer, rules, unless_repeated, watch};
use crate::access::{Caller, Forbidden, Permission};
use crate::audit::{AuditRow, Source};
use crate::commit::{Commit, CommitError, Committed};
use crate::fault::Fault;
use crate::parts::Parts;
use crate::ports::{Fut, Member};
use crate::ticket::model::Idempotency;
use std::collections::HashSet;

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
    watch::charge_minter(parts, caller, asks.len()).await?;
    let outcomes = asks.iter().map(|_| Err(Fault::Changed.into())).collect();
    let (known, creating, again) = (Known::default(), HashSet::new(), Vec::new());
    let mut batch = Batch { parts, caller, source, known, creating, again, outcomes };
    let mut asks: Vec<_> = asks.into_iter().enumerate().collect();
    for _ in 0..TRIES {
        batch.run(asks).await?;
        asks = std::mem::take(&mut batch.again);
        batch.creating.clear();
    }
    Ok(batch.outcomes)
}

struct Batch<'a> {
    parts: &'a Parts,
    caller: &'a Caller,
    source: &'a Source,
    known: Known,
    /// External identifiers of users whom an item of this round creates.
    creating: HashSet<String>,
    /// Items whose user is created at this moment by another, or by somebody else: for the next round.
    again: Vec<(usize, Mint)>,
    /// By item.
    outcomes: BatchOutcome,
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
    /// What was asked, if a user is created for it.
    creates: Option<Mint>,
}

impl<'a> Batch<'a> {
    /// Mints chunk by chunk, one being drafted while the one before is being written.
    async fn run(&mut self, asks: Vec<(usize, Mint)>) -> Result<(), MintError> {
        let mut asks = asks.into_iter().peekable();
        let mut writing: Option<Writing<'_>> = None;
        while asks.peek().is_some() {
            let next = self.draft(asks.by_ref().take(CHUNK).collect()).await?;
            if let Some(before) = writing.replace(next) {
                self.settle(before).await;
            }
        }
        if let Some(last) = writing {
            self.settle(last).await;
        }
        Ok(())
    }

    /// Decides on a chunk, and hands over what is granted of it.
    async fn draft(&mut self, chunk: Vec<(usize, Mint)>) -> Result<Writing<'a>, MintError> {
        self.known.read(self.parts, self.caller, chunk.iter().map(|(_, ask)| ask)).await?;
        let (mut items, mut commits) = (Vec::with_capacity(chunk.len()), Vec::with_capacity(chunk.len()));
        for (index, ask) in chunk {
            let creates = self.newcomer(&ask).map(str::to_owned);
            if creates.as_ref().is_some_and(|id| self.creating.contains(id)) {
                self.again.push((index, ask));
                continue;
            }
            let kept = creates.is_some().then(|| ask.clone());
            let (key, drafted) = self.decide(ask);
            match drafted {
                Ok((commit, minted)) => {
                    self.creating.extend(creates);
                    items.push(Item { index, key, minted, creates: kept });
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

    /// The external identifier of an item's user, if nobody is called so yet.
    fn newcomer<'m>(&self, ask: &'m Mint) -> Option<&'m str> {
        match &ask.user {
            Subject::External(id) if self.known.user(&ask.user).is_none() => Some(id),
            _ => None,
        }
    }

    fn decide(&self, ask: Mint) -> (Option<Idempotency>, Result<(Commit, Minted), MintError>) {
        let (parts, caller, source) = (self.parts, self.caller, self.source);
        let begun = caller.require_tenant(ask.tenant).and_then(|()| rules::minter_of(caller, &ask));
        let begun = begun.map_err(MintError::from);
        // Nobody acts for many: each act is asked for by itself.
        let acts = matches!(caller, Caller::Person(me) if ask.user != Subject::User(me.user));
        let begun = begun.and_then(|minter| if acts { Err(MintError::Purpose) } else { Ok(minter) });
        let begun =
            begun.and_then(|minter| Ok((By { caller, minter, source }, draft::idempotency(minter, &ask)?)));
        match begun {
            Err(refusal) => (None, Err(refusal)),
            Ok((by, key)) => {
                let draft = match self.newcomer(&ask) {
                    Some(id) => newcomer::draft(parts, caller, id)
                        .and_then(|new| self.grant(&by, ask, key, (&new, true))),
                    None => self.known.user(&ask.user).ok_or(MintError::UnknownUser).and_then(|user| {
                        self.known.member(user).and_then(|member| self.grant(&by, ask, key, (member, false)))
                    }),
                };
                (key, draft.map(|Draft { commit, minted }| (commit, minted)))
            }
        }
    }

    fn grant(
        &self,
        by: &By<'_>,
        ask: Mint,
        key: Option<Idempotency>,
        (subject, is_new): (&Member, bool),
    ) -> Result<Draft, MintError> {
        let ground = self.known.ground(by, &ask, subject, is_new)?;
        Draft::new(self.parts, by, &ground, ask, key)
    }

    /// Waits for a chunk, and notes what became of it.
    async fn settle(&mut self, Writing { items, alarm, done }: Writing<'a>) {
        let outcomes = done.await;
        if outcomes.last().is_some_and(Result::is_err) {
            watch::insist(self.parts, alarm).await;
        }
        for (item, outcome) in items.into_iter().zip(outcomes) {
            match (outcome, item.creates) {
                (Ok(_), _) => self.outcomes[item.index] = Ok(item.minted),
                (Err(CommitError::Taken(_)), Some(ask)) => self.again.push((item.index, ask)),
                (Err(error), _) => self.refuse(item.index, item.key, draft::refused(item.key, error)).await,
            }
        }
    }

    async fn refuse(&mut self, index: usize, key: Option<Idempotency>, refusal: MintError) {
        let told = unless_repeated(self.parts, key, refusal).await.unwrap_or_else(|fault| fault);
        self.outcomes[index] = Err(told);
    }
}
