//! What risk costs a redeem: one server, whose tenant weighs the signals and silences them in turns.

use super::drive::Bounds;
use super::report::{Side, ratio};
use super::scenario::Scenario;
use super::{Args as Load, Store, Tally};
use crate::Result;
use crate::api::{Client, path};
use crate::process::{Binary, Meter, Server, TempDir};
use crate::setup::Site;
use crate::table::{grouped, millis, render};
use crate::wire::Request;
use serde::Serialize;
use std::time::Duration;

/// The signals of the contract.
const SIGNALS: [&str; 14] = [
    "credential_leaked",
    "ip_bad_reputation",
    "ip_unknown",
    "ip_vpn",
    "login_failure_high",
    "login_failure_moderate",
    "mfa_method_changed",
    "new_country",
    "new_device_or_ip",
    "session_hijack",
    "unknown_device",
    "unusual_location",
    "unusual_time",
    "velocity_anomaly",
];

/// The least share of the rate that has to be left.
const GOAL: f64 = 0.8;

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    binary: Binary,
    /// Redeems with risk, and as many without
    #[arg(long, default_value_t = 200_000, value_parser = clap::value_parser!(u64).range(1..=5_000_000))]
    tickets: u64,
    /// Keep-alive connections
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u64).range(1..=4096))]
    connections: u64,
    /// With and without take turns this often
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u64).range(1..=100))]
    rounds: u64,
    /// The users that tickets are for
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    users: u64,
}

#[derive(Debug, Serialize)]
pub(crate) struct Report {
    with: Side,
    without: Side,
    /// The rate with risk as a share of the one without.
    rate_ratio: Option<f64>,
    idle: crate::process::Memory,
    loaded: crate::process::Memory,
}

/// Redeems as people do: from an address that a database knows, with the user agent of a browser.
pub(crate) fn run(args: &Args) -> Result<Report> {
    let mut site = Site::create(&args.binary, TempDir::new("risk")?, args.users as usize)?;
    site.believe_forwarded();
    let key = site.settings_key()?;
    let server = site.plan.start()?;
    let idle = Meter::of(server.pid()).memory()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let [with, without] = runtime.block_on(measure(args, &mut site, &server, &key))?;
    let loaded = Meter::of(server.pid()).memory()?;
    server.stop()?;
    let rate_ratio = (without.per_second > 0.0).then_some(with.per_second / without.per_second);
    Ok(Report { with, without, rate_ratio, idle, loaded })
}

async fn measure(args: &Args, site: &mut Site, server: &Server, key: &str) -> Result<[Side; 2]> {
    site.add_users().await?;
    let load = Load::redeem(&args.binary);
    let requests = (args.tickets / args.rounds).max(1) as usize;
    let bounds = Bounds { connections: args.connections as usize, requests, cap: Duration::from_secs(60) };
    let mut scenario = Scenario::new(site, &load);
    scenario.everyday = true;
    let mut client = Client::new(site.plan.address);
    let mut sides = [Tally::default(), Tally::default()];
    for round in 1..=args.rounds {
        eprintln!("risk: round {round} of {}", args.rounds);
        for (tally, silent) in sides.iter_mut().zip([false, true]) {
            weigh(&mut client, key, silent).await?;
            let op = scenario.prepare(requests).await?;
            let taken = tally.add((server, &Store::Files), op, bounds).await?;
            scenario.used(taken);
        }
    }
    Ok(sides.map(Tally::side))
}

/// The defaults, or no signal at all.
async fn weigh(client: &mut Client, key: &str, silent: bool) -> Result<()> {
    let config = format!("{}/reset", path::RISK_CONFIG);
    client.must(Request::post(&config, "{}").bearer(key)).await?;
    if silent {
        let weights = SIGNALS.map(|signal| format!(r#""{signal}":0"#)).join(",");
        let body = format!(r#"{{"signal_weights":{{{weights}}}}}"#);
        let request = Request { method: "PUT", ..Request::post(path::RISK_CONFIG, &body) };
        client.must(request.bearer(key)).await?;
    }
    Ok(())
}

impl Report {
    pub(crate) fn is_clean(&self) -> bool {
        let errors = |side: &Side| side.errors.values().sum::<u64>();
        errors(&self.with) + errors(&self.without) == 0 && self.rate_ratio.is_some_and(|r| r >= GOAL)
    }

    pub(crate) fn human(&self) -> String {
        let row = |name: &str, side: &Side| {
            vec![
                name.to_owned(),
                grouped(side.per_second),
                millis(side.latency.p50_us),
                millis(side.latency.p99_us),
                format!("{:.0}", side.server_cpu_us),
                side.errors.values().sum::<u64>().to_string(),
            ]
        };
        let head = ["risk", "redeem/s", "p50 ms", "p99 ms", "server CPU µs", "errors"];
        let table = render(&head, &[row("on", &self.with), row("off", &self.without)]);
        let mib = |kib: u64| kib as f64 / 1024.0;
        format!(
            "{table}\nwith risk at {} of the rate without (goal: {GOAL}); resident {:.1} MiB idle, {:.1} MiB after\n",
            ratio(self.rate_ratio, 2),
            mib(self.idle.resident_kib),
            mib(self.loaded.resident_kib),
        )
    }
}
