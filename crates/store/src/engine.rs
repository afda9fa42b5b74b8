//! What an engine is asked to do. What is asked of a store is the same for each: [`crate::reads`] and `queries`.

use crate::queries::{Conn, Result};
use authms_core::commit::{Commit, CommitError, Committed};
use authms_core::limits::{Budget, Take};
use authms_core::ports::{Fut, Read, Store};
use authms_core::time::Timestamp;

/// A database of some kind, opened.
pub(crate) trait Engine: Send + Sync {
    /// The time of day, for reads.
    fn now(&self) -> Timestamp;
    /// Whether this node may serve: not if its clock is far from the others'.
    fn is_fit(&self) -> bool {
        true
    }
    /// Reads a little.
    fn point<T: Send + 'static>(
        &self,
        query: impl FnOnce(Conn<'_>) -> Result<T> + Send + 'static,
    ) -> Fut<'_, Read<T>>;
    /// Reads a little that most requests read, with one question, which may be put together with others'. `query` may run
    /// twice.
    fn often<T: Send + 'static>(
        &self,
        query: impl Fn(Conn<'_>) -> Result<T> + Send + 'static,
    ) -> Fut<'_, Read<T>> {
        self.point(query)
    }
    /// Reads what may be much.
    fn list<T: Send + 'static>(
        &self,
        query: impl FnOnce(Conn<'_>) -> Result<T> + Send + 'static,
    ) -> Fut<'_, Read<T>>;
    /// See [`Store::commit`].
    fn commit(&self, commit: Commit) -> Fut<'_, Outcome>;
    /// See [`Store::commit_all`].
    fn commit_all(&self, commits: Vec<Commit>) -> Fut<'_, Vec<Outcome>>;
    /// See [`Store::take`].
    fn take(&self, takes: &[Take]) -> Fut<'_, Read<Vec<Budget>>>;
    /// See [`Store::budgets`].
    fn budgets(&self, takes: &[Take]) -> Fut<'_, Read<Vec<Budget>>>;
    /// See [`Store::sweep`].
    fn sweep(&self) -> Fut<'_, Read<()>>;
}

/// What became of a commit.
pub(crate) type Outcome = std::result::Result<Committed, CommitError>;

/// A store on an engine.
pub struct EngineStore<E>(pub(crate) E);

impl<E: Engine> Store for EngineStore<E> {
    fn commit(&self, commit: Commit) -> Fut<'_, Outcome> {
        self.0.commit(commit)
    }

    fn commit_all(&self, commits: Vec<Commit>) -> Fut<'_, Vec<Outcome>> {
        self.0.commit_all(commits)
    }

    fn take(&self, takes: &[Take]) -> Fut<'_, Read<Vec<Budget>>> {
        self.0.take(takes)
    }

    fn budgets(&self, takes: &[Take]) -> Fut<'_, Read<Vec<Budget>>> {
        self.0.budgets(takes)
    }

    fn sweep(&self) -> Fut<'_, Read<()>> {
        self.0.sweep()
    }
}
