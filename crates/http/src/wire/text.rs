//! Texts from outside, bounded before anything else looks at them.

use authms_crypto::SecretString;
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer};
use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};

/// At most `MAX` characters, none of them a control character.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Text<const MAX: usize>(String);

impl<const MAX: usize> Text<MAX> {
    /// The text itself.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl<const MAX: usize> Deref for Text<MAX> {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl<'de, const MAX: usize> Deserialize<'de> for Text<MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer
            .deserialize_str(Bounded { max: MAX, unit: "characters", measure: |t| t.chars().count() })
            .map(Self)
    }
}

/// At most `MAX_BYTES` bytes, no control character among them; never printed, wiped when dropped.
#[derive(Clone, Debug)]
pub struct SecretText<const MAX_BYTES: usize>(SecretString);

impl<const MAX_BYTES: usize> SecretText<MAX_BYTES> {
    /// The secret, for a use case.
    pub fn into_secret(self) -> SecretString {
        self.0
    }

    /// The text itself. Named so that each use of a secret is easy to find.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

impl<'de, const MAX_BYTES: usize> Deserialize<'de> for SecretText<MAX_BYTES> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text =
            deserializer.deserialize_str(Bounded { max: MAX_BYTES, unit: "bytes", measure: str::len })?;
        Ok(Self(SecretString::new(text)))
    }
}

struct Bounded {
    max: usize,
    unit: &'static str,
    measure: fn(&str) -> usize,
}

impl Visitor<'_> for Bounded {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<String, E> {
        if (self.measure)(text) > self.max {
            return Err(E::custom(format_args!("longer than {} {}", self.max, self.unit)));
        }
        if text.chars().any(char::is_control) {
            return Err(E::custom("holds a control character"));
        }
        Ok(text.to_owned())
    }
}

impl<const MAX: usize> utoipa::PartialSchema for Text<MAX> {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::String).max_length(Some(MAX)).into()
    }
}

impl<const MAX: usize> utoipa::ToSchema for Text<MAX> {
    fn name() -> Cow<'static, str> {
        Cow::Owned(format!("Text_{MAX}"))
    }
}

impl<const MAX_BYTES: usize> utoipa::PartialSchema for SecretText<MAX_BYTES> {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::String).max_length(Some(MAX_BYTES)).write_only(true).into()
    }
}

impl<const MAX_BYTES: usize> utoipa::ToSchema for SecretText<MAX_BYTES> {
    fn name() -> Cow<'static, str> {
        Cow::Owned(format!("SecretText_{MAX_BYTES}"))
    }
}
