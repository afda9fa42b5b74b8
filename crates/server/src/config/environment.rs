//! The environment as a layer.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::Problem;
use super::layers::{Layers, Origin};
use super::settings::{OTHER_VARIABLES, SETTINGS, by_variable};
use super::suggest::did_you_mean;

const PREFIX: &str = "AUTHMS_";
/// No setting is longer; a `_FILE` variable naming a device must not fill the memory.
const MAX_FILE_BYTES: u64 = 64 * 1024;

/// The variables whose names begin with `AUTHMS_`. It has no `Debug` form, for they hold secrets.
#[derive(Default)]
pub struct Environment {
    variables: BTreeMap<String, String>,
    not_text: Vec<String>,
}

impl Environment {
    /// The environment of this process.
    pub fn of_process() -> Self {
        let mut environment = Self::default();
        for (name, value) in std::env::vars_os() {
            let Some(name) = name.to_str().filter(|name| name.starts_with(PREFIX)) else { continue };
            match value.into_string() {
                Ok(value) => drop(environment.variables.insert(name.into(), value)),
                Err(_) => environment.not_text.push(name.into()),
            }
        }
        environment
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }

    /// Adds what the variables give, and says what is wrong with them.
    pub(super) fn read_into(&self, layers: &mut Layers) -> Vec<Problem> {
        let mut problems: Vec<Problem> = self.not_text.iter().map(|name| not_text(name)).collect();
        for (name, value) in &self.variables {
            if is_known_elsewhere(name, value) {
                continue;
            }
            if let Err(problem) = read_variable(name, value, layers) {
                problems.push(problem);
            }
        }
        problems
    }
}

impl FromIterator<(String, String)> for Environment {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(pairs: I) -> Self {
        let variables = pairs.into_iter().filter(|(name, _)| name.starts_with(PREFIX)).collect();
        Self { variables, not_text: Vec::new() }
    }
}

fn not_text(name: &str) -> Problem {
    Problem::new(format_args!("environment: {name}"), "the value is not UTF-8 text; set it again")
}

fn is_known_elsewhere(name: &str, value: &str) -> bool {
    OTHER_VARIABLES.iter().any(|(other, _)| *other == name) || is_service_link(name, value)
}

/// Kubernetes puts the address of a service called `authms` into every pod beside it, this server's own
/// among them, as `AUTHMS_SERVICE_HOST`, `AUTHMS_SERVICE_PORT…` and `AUTHMS_PORT…`.
fn is_service_link(name: &str, value: &str) -> bool {
    let Some(rest) = name.strip_prefix(PREFIX) else { return false };
    let is_address = ["tcp://", "udp://", "sctp://"].iter().any(|scheme| value.starts_with(scheme));
    let is_numbered = |port: &str| port.starts_with(|c: char| c.is_ascii_digit());
    rest == "SERVICE_HOST"
        || rest == "SERVICE_PORT"
        || rest.starts_with("SERVICE_PORT_")
        || (rest == "PORT" && is_address)
        || rest.strip_prefix("PORT_").is_some_and(is_numbered)
}

fn read_variable(name: &str, value: &str, layers: &mut Layers) -> Result<(), Problem> {
    let Some((setting, names_a_file)) = by_variable(name) else {
        return Err(unknown(name));
    };
    let (text, origin) = if names_a_file {
        let text = read_value_file(Path::new(value)).map_err(|error| {
            // Not the path: somebody may have put the secret where the path belongs.
            let sentence = format!("cannot read the file it names: {error}; name a readable file");
            Problem::new(format_args!("environment: {name}"), sentence)
        })?;
        (text.trim().to_owned(), Origin::VariableFile { name: name.into(), path: value.into() })
    } else {
        (value.to_owned(), Origin::Variable { name: name.into() })
    };
    // An empty list says something; any other empty value is a variable somebody forgot to fill.
    if text.is_empty() && !setting.kind.is_list() {
        let sentence = format!("`{}` is set but empty; give it a value or unset the variable", setting.key);
        return Err(Problem::new(origin, sentence));
    }
    layers.add(setting, text, origin);
    Ok(())
}

fn unknown(name: &str) -> Problem {
    let names = SETTINGS.iter().map(super::settings::Setting::variable);
    let all: Vec<String> = names.flat_map(|name| [format!("{name}_FILE"), name]).collect();
    let others = OTHER_VARIABLES.iter().map(|(other, _)| *other);
    let hint = did_you_mean(name, all.iter().map(String::as_str).chain(others));
    Problem::new("environment", format!("unknown variable {name}{hint}"))
}

fn read_value_file(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    let mut file = File::open(path)?.take(MAX_FILE_BYTES + 1);
    if file.read_to_string(&mut text)? as u64 > MAX_FILE_BYTES {
        return Err(io::Error::other("it is longer than 64 KiB"));
    }
    Ok(text)
}
