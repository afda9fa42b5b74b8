//! What handlers are given.

use authms_core::parts::Parts;
use std::ops::Deref;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};

/// Large bodies in memory at once; the others wait before any of theirs is read.
const LARGE_BODIES: usize = 8;

/// Who listens to what happens at once; each asks the store every second.
const STREAMS: usize = 64;

/// The state of every handler: derefs to the [`Parts`] that use cases take.
#[derive(Clone)]
pub struct AppState(Arc<Inner>);

struct Inner {
    parts: Parts,
    large_bodies: Semaphore,
    streams: Arc<Semaphore>,
}

impl AppState {
    /// The state over these parts.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(Inner {
            parts,
            large_bodies: Semaphore::new(LARGE_BODIES),
            streams: Arc::new(Semaphore::new(STREAMS)),
        }))
    }

    /// A place among those who listen to what happens, if there is one.
    pub fn stream_place(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.0.streams).try_acquire_owned().ok()
    }

    /// Waits for a place among the requests whose bodies are large.
    pub async fn large_body(&self) -> Option<SemaphorePermit<'_>> {
        // Never closed, so it is always one.
        self.0.large_bodies.acquire().await.ok()
    }
}

impl Deref for AppState {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0.parts
    }
}
