//! Identifiers in the path.

use crate::codes::{self, Code};
use crate::error::ApiError;
use crate::wire::factor_kind;
use authms_core::factor::FactorKind;
use authms_core::id::{
    ActRequestKind, ApiKeyKind, ClientKind, DeviceKind, EventKind, ExportKind, FactorIdKind, Id,
    InvitationKind, Kind, RestrictionKind, SessionKind, TenantKind, TicketKind, UserKind, WebhookKind,
};
use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;

/// A kind of thing that paths name.
pub trait Noun: Kind {
    /// What is answered for one that does not exist, and for what cannot be one's identifier.
    const NOT_FOUND: Code;
}

impl Noun for TenantKind {
    const NOT_FOUND: Code = codes::TENANT_NOT_FOUND;
}
impl Noun for UserKind {
    const NOT_FOUND: Code = codes::USER_NOT_FOUND;
}
impl Noun for ClientKind {
    const NOT_FOUND: Code = codes::CLIENT_NOT_FOUND;
}
impl Noun for TicketKind {
    const NOT_FOUND: Code = codes::TICKET_NOT_FOUND;
}
impl Noun for ApiKeyKind {
    const NOT_FOUND: Code = codes::KEY_NOT_FOUND;
}
impl Noun for RestrictionKind {
    const NOT_FOUND: Code = codes::KEY_NETWORK_NOT_FOUND;
}
impl Noun for InvitationKind {
    const NOT_FOUND: Code = codes::INVITATION_NOT_FOUND;
}
impl Noun for WebhookKind {
    const NOT_FOUND: Code = codes::WEBHOOK_NOT_FOUND;
}
impl Noun for ExportKind {
    const NOT_FOUND: Code = codes::EXPORT_NOT_FOUND;
}
impl Noun for ActRequestKind {
    const NOT_FOUND: Code = codes::ACT_REQUEST_NOT_FOUND;
}
impl Noun for EventKind {
    const NOT_FOUND: Code = codes::EVENT_NOT_FOUND;
}
impl Noun for DeviceKind {
    const NOT_FOUND: Code = codes::DEVICE_NOT_FOUND;
}

impl Noun for SessionKind {
    const NOT_FOUND: Code = codes::SESSION_NOT_FOUND;
}

impl Noun for FactorIdKind {
    const NOT_FOUND: Code = codes::FACTOR_NOT_FOUND;
}

/// The path's identifiers, in order: `Path<UserId>`, `Path<(TenantId, UserId)>`.
#[derive(Clone, Copy, Debug)]
pub struct Path<T>(pub T);

/// What can be read from path segments.
pub trait PathParams: Sized {
    /// Reads it.
    ///
    /// # Errors
    /// The noun's 404 for a malformed identifier.
    fn read<'a>(segments: impl Iterator<Item = &'a str>) -> Result<Self, ApiError>;
}

impl PathParams for FactorKind {
    fn read<'a>(mut segments: impl Iterator<Item = &'a str>) -> Result<Self, ApiError> {
        segments.next().and_then(factor_kind).ok_or_else(|| codes::FACTOR_NOT_FOUND.into())
    }
}

impl<K: Noun> PathParams for Id<K> {
    fn read<'a>(mut segments: impl Iterator<Item = &'a str>) -> Result<Self, ApiError> {
        segments.next().and_then(Self::parse).ok_or_else(|| K::NOT_FOUND.into())
    }
}

impl<A: Noun, B: Noun> PathParams for (Id<A>, Id<B>) {
    fn read<'a>(mut segments: impl Iterator<Item = &'a str>) -> Result<Self, ApiError> {
        Ok((Id::read(&mut segments)?, Id::read(&mut segments)?))
    }
}

impl<T: PathParams, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let segments = RawPathParams::from_request_parts(parts, state).await.map_err(|_| codes::NO_ROUTE)?;
        T::read(segments.iter().map(|(_, value)| value)).map(Self)
    }
}
