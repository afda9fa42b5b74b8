//! The TOML file as a layer.

use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::Problem;
use super::layers::{Layers, Origin};
use super::settings::{Kind, SETTINGS, Setting, by_key, is_section};
use super::suggest::did_you_mean;
use super::value::expected;

/// Adds what the file gives, and says what is wrong with it.
pub(super) fn read_into(path: &Path, layers: &mut Layers) -> Vec<Problem> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => {
            let sentence = format!("cannot read this configuration file: {error}");
            return vec![Problem::new(path.display(), sentence)];
        }
    };
    let mut reading = Reading { path, text: &text, layers, problems: Vec::new() };
    reading.document();
    reading.problems
}

struct Reading<'a> {
    path: &'a Path,
    text: &'a str,
    layers: &'a mut Layers,
    problems: Vec<Problem>,
}

impl Reading<'_> {
    fn document(&mut self) {
        match DeTable::parse(self.text) {
            Ok(table) => self.table("", table.get_ref()),
            // Only the message: the full form quotes the line, which may hold a secret.
            Err(error) => {
                let at = error.span().map_or(0, |span| span.start);
                self.refuse(at, format!("not TOML: {}", error.message()));
            }
        }
    }

    fn table(&mut self, prefix: &str, table: &DeTable<'_>) {
        // The parser sorts members by name; problems read better in the order of the file.
        let mut members: Vec<_> = table.iter().collect();
        members.sort_by_key(|(name, _)| name.span().start);
        for (name, value) in members {
            let key = if prefix.is_empty() {
                name.get_ref().to_string()
            } else {
                format!("{prefix}.{}", name.get_ref())
            };
            self.member(&key, name.span().start, value.get_ref());
        }
    }

    fn member(&mut self, key: &str, at: usize, value: &DeValue<'_>) {
        match (by_key(key), value) {
            (Some(setting), value) => self.setting(setting, at, value),
            (None, DeValue::Table(table)) if is_section(key) => self.table(key, table),
            (None, _) if is_section(key) => {
                self.refuse(at, format!("`{key}` is a section; begin it with [{key}]"));
            }
            (None, _) => {
                let hint = did_you_mean(key, known_names());
                self.refuse(at, format!("unknown key `{key}`{hint}"));
            }
        }
    }

    fn setting(&mut self, setting: &Setting, at: usize, value: &DeValue<'_>) {
        if setting.kind == Kind::MasterKey {
            return self.refuse(
                at,
                "the master key itself must not stand in a configuration file; keep it in a file of its own \
                 with mode 0600 and name that by `master.key_file`",
            );
        }
        if setting.kind == Kind::Secret {
            let name = setting.variable();
            return self.refuse(
                at,
                format!(
                    "`{}` must not stand in a configuration file; give it by {name}, or name a file that holds it by \
                     {name}_FILE",
                    setting.key
                ),
            );
        }
        match as_text(setting.kind, value) {
            Some(text) => {
                let origin = Origin::File { path: self.path.into(), line: self.line(at) };
                self.layers.add(setting, text, origin);
            }
            None => {
                let sentence = format!(
                    "`{}` is of type {}; expected {}, {}",
                    setting.key,
                    value.type_str(),
                    toml_type(setting.kind),
                    expected(setting.kind)
                );
                self.refuse(at, sentence);
            }
        }
    }

    fn refuse(&mut self, at: usize, sentence: impl Into<String>) {
        let place = format!("{} line {}", self.path.display(), self.line(at));
        self.problems.push(Problem::new(place, sentence));
    }

    fn line(&self, at: usize) -> usize {
        1 + self.text.bytes().take(at).filter(|byte| *byte == b'\n').count()
    }
}

/// The text a variable would hold for this value; `None` when the type is wrong.
fn as_text(kind: Kind, value: &DeValue<'_>) -> Option<String> {
    match (kind, value) {
        (Kind::Number { .. }, DeValue::Integer(integer)) => {
            // One beyond 128 bits stays as written, and is then out of range like any other.
            let number = i128::from_str_radix(integer.as_str(), integer.radix());
            Some(number.map_or_else(|_| integer.to_string(), |number| number.to_string()))
        }
        (Kind::Networks | Kind::Origins, DeValue::Array(items)) => {
            let items: Option<Vec<&str>> = items.iter().map(|item| item.get_ref().as_str()).collect();
            Some(items?.join(","))
        }
        (Kind::Number { .. } | Kind::Networks | Kind::Origins, _) => None,
        (_, DeValue::String(text)) => Some(text.to_string()),
        _ => None,
    }
}

fn toml_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Number { .. } => "an integer (no quotes)",
        Kind::Networks | Kind::Origins => "an array of strings",
        _ => "a string (in quotes)",
    }
}

/// Every setting and every section.
fn known_names() -> impl Iterator<Item = &'static str> {
    SETTINGS.iter().flat_map(|setting| {
        let sections = setting.key.match_indices('.').map(|(dot, _)| &setting.key[..dot]);
        sections.chain([setting.key])
    })
}
