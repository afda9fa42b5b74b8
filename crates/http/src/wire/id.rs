//! Identifiers in bodies and queries.

use authms_core::id::{ApiKeyKind, ClientKind, Id, Kind, SessionKind, TenantKind, TicketKind, UserKind};
use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};

/// An identifier in its text form. Malformed is 400; where it should be 404 like an unknown one, take a
/// [`super::Text`] and parse it in the handler.
pub struct IdText<K>(pub Id<K>);

// Derives would demand the same traits of `K`, which is only a name.
impl<K> Clone for IdText<K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K> Copy for IdText<K> {}
impl<K: Kind> fmt::Debug for IdText<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl<K> From<Id<K>> for IdText<K> {
    fn from(id: Id<K>) -> Self {
        Self(id)
    }
}

impl<K: Kind> Serialize for IdText<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de, K: Kind> Deserialize<'de> for IdText<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Parse(PhantomData))
    }
}

struct Parse<K>(PhantomData<K>);

impl<K: Kind> Visitor<'_> for Parse<K> {
    type Value = IdText<K>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an identifier {}…", K::PREFIX)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<IdText<K>, E> {
        Id::parse(text).map(IdText).ok_or_else(|| E::invalid_value(Unexpected::Other("text"), &self))
    }
}

impl<K: Kind> utoipa::PartialSchema for IdText<K> {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some(format!("^{}[0-9A-Za-z]{{22}}$", K::PREFIX)))
            .into()
    }
}

impl<K: Kind> utoipa::ToSchema for IdText<K> {
    fn name() -> Cow<'static, str> {
        Cow::Owned(format!("Id_{}", K::PREFIX.trim_end_matches('_')))
    }
}

// Names without a type parameter, which utoipa would want a schema of, too.

/// A tenant's identifier.
pub type TenantIdText = IdText<TenantKind>;
/// A user's identifier.
pub type UserIdText = IdText<UserKind>;
/// A client's identifier.
pub type ClientIdText = IdText<ClientKind>;
/// An API key's identifier.
pub type ApiKeyIdText = IdText<ApiKeyKind>;
/// A ticket's identifier.
pub type TicketIdText = IdText<TicketKind>;
/// A session's identifier.
pub type SessionIdText = IdText<SessionKind>;
