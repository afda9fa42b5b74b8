//! What handlers are given.

use authms_core::parts::Parts;
use std::ops::Deref;
use std::sync::Arc;

/// The state of every handler: derefs to the [`Parts`] that use cases take.
#[derive(Clone)]
pub struct AppState(Arc<Parts>);

impl AppState {
    /// The state over these parts.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
}

impl Deref for AppState {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}
