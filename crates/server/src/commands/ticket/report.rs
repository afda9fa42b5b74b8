//! `authms ticket report`

use std::io::{self, BufRead as _};

use authms_core::ticket::{self, Report};
use authms_crypto::SecretString;

use crate::commands::on_site;
use crate::config::Config;
use crate::failure::Failure;
use crate::output;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "The ticket is read from standard input, since arguments are seen by everybody on the machine.
Whatever it was, the command succeeds: an issued ticket is dead then; of a redeemed one the session is flagged
and named, and goes on until somebody ends it.

Example:
  authms ticket report --note 'found in the proxy log' < ticket.txt"
)]
pub struct Args {
    /// Where it was found, for the audit log
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
}

pub fn run(config: &Config, args: Args) -> Result<(), Failure> {
    let mut line = String::with_capacity(128);
    let read = io::stdin().lock().read_line(&mut line);
    read.map_err(|error| Failure::new(format!("cannot read the ticket from standard input: {error}")))?;
    let found = SecretString::new(line);
    if found.expose().trim().is_empty() {
        return Err(Failure::refused("standard input holds no ticket; pipe it in"));
    }
    let report = Report { ticket: SecretString::new(found.expose().trim().to_owned()), note: args.note };
    let alert =
        on_site(config, async |site| Ok(ticket::report(&site.parts, &report, &Default::default()).await?))?;
    if let Some(alert) = alert {
        output::note(&format!(
            "it had been redeemed; end the session that it opened: authms session end {}",
            alert.session
        ));
    }
    Ok(())
}
