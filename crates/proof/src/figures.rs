//! The figures that docs/performance.md quotes, as Markdown.

use crate::Result;
use crate::load::{self, Level, Report, ratio};
use crate::process::TempDir;
use crate::setup::Site;
use crate::table::{grouped, millis};
use serde::Serialize;

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    load: load::Args,
    /// Cold starts, of which the median is given
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=50))]
    starts: u64,
}

#[derive(Debug, Serialize)]
pub(crate) struct Figures {
    command: String,
    machine: String,
    binary_bytes: u64,
    /// Of `starts` starts on a database that already exists.
    cold_start_ms: f64,
    load: Report,
}

pub(crate) fn run(args: &Args) -> Result<Figures> {
    let binary_bytes = std::fs::metadata(args.load.binary.path()?)?.len();
    let cold_start_ms = cold_start(args)?;
    let load = load::run(&args.load)?;
    Ok(Figures { command: command(), machine: machine(), binary_bytes, cold_start_ms, load })
}

/// The median, in milliseconds.
fn cold_start(args: &Args) -> Result<f64> {
    let site = Site::create(&args.load.binary, TempDir::new("starts")?, 1)?;
    let mut starts = Vec::new();
    for _ in 0..args.starts {
        let server = site.plan.start()?;
        starts.push(server.cold_start.as_secs_f64() * 1000.0);
        server.stop()?;
    }
    starts.sort_by(f64::total_cmp);
    Ok(starts[starts.len() / 2])
}

/// Relative to the work tree: absolute paths say nothing to a reader.
fn command() -> String {
    let args = std::env::args().skip(1).collect::<Vec<_>>().join(" ");
    format!("proof {args}")
}

fn machine() -> String {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model =
        cpu.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": ").map(|(_, name)| name));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!("{cores} cores of {}, shared with the load generator", model.unwrap_or("an unnamed CPU"))
}

impl Figures {
    pub(crate) fn is_clean(&self) -> bool {
        self.load.is_clean()
    }

    pub(crate) fn markdown(&self) -> String {
        let op = format!("{:?}", self.load.op).to_lowercase();
        let mut text = format!(
            "Machine: {}. Command: `{}`\n\n| connections | {op}/s | p50 ms | p99 ms | max ms | server CPU µs | errors | \
             yardstick/s | rate ratio | CPU ratio |\n|---|---|---|---|---|---|---|---|---|---|\n",
            self.machine, self.command
        );
        text.extend(self.load.levels.iter().map(row));
        let mib = |bytes: u64| format!("{:.1} MiB", bytes as f64 / 1_048_576.0);
        let (idle, loaded) = (self.load.idle, self.load.loaded);
        text += &format!(
            "\n| figure | value |\n|---|---|\n| resident, idle | {} |\n| resident, after the load | {} |\n| resident, at \
             most | {} |\n| cold start to ready | {:.0} ms |\n| binary | {} |\n| mint at 64 connections | {}/s |\n",
            mib(idle.resident_kib * 1024),
            mib(loaded.resident_kib * 1024),
            mib(loaded.peak_kib * 1024),
            self.cold_start_ms,
            mib(self.binary_bytes),
            grouped(self.load.mint_per_second),
        );
        text
    }
}

fn row(level: &Level) -> String {
    let (server, yard) = (&level.server, &level.yardstick);
    format!(
        "| {} | {} | {} | {} | {} | {:.0} | {} | {} | {} | {} |\n",
        level.connections,
        grouped(server.per_second),
        millis(server.latency.p50_us),
        millis(server.latency.p99_us),
        millis(server.latency.max_us),
        server.server_cpu_us,
        server.errors.values().sum::<u64>(),
        grouped(yard.per_second),
        ratio(level.rate_ratio, 2),
        ratio(level.cpu_ratio, 1),
    )
}
