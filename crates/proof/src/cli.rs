//! The command line: one subcommand an experiment.

use crate::{Result, failover, figures, load, race, serve, simulate, timing, torture, yardstick};
use clap::{Parser, Subcommand};
use serde::Serialize;
use std::process::ExitCode;

/// Measures, races and tortures an authms server that it starts itself, on the loopback interface only.
#[derive(Debug, Parser)]
#[command(name = "proof", version)]
struct Cli {
    /// Print the result as JSON instead of a table
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Rate, latency, CPU and memory, beside the yardstick
    Load(load::Args),
    /// What assessing the risk costs a redeem
    Risk(load::risk::Args),
    /// Sign-ins by password beside the raw hashing, and what they do to everything else
    Password(load::password::Args),
    /// More than the server can do: who is let in, who is told to come back, and how soon all is well again
    Overload(load::overload::Args),
    /// Redeem for long: does the memory grow?
    Soak(load::soak::Args),
    /// The redeem rate over a filled store, beside an empty one
    Filled(load::filled::Args),
    /// How fast the audit log is sealed, and how soon a proof is made out of all of it
    Sealing(load::sealing::Args),
    /// Many redeemers, one ticket: exactly one may win
    Race(race::Args),
    /// Kill the server again and again; nothing acknowledged may be lost or doubled
    Torture(torture::Args),
    /// Play the use cases over the store in memory, seed by seed, with everything that can go wrong
    Simulate(simulate::Args),
    /// Kill PostgreSQL, fail over, cut it off: what is lost, with and without a synchronous standby
    Failover(failover::Args),
    /// Whether an answer's time tells if a user exists
    Timing(timing::Args),
    /// The Markdown tables of docs/performance.md
    Figures(figures::Args),
    /// The bare JSON server that everything is compared with
    Yardstick(yardstick::Args),
    /// The real server over a file layer that forgets what was not synced
    #[command(hide = true)]
    ServeLossy(serve::Args),
}

pub(crate) fn main() -> ExitCode {
    let cli = Cli::parse();
    run(cli).unwrap_or_else(|failure| {
        eprintln!("proof: {failure}");
        ExitCode::from(2)
    })
}

/// 0: all as it must be. 1: something was found. 2, in `main`: the experiment itself failed.
fn run(cli: Cli) -> Result<ExitCode> {
    let json = cli.json;
    match cli.command {
        Command::Load(args) => {
            load::run(&args).and_then(|report| show(json, &report, report.human(), report.is_clean()))
        }
        Command::Risk(args) => {
            let report = load::risk::run(&args)?;
            show(json, &report, report.human(), report.is_clean())
        }
        Command::Password(args) => {
            let report = load::password::run(&args)?;
            show(json, &report, report.human(), report.is_clean())
        }
        Command::Overload(args) => {
            let report = load::overload::run(&args)?;
            show(json, &report, report.human(), report.is_clean())
        }
        Command::Soak(args) => {
            let report = load::soak::run(&args)?;
            show(json, &report, report.human(), report.is_clean())
        }
        Command::Filled(args) => {
            let report = load::filled::run(&args)?;
            show(json, &report, report.human(), report.is_clean())
        }
        Command::Sealing(args) => {
            let report = load::sealing::run(&args)?;
            show(json, &report, report.human(), report.is_clean())
        }
        Command::Race(args) => {
            let verdict = race::run(&args)?;
            show(json, &verdict, verdict.human(), verdict.violations.is_empty())
        }
        Command::Torture(args) => {
            let report = torture::run(&args)?;
            show(json, &report, report.human(), report.is_clean())
        }
        Command::Simulate(args) => {
            let report = simulate::run(&args)?;
            show(json, &report, report.human(), report.is_clean())
        }
        Command::Failover(args) => {
            let report = failover::run(&args)?;
            show(json, &report, report.human(), report.is_clean())
        }
        Command::Timing(args) => {
            let verdict = timing::run(&args)?;
            show(json, &verdict, verdict.human(), verdict.is_clean())
        }
        Command::Figures(args) => {
            let figures = figures::run(&args)?;
            show(json, &figures, figures.markdown(), figures.is_clean())
        }
        Command::Yardstick(args) => yardstick::run(&args).map(|()| ExitCode::SUCCESS),
        Command::ServeLossy(args) => serve::run(args),
    }
}

fn show(json: bool, result: &impl Serialize, human: String, clean: bool) -> Result<ExitCode> {
    match json {
        true => println!("{}", serde_json::to_string_pretty(result)?),
        false => print!("{human}"),
    }
    Ok(if clean { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }
}
