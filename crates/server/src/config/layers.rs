//! Values as given, with where each came from, before they are understood.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use super::Problem;
use super::settings::{Fallback, SETTINGS, Setting};

/// Where a value came from. Later variants override earlier ones.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Origin {
    /// Nobody gave it.
    Default,
    /// The TOML file.
    File { path: PathBuf, line: usize },
    /// A variable.
    Variable { name: String },
    /// A file named by a variable.
    VariableFile { name: String, path: PathBuf },
    /// A flag on the command line.
    Flag { name: &'static str },
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => write!(f, "default"),
            Self::File { path, line } => write!(f, "{} line {line}", path.display()),
            Self::Variable { name } => write!(f, "environment: {name}"),
            Self::VariableFile { name, path } => write!(f, "{} (named by {name})", path.display()),
            Self::Flag { name } => write!(f, "flag {name}"),
        }
    }
}

/// A value as given: the text a variable would hold, whatever the layer.
#[derive(Clone)]
pub(super) struct Given {
    pub text: String,
    pub origin: Origin,
}

/// Every value that some layer gives.
#[derive(Default)]
pub(super) struct Layers {
    given: BTreeMap<&'static str, Vec<Given>>,
}

impl Layers {
    pub fn add(&mut self, setting: &Setting, text: impl Into<String>, origin: Origin) {
        self.given.entry(setting.key).or_default().push(Given { text: text.into(), origin });
    }

    /// The value that holds for a setting; `None` when nobody gives it and it has no default.
    pub fn value(&self, setting: &Setting) -> Option<Given> {
        let strongest = self.all(setting.key).iter().max_by(|a, b| a.origin.cmp(&b.origin));
        strongest.cloned().or(match setting.default {
            Fallback::Value(text) => Some(Given { text: text.into(), origin: Origin::Default }),
            Fallback::Unset(_) => None,
        })
    }

    /// Refuses secrets given more than once: which one holds must never be a guess, and the loser
    /// would lie around forgotten.
    pub fn secrets_set_twice(&self) -> Vec<Problem> {
        let secrets = SETTINGS.iter().filter(|setting| setting.kind.is_secret());
        secrets.filter_map(|secret| self.set_twice(secret.key)).collect()
    }

    fn set_twice(&self, key: &'static str) -> Option<Problem> {
        // The key and the file that holds it are two ways to give one secret.
        let also = if key == "master.key" { self.all("master.key_file") } else { &[] };
        let [first, second, ..] = &self.all(key).iter().chain(also).collect::<Vec<_>>()[..] else {
            return None;
        };
        let sentence =
            format!("the secret `{key}` is set twice, here and by {}; remove one of them", second.origin);
        Some(Problem::new(&first.origin, sentence))
    }

    fn all(&self, key: &str) -> &[Given] {
        self.given.get(key).map_or(&[], Vec::as_slice)
    }
}
