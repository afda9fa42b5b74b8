//! `authms keys rotate`

use authms_core::signing_key::{self, Rotated};
use serde_json::json;

use crate::config::Config;
use crate::failure::Failure;
use crate::output;

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Move signing to the next key, and print that key's kid
    ///
    /// The next key signs as soon as it has been published for 24 hours, so that nobody who caches the key set meets
    /// a signature that they cannot verify. The former key stays published until its last token has expired. Running
    /// servers follow within seconds.
    Rotate {
        /// Sign with the next key at once: for a key that has leaked
        #[arg(long)]
        now: bool,
        /// Print {kid, state, from} as JSON; state is "active" or "scheduled"
        #[arg(long)]
        json: bool,
    },
}

pub fn run(config: &Config, command: Command) -> Result<(), Failure> {
    let Command::Rotate { now, json } = command;
    let rotated = super::on_site(config, async |site| Ok(signing_key::rotate(&site.parts, now).await?))?;
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
