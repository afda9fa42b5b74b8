//! The `authms` server: configuration, data directory, logging and, on top of them, the commands.

pub mod agents;
mod allocator;
mod anchoring;
mod background;
mod cli;
mod clock;
mod commands;
pub mod config;
pub mod data_dir;
mod failure;
pub mod logging;
mod outbound;
mod output;
mod passwords;
pub mod places;
mod policy;
mod post;
mod progress;
pub mod records;
#[cfg(test)]
mod reference;
mod rng;
#[cfg(test)]
mod scratch;
mod siem;
mod signals;
mod stamps;
mod start_screen;
mod table;
mod tls;
mod wiring;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser as _;

use cli::Cli;

/// Runs `authms` with these arguments, the program's name first.
///
/// Exit codes: 0; 2 for arguments that are not understood; else what kind of failure it was (one sentence on standard error).
pub fn run<I>(args: I) -> ExitCode
where
    I: IntoIterator,
    I::Item: Into<OsString> + Clone,
{
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(usage) => {
            // Help and the version, which are no errors, go to standard output. A closed stream is the reader's choice.
            let _ = usage.print();
            return if usage.use_stderr() { ExitCode::from(2) } else { ExitCode::SUCCESS };
        }
    };
    match commands::run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.report();
            ExitCode::from(failure.kind() as u8)
        }
    }
}
