//! Where each value came from, for people.

use std::fmt;

use super::layers::Layers;
use super::settings::{Fallback, SETTINGS, Setting};

/// One row of [`Sources`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The setting, such as `server.listen`.
    pub key: &'static str,
    /// The value as given; `[set]` for a secret; `(…)` describes what holds without a value.
    pub value: String,
    /// Where it came from, such as `default` or `environment: AUTHMS_SERVER__LISTEN`.
    pub from: String,
}

/// Every setting with its value and where that came from. Displays as one line each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sources(Vec<Source>);

impl Sources {
    pub(super) fn of(layers: &Layers) -> Self {
        Self(SETTINGS.iter().map(|setting| source(setting, layers)).collect())
    }

    /// The rows, in the order of the documentation.
    pub fn rows(&self) -> &[Source] {
        &self.0
    }

    /// The row of one setting.
    pub fn get(&self, key: &str) -> Option<&Source> {
        self.0.iter().find(|row| row.key == key)
    }
}

fn source(setting: &Setting, layers: &Layers) -> Source {
    let Some(given) = layers.value(setting) else {
        let value = match setting.default {
            Fallback::Value(text) | Fallback::Unset(text) => format!("({text})"),
        };
        return Source { key: setting.key, value, from: "default".into() };
    };
    let value = if setting.kind.is_secret() {
        "[set]".into()
    } else if given.text.is_empty() {
        "(none)".into()
    } else {
        given.text
    };
    Source { key: setting.key, value, from: given.origin.to_string() }
}

impl fmt::Display for Sources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Source { key, value, from } in &self.0 {
            // A value may hold anything, but a row is a line.
            for c in format!("{key} = {value} (from {from})").chars() {
                crate::logging::write_escaped(f, c)?;
            }
            f.write_str("\n")?;
        }
        Ok(())
    }
}
