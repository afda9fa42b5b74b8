//! What a run happens on: a store in memory, and a director of whom every decision follows from the seed. Each port call is a
//! place to be interrupted at; commits wait until the one writer takes some of them, as in the real store.

use super::history::{History, Moment};
use super::mutant::Mutant;
use super::verdict::{Verdict, Violation};
use super::wait::{Slot, Yield};
use crate::promise::Promise;
use crate::rng::Rng;
use authms_core::commit::{Commit, CommitError, Committed, Lane};
use authms_core::parts::Policy;
use authms_core::ports::{Clock, Down, Fut, Read};
use authms_core::time::{Span, Timestamp};
use authms_store::SqliteStore;
use authms_testkit::clock::FakeClock;
use authms_testkit::{CommitFault, Director};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How often a read fails, in a thousand.
const READ_DOWN: u64 = 8;
/// How often a commit fails in each of the four ways, in a thousand.
const COMMIT_FAULT: u64 = 20;

/// The stage of one run.
pub(super) struct Stage {
    pub(super) store: Arc<SqliteStore>,
    pub(super) clock: FakeClock,
    mutant: Option<Mutant>,
    /// Tells the story on standard error.
    told: bool,
    state: Mutex<State>,
}

struct State {
    rng: Rng,
    moment: Moment,
    /// Nothing fails and nobody interrupts: before and after the run.
    calm: bool,
    /// How often the process died.
    deaths: u64,
    waiting: VecDeque<Waiting>,
    /// When the process last judged a commit: the writer's time does not go back as long as it lives.
    judged: Timestamp,
    /// What whoever was polled last waits for.
    parked: Option<Slot>,
    /// Who acts.
    actor: usize,
    history: History,
    verdict: Verdict,
}

/// A commit in the writer's queue.
struct Waiting {
    commit: Commit,
    slot: Slot,
}

impl Stage {
    pub(super) fn new(seed: u64, store: Arc<SqliteStore>, clock: FakeClock, policy: &Policy) -> Self {
        let state = State {
            rng: Rng::new(seed),
            moment: 0,
            calm: true,
            deaths: 0,
            waiting: VecDeque::new(),
            judged: Timestamp::default(),
            parked: None,
            actor: 0,
            history: History::new(policy),
            verdict: Verdict::default(),
        };
        Self { store, clock, mutant: None, told: false, state: Mutex::new(state) }
    }

    pub(super) fn wrong(self, mutant: Option<Mutant>) -> Self {
        Self { mutant, ..self }
    }

    pub(super) fn told(self, told: bool) -> Self {
        Self { told, ..self }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn calm(&self, calm: bool) {
        self.state().calm = calm;
    }

    /// The next moment.
    pub(super) fn moment(&self) -> Moment {
        let mut state = self.state();
        state.moment += 1;
        state.moment
    }

    pub(super) fn below(&self, bound: u64) -> u64 {
        self.state().rng.between(0, bound.max(1) - 1)
    }

    /// True `permille` times in a thousand.
    pub(super) fn chance(&self, permille: u64) -> bool {
        self.below(1000) < permille
    }

    /// The same, but never while all is calm.
    pub(super) fn fails(&self, permille: u64) -> bool {
        !self.state().calm && self.chance(permille)
    }

    pub(super) fn deaths(&self) -> u64 {
        self.state().deaths
    }

    pub(super) fn acts(&self, actor: usize) {
        let mut state = self.state();
        state.actor = actor;
        state.parked = None;
    }

    /// What whoever was polled last waits for.
    pub(super) fn parked(&self) -> Option<Slot> {
        self.state().parked.take()
    }

    pub(super) fn anything_waits(&self) -> bool {
        !self.state().waiting.is_empty()
    }

    /// Reads the history.
    pub(super) fn history<T>(&self, look: impl FnOnce(&History) -> T) -> T {
        look(&self.state().history)
    }

    /// Notes that something happened: counted by its kind, part of the digest, told if anybody listens.
    pub(super) fn happened(&self, kind: &'static str, more: impl FnOnce() -> String) {
        let mut state = self.state();
        *state.verdict.happened.entry(kind).or_default() += 1;
        let who = state.actor as u64;
        let words = kind.bytes().fold(who, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
        state.verdict.digest = state.verdict.digest.rotate_left(5).wrapping_add(words ^ state.moment);
        if self.told {
            let (moment, actor) = (state.moment, state.actor);
            drop(state);
            let millis = self.clock.now().as_millis();
            eprintln!("{moment:>6} {millis} actor {actor}: {kind} {}", more());
        }
    }

    pub(super) fn broken(&self, promise: Promise, what: String) {
        self.accuse(Violation { promise, what });
    }

    fn accuse(&self, violation: Violation) {
        if self.told {
            eprintln!("VIOLATION of {}: {}", violation.promise.name(), violation.what);
        }
        self.state().verdict.violations.push(violation);
    }

    pub(super) fn is_broken(&self) -> bool {
        !self.state().verdict.violations.is_empty()
    }

    pub(super) fn verdict(&self) -> Verdict {
        std::mem::take(&mut self.state().verdict)
    }

    /// The writer takes some of what waits: what is gathered into one transaction, the rest one by one.
    pub(super) fn write_some(&self) {
        let taken: Vec<Waiting> = {
            let mut state = self.state();
            let most = state.waiting.len() as u64;
            let taken = state.rng.between(1, most.max(1)) as usize;
            state.waiting.drain(..taken.min(most as usize)).collect()
        };
        let mut gathered = Vec::new();
        for waiting in taken {
            // A mutant judges by what was written before: it takes them one by one.
            if waiting.commit.lane() == Lane::Gathered && self.mutant.is_none() {
                gathered.push(waiting);
            } else {
                self.write(std::mem::take(&mut gathered));
                self.write(vec![waiting]);
            }
        }
        self.write(gathered);
    }

    /// The process dies: of what waits a part is written, the rest is not, and nobody is answered.
    pub(super) fn die(&self) {
        self.happened("death", String::new);
        while self.anything_waits() && self.chance(500) {
            self.write_some();
        }
        let mut state = self.state();
        state.deaths += 1;
        state.judged = Timestamp::default();
        for lost in std::mem::take(&mut state.waiting) {
            lost.slot.fill(Err(CommitError::Unknown));
        }
    }

    /// Time goes on; sometimes it jumps, sometimes somebody sets the clock back.
    pub(super) fn pass_time(&self) {
        match self.below(1000) {
            0..=699 => self.clock.advance(Span::millis(self.below(40) as i64)),
            700..=939 => self.clock.advance(Span::millis(self.below(12_000) as i64)),
            940..=979 => self.clock.advance(Span::seconds(self.below(70) as i64)),
            980..=984 => self.clock.advance(Span::seconds(self.below(600) as i64)),
            _ => {
                self.happened("clock set back", String::new);
                self.state().history.seen(self.clock.now());
                self.clock.step_back(Span::seconds(self.below(100) as i64));
            }
        }
    }

    /// Never earlier than what was written.
    pub(super) fn catch_up(&self) {
        let judged = self.state().judged;
        let last = self.history(|history| history.last);
        self.clock.set(self.clock.now().max(last).max(judged));
    }

    fn write(&self, waiting: Vec<Waiting>) {
        let mut written = Vec::with_capacity(waiting.len());
        for waiting in waiting {
            match self.fault() {
                None => written.push((waiting, false)),
                Some(CommitFault::Written) => written.push((waiting, true)),
                Some(CommitFault::Unavailable) => waiting.slot.fill(Err(CommitError::Unavailable)),
                Some(CommitFault::Busy) => waiting.slot.fill(Err(CommitError::Busy)),
                Some(CommitFault::Lost) => waiting.slot.fill(Err(CommitError::Unknown)),
            }
        }
        if written.is_empty() {
            return;
        }
        let commits: Vec<Commit> = written.iter().map(|(waiting, _)| waiting.commit.clone()).collect();
        for ((waiting, unanswered), outcome) in written.into_iter().zip(self.apply(&commits)) {
            waiting.slot.fill(if unanswered { outcome.and(Err(CommitError::Unknown)) } else { outcome });
        }
    }

    fn fault(&self) -> Option<CommitFault> {
        if self.state().calm {
            return None;
        }
        let fault = match self.below(1000) / COMMIT_FAULT {
            0 => CommitFault::Unavailable,
            1 => CommitFault::Busy,
            2 => CommitFault::Lost,
            3 => CommitFault::Written,
            _ => return None,
        };
        self.happened("commit failed", || format!("{fault:?}"));
        Some(fault)
    }

    /// Writes, and takes down what was written.
    fn apply(&self, commits: &[Commit]) -> Vec<Result<Committed, CommitError>> {
        let distorted: Vec<Commit> = match self.mutant {
            Some(mutant) => {
                self.history(|h| commits.iter().map(|commit| mutant.distort(commit, h)).collect())
            }
            None => commits.to_vec(),
        };
        let now = self.clock.now().max(self.state().judged);
        let Ok(applied) = self.store.apply(&distorted, now) else {
            self.broken(Promise::NothingLost, "the store lost its connection".to_owned());
            return vec![Err(CommitError::Unavailable); commits.len()];
        };
        self.state().judged = applied.at;
        let moment = self.moment();
        for (commit, outcome) in commits.iter().zip(&applied.outcomes) {
            match outcome {
                Ok(committed) => {
                    self.happened("written", || format!("{:?}", commit.changes()));
                    let broken = self.state().history.written(moment, committed.at, commit);
                    broken.into_iter().for_each(|violation| self.accuse(violation));
                }
                Err(CommitError::Conflict(guard)) => {
                    self.happened("conflict", || format!("{:?}", commit.guards()[*guard]));
                }
                Err(CommitError::Taken(_)) => self.happened("taken", String::new),
                Err(other) => self.broken(Promise::GoodIsGood, format!("{other}: {:?}", commit.changes())),
            }
        }
        self.look_into_the_database();
        applied.outcomes
    }

    /// What must hold after every transaction, whatever the store's own reads say.
    fn look_into_the_database(&self) {
        let doubled = "SELECT count(*) - count(DISTINCT ticket_id) FROM sessions WHERE ticket_id IS NOT NULL";
        let audited = "SELECT count(*) FROM audit_log";
        let (doubled, audited) = (self.store.number(doubled), self.store.number(audited));
        let rows = self.history(|history| history.audit_rows);
        if doubled != Ok(0) {
            self.broken(Promise::AtMostOnce, format!("{doubled:?} sessions too many in the database"));
        }
        if audited != Ok(rows) {
            self.broken(
                Promise::Audited,
                format!("{audited:?} audit rows in the database, {rows} were written"),
            );
        }
    }
}

impl Director for Stage {
    /// What was read may be old when it is looked at.
    fn read(&self) -> Fut<'_, Read<()>> {
        Box::pin(async move {
            if self.state().calm {
                return Ok(());
            }
            Yield::default().await;
            if self.chance(READ_DOWN) {
                self.happened("read failed", String::new);
                return Err(Down);
            }
            Ok(())
        })
    }

    fn commit(&self, commit: Commit) -> Fut<'_, Result<Committed, CommitError>> {
        Box::pin(async move {
            if self.state().calm {
                return self.apply(&[commit]).remove(0);
            }
            let slot = Slot::default();
            self.state().waiting.push_back(Waiting { commit, slot: slot.clone() });
            if self.mutant == Some(Mutant::EarlyAnswer) {
                return Ok(Committed { at: self.clock.now() });
            }
            self.state().parked = Some(slot.clone());
            slot.await
        })
    }
}
