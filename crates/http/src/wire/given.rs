//! Members that may be absent, null or a value, each with a meaning of its own.

use serde::{Deserialize, Deserializer};

/// Reads a member that is there: `Some(None)` for null. With `#[serde(default)]` an absent one is `None`.
///
/// # Errors
/// As the value's own.
pub fn given<'de, T, D>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::deserialize(deserializer).map(Some)
}
