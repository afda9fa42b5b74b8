//! Where the request came from.

use crate::context::Context;
use crate::error::ApiError;
use authms_core::audit;
use axum::extract::FromRequestParts;
use axum::http::Extensions;
use axum::http::request::Parts;
use std::ops::Deref;
use std::sync::Arc;

/// The request's circumstances; derefs to what use cases and the audit log take.
#[derive(Clone, Debug)]
pub struct Source(Arc<Context>);

impl Source {
    /// The circumstances of the request with these extensions.
    ///
    /// # Errors
    /// [`ApiError::internal`] if [`crate::frame`] has not put them there.
    pub fn of(extensions: &Extensions) -> Result<Self, ApiError> {
        let context = extensions.get::<Arc<Context>>().cloned();
        context.map(Self).ok_or_else(|| ApiError::internal("a request without its context"))
    }

    /// The circumstances, with the budgets that the answer tells of.
    pub fn context(&self) -> &Context {
        &self.0
    }
}

impl Deref for Source {
    type Target = audit::Source;
    fn deref(&self) -> &audit::Source {
        &self.0.source
    }
}

impl<S: Sync> FromRequestParts<S> for Source {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Self::of(&parts.extensions)
    }
}
