//! Bytes in JSON: base64url, as WebAuthn's JSON has them (L3 §5.1).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};

/// At most `MAX` bytes, in base64url; padding is taken, too.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Binary<const MAX: usize>(Vec<u8>);

impl<const MAX: usize> Binary<MAX> {
    /// The bytes themselves.
    pub fn into_vec(self) -> Vec<u8> {
        self.0
    }
}

impl<const MAX: usize> From<Vec<u8>> for Binary<MAX> {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl<const MAX: usize> Serialize for Binary<MAX> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&URL_SAFE_NO_PAD.encode(&self.0))
    }
}

impl<'de, const MAX: usize> Deserialize<'de> for Binary<MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Decode { max: MAX }).map(Self)
    }
}

struct Decode {
    max: usize,
}

impl Visitor<'_> for Decode {
    type Value = Vec<u8>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("bytes in base64url")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Vec<u8>, E> {
        // What could not fit is not decoded at all.
        if text.len() > self.max.div_ceil(3) * 4 {
            return Err(E::custom(format_args!("longer than {} bytes", self.max)));
        }
        let bytes = URL_SAFE_NO_PAD.decode(text.trim_end_matches('='));
        let bytes = bytes.map_err(|_| E::custom("not base64url"))?;
        if bytes.len() > self.max {
            return Err(E::custom(format_args!("longer than {} bytes", self.max)));
        }
        Ok(bytes)
    }
}

impl<const MAX: usize> utoipa::PartialSchema for Binary<MAX> {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some("^[0-9A-Za-z_-]*$"))
            .max_length(Some((MAX * 4).div_ceil(3)))
            .into()
    }
}

impl<const MAX: usize> utoipa::ToSchema for Binary<MAX> {
    fn name() -> Cow<'static, str> {
        Cow::Owned(format!("Binary_{MAX}"))
    }
}
