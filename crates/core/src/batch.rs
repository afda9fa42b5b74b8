//! Many acts at once: few transactions, and an outcome for each.

use crate::commit::{Commit, CommitError, Committed};
use crate::parts::Parts;
use std::iter::repeat_n;

/// Acts in one transaction: as many as make it cheap, as few as keep others waiting for a few milliseconds only.
const TOGETHER: usize = 100;

/// Commits acts that concern different rows, many in one transaction; the outcomes in order. If one of them fails, its
/// transaction is written in halves, so that it fails alone.
pub(crate) async fn commit_each(parts: &Parts, commits: &[Commit]) -> Vec<Result<Committed, CommitError>> {
    let mut outcomes = Vec::with_capacity(commits.len());
    // The next one last.
    let mut waiting: Vec<&[Commit]> = commits.chunks(TOGETHER).rev().collect();
    while let Some(some) = waiting.pop() {
        let Some(together) = some.iter().cloned().reduce(Commit::and) else { continue };
        match parts.store.commit(together).await {
            Err(CommitError::Conflict(_) | CommitError::Taken(_)) if some.len() > 1 => {
                let (first, second) = some.split_at(some.len() / 2);
                waiting.extend([second, first]);
            }
            outcome => outcomes.extend(repeat_n(outcome, some.len())),
        }
    }
    outcomes
}
