//! Working on a place outside: one process at a time.

use super::model::{Outlet, OutletChange, Told};
use crate::audit::log::Change;
use crate::commit::{self, Commit, CommitError, Guard};
use crate::fault::Fault;
use crate::parts::Parts;
use crate::time::Span;

/// How long others leave a place alone: longer than telling it once takes.
const LEASE: Span = Span::seconds(120);

/// How long a place that fails is left alone, at first and at last.
const FIRST_REST: Span = Span::seconds(5);
const LONGEST_REST: Span = Span::seconds(300);

/// A turn at a place.
pub(super) struct Turn<'a> {
    parts: &'a Parts,
    name: &'static str,
    outlet: Outlet,
}

impl<'a> Turn<'a> {
    /// Takes the turn, unless somebody else has it, or the place is left alone.
    pub(super) async fn take(parts: &'a Parts, name: &'static str) -> Result<Option<Self>, Fault> {
        let outlet = parts.store.audit_outlet(name).await?.unwrap_or_default();
        let now = parts.now();
        if outlet.free_at > now {
            return Ok(None);
        }
        let mut turn = Self { parts, name, outlet };
        let took = turn.wrote(OutletChange::Take { name, until: now.plus(LEASE) }).await?;
        turn.outlet.turn += 1;
        Ok(took.then_some(turn))
    }

    /// Notes what arrived; false: the turn is no longer ours.
    pub(super) async fn told(&self, told: Vec<Told>, skipped: u64) -> Result<bool, Fault> {
        let at = self.parts.now();
        self.wrote(OutletChange::Tell { name: self.name, told, skipped, at, until: at.plus(LEASE) }).await
    }

    /// Ends the turn: all went well, and the place is left alone for so long; or it did not, and it is tried again.
    pub(super) async fn end(self, outcome: Result<Span, String>) -> Result<(), Fault> {
        let (now, name) = (self.parts.now(), self.name);
        let before = self.outlet.failures;
        let (failures, failing_since, rest) = match outcome {
            Ok(rest) => {
                if before > 0 {
                    tracing::info!(outlet = name, "it is told of the audit log again");
                }
                (0, None, rest)
            }
            Err(why) => {
                // Once for each trouble, however long it lasts.
                if before == 0 {
                    tracing::error!(
                        outlet = name,
                        why,
                        "it is not told of the audit log; it is tried again until it is"
                    );
                }
                let factor = 1_i64.checked_shl(before.min(20)).unwrap_or(1);
                let rest = Span::millis(FIRST_REST.as_millis().saturating_mul(factor)).min(LONGEST_REST);
                (before.saturating_add(1), self.outlet.failing_since.or(Some(now)), rest)
            }
        };
        let until = now.plus(rest);
        self.wrote(OutletChange::Rest { name, until, failures, failing_since }).await.map(drop)
    }

    /// Writes it if the turn is still ours; whether it was.
    async fn wrote(&self, change: OutletChange) -> Result<bool, Fault> {
        let commit = Commit::unremarkable(commit::Change::Audit(Change::Outlet(change)));
        let guard = Guard::OutletTurn { name: self.name, turn: self.outlet.turn };
        match self.parts.store.commit(commit.guard(guard)).await {
            Ok(_) => Ok(true),
            Err(CommitError::Conflict(_)) => Ok(false),
            Err(other) => Err(other.into()),
        }
    }
}
