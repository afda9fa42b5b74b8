//! Waiting without a runtime.

use authms_core::commit::{CommitError, Committed};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

/// Where a commit's outcome will be.
#[derive(Clone, Default)]
pub(super) struct Slot(Arc<Mutex<Option<Result<Committed, CommitError>>>>);

impl Slot {
    /// Whoever does not wait any more does not miss it.
    pub(super) fn fill(&self, outcome: Result<Committed, CommitError>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(outcome);
    }

    pub(super) fn is_filled(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }
}

impl Future for Slot {
    type Output = Result<Committed, CommitError>;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        let outcome = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        outcome.map_or(Poll::Pending, Poll::Ready)
    }
}

/// Lets others go first, once.
#[derive(Default)]
pub(super) struct Yield(bool);

impl Future for Yield {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) { Poll::Ready(()) } else { Poll::Pending }
    }
}
