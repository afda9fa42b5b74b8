//! `authms config check`

use authms_core::ports::Clock as _;

use crate::clock::SystemClock;
use crate::config::Config;
use crate::failure::Failure;
use crate::places::GeoPlaces;
use crate::{output, tls};

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Check the configuration and the certificate, and print every setting with where its value comes from; secrets stay hidden
    Check,
}

pub fn run(config: &Config, command: Command) -> Result<(), Failure> {
    // A configuration that does not hold has been refused before any command runs.
    let Command::Check = command;
    for warning in config.warnings() {
        output::note(&format!("warning: {warning}"));
    }
    let identity = config.server.tls.as_ref().map(|files| tls::load(files, SystemClock.now())).transpose()?;
    let settings = config.sources().to_string();
    output::line(settings.trim_end())?;
    if let Some(identity) = identity {
        output::note(&format!("the certificate is valid until {}", tls::ends(&identity)));
    }
    for age in GeoPlaces::open(&config.geo)?.ages(SystemClock.now()) {
        output::note(&format!("database of {age}"));
    }
    output::note("the configuration is valid");
    Ok(())
}
