//! `X-Tenant-ID`.

use crate::codes;
use crate::error::ApiError;
use authms_core::id::TenantId;
use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use std::convert::Infallible;

/// The tenant that the header names, if there is one: `Err` if what it holds is no tenant's identifier.
#[derive(Clone, Copy, Debug)]
pub struct TenantHeader(pub Option<Result<TenantId, NotATenant>>);

/// The header holds something else, or occurs more than once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NotATenant;

impl TenantHeader {
    /// Reads the header.
    pub fn of(headers: &HeaderMap) -> Self {
        let mut values = headers.get_all("x-tenant-id").iter();
        let Some(value) = values.next() else { return Self(None) };
        let id = value.to_str().ok().and_then(TenantId::parse).filter(|_| values.next().is_none());
        Self(Some(id.ok_or(NotATenant)))
    }

    /// The tenant named beside credentials.
    ///
    /// # Errors
    /// Something malformed certainly names none of the caller's: [`codes::TENANT_MISMATCH`].
    pub fn named(self) -> Result<Option<TenantId>, ApiError> {
        self.0.transpose().map_err(|NotATenant| codes::TENANT_MISMATCH.into())
    }
}

impl<S: Sync> FromRequestParts<S> for TenantHeader {
    type Rejection = Infallible;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.headers))
    }
}
