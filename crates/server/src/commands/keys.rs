//! `authms keys list`, `rotate` and `retire`

use std::fmt::Write as _;

use authms_core::signing_key::{self, Algorithm, KeyState, RetireError, Rotated, StoredKey};
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use serde_json::json;

use crate::config::Config;
use crate::failure::Failure;
use crate::output;

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// List the keys: kid, algorithm, state, since when and until when it is in that state
    ///
    /// An `active` key signs. A `next` key is published and will sign. A `retired` key is published until its last token
    /// has expired.
    List {
        /// Print an array of {kid, algorithm, state, since, until} as JSON
        #[arg(long)]
        json: bool,
    },
    /// Move signing to the next key, and print that key's kid
    ///
    /// The next key signs as soon as it has been published for long enough, 24 hours and a little, so that nobody who
    /// caches the key set meets a signature that they cannot verify. The former key stays published until its last
    /// token has expired. An algorithm that has no key yet gets its first one. Running servers follow within seconds.
    Rotate {
        /// Whose next key
        #[arg(long, default_value = "ES256", value_parser = algorithm_parser())]
        algorithm: Algorithm,
        /// Sign with the next key at once: for a key that has leaked
        #[arg(long)]
        now: bool,
        /// Print {kid, state, from} as JSON; state is "active" or "scheduled"
        #[arg(long)]
        json: bool,
    },
    /// Take a key that has leaked out of use: nothing that it signed is good any more
    ///
    /// Running servers follow within seconds; others who verify tokens follow when they fetch the key set again. The
    /// key that signs cannot be retired before another one does: rotate with --now first.
    Retire {
        /// Which, as `authms keys list` shows it
        // One in 64 begins with a hyphen.
        #[arg(allow_hyphen_values = true)]
        kid: String,
    },
}

pub(super) fn algorithm_parser() -> impl clap::builder::TypedValueParser<Value = Algorithm> {
    PossibleValuesParser::new(Algorithm::ALL.map(Algorithm::as_str))
        .try_map(|name| Algorithm::parse(&name).ok_or("no such algorithm"))
}

pub fn run(config: &Config, command: Command) -> Result<(), Failure> {
    match command {
        Command::List { json } => list(config, json),
        Command::Rotate { algorithm, now, json } => rotate(config, algorithm, now, json),
        Command::Retire { kid } => retire(config, &kid),
    }
}

fn list(config: &Config, json: bool) -> Result<(), Failure> {
    let keys = super::on_site(config, async |site| Ok(signing_key::list(&site.parts).await?))?;
    if json {
        return output::json(&keys.iter().map(as_json).collect());
    }
    let mut table = format!("{:<43} {:<9} {:<7} {:<24} UNTIL\n", "KID", "ALGORITHM", "STATE", "SINCE");
    for key in &keys {
        let until = until(key).unwrap_or_default();
        let (algorithm, state, since) = (key.algorithm.as_str(), key.state.as_str(), key.since.to_string());
        // Writing to a String does not fail.
        let _ = writeln!(table, "{:<43} {algorithm:<9} {state:<7} {since:<24} {until}", key.kid);
    }
    output::block(&table)
}

fn as_json(key: &StoredKey) -> serde_json::Value {
    json!({
        "kid": key.kid,
        "algorithm": key.algorithm.as_str(),
        "state": key.state.as_str(),
        "since": key.since.to_string(),
        "until": until(key),
    })
}

/// When the key leaves its state, if that is settled.
fn until(key: &StoredKey) -> Option<String> {
    match key.state {
        KeyState::Next { from } => from.map(|at| at.to_string()),
        KeyState::Active => None,
        KeyState::Retired { until } => Some(until.to_string()),
    }
}

fn rotate(config: &Config, algorithm: Algorithm, now: bool, json: bool) -> Result<(), Failure> {
    let rotated =
        super::on_site(config, async |site| Ok(signing_key::rotate(&site.parts, algorithm, now).await?))?;
    let (kid, state, from) = match rotated {
        Rotated::Done { kid } => {
            output::note("this key signs from now on");
            (kid, "active", None)
        }
        Rotated::Scheduled { kid, from } => {
            output::note(&format!("this key signs from {from} on"));
            (kid, "scheduled", Some(from.to_string()))
        }
    };
    if json { output::json(&json!({ "kid": kid, "state": state, "from": from })) } else { output::line(&kid) }
}

fn retire(config: &Config, kid: &str) -> Result<(), Failure> {
    super::on_site(config, async |site| signing_key::retire(&site.parts, kid).await.map_err(explained))?;
    output::note("nothing that this key signed is good any more");
    Ok(())
}

/// With the mend.
fn explained(error: RetireError) -> Failure {
    match error {
        RetireError::Unknown => {
            Failure::new("no signing key has this kid; `authms keys list` shows them all")
        }
        RetireError::Signs(algorithm) => Failure::new(format!(
            "{error}: have the next one sign by `authms keys rotate --algorithm {algorithm} --now`, then retire this one"
        )),
        RetireError::Fault(fault) => fault.into(),
    }
}
