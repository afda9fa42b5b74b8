//! `authms config check`

use crate::config::Config;
use crate::failure::Failure;
use crate::output;

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Check the configuration, and print every setting with where its value comes from; secrets stay hidden
    Check,
}

pub fn run(config: &Config, command: Command) -> Result<(), Failure> {
    // A configuration that does not hold has been refused before any command runs.
    let Command::Check = command;
    for warning in config.warnings() {
        output::note(&format!("warning: {warning}"));
    }
    let settings = config.sources().to_string();
    output::line(settings.trim_end())?;
    output::note("the configuration is valid");
    Ok(())
}
