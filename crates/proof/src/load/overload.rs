//! More than the server can do: who is let in must be served as fast as ever, the rest be told at once, and all be well
//! soon after.

use super::drive::{Bounds, drive};
use super::op::Operation;
use super::paced::{Pace, Shots, paced};
use super::scenario::Scenario;
use super::{Args as Load, password, ratio};
use crate::Result;
use crate::process::{Binary, Server, TempDir};
use crate::setup::Site;
use crate::table::{grouped, millis, render};
use serde::Serialize;
use std::sync::Arc;
use std::time::Duration;

/// What the issue asks for.
const SLOWER: f64 = 2.0;
const TOLD_WITHIN: Duration = Duration::from_millis(50);
const NORMAL_WITHIN: Duration = Duration::from_secs(5);

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    binary: Binary,
    /// What there is too much of
    #[arg(long, value_enum, default_value = "redeem")]
    op: Too,
    /// How long each of four phases takes, in seconds
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=300))]
    seconds: u64,
    /// Connections that send the surplus
    #[arg(long, default_value_t = 512, value_parser = clap::value_parser!(u64).range(1..=4000))]
    connections: u64,
    /// Tickets for finding out the rate
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u64).range(1..=5_000_000))]
    tickets: u64,
    /// How many times its rate the server is asked for [default: 2 of redeems, 5 of passwords]
    #[arg(long)]
    times: Option<f64>,
    /// The users that tickets are for, or who sign in
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    users: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, Serialize)]
#[serde(rename_all = "snake_case")]
enum Too {
    /// Signing in with tickets
    Redeem,
    /// Signing in with passwords
    Password,
}

/// One phase.
#[derive(Debug, Serialize)]
struct Phase {
    name: &'static str,
    asked_per_second: f64,
    done_per_second: f64,
    p50_us: f64,
    p99_us: f64,
    turned_away_per_second: f64,
    told_p99_us: f64,
    told_max_us: f64,
    errors: u64,
}

#[derive(Debug, Serialize)]
pub(crate) struct Report {
    op: Too,
    /// In a closed loop that keeps it busy.
    rate_per_second: f64,
    times: f64,
    phases: Vec<Phase>,
    /// How many times the unloaded p99 the admitted one is.
    slower: Option<f64>,
    normal_after_ms: u64,
}

pub(crate) fn run(args: &Args) -> Result<Report> {
    let users = if args.op == Too::Redeem { args.users } else { 1 };
    let mut site = Site::create(&args.binary, TempDir::new("overload")?, users as usize)?;
    let people = match args.op {
        Too::Password => Some(Arc::new(password::people(&mut site, args.users.min(64))?)),
        Too::Redeem => None,
    };
    let server = site.plan.start()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let report = runtime.block_on(async {
        site.add_users().await?;
        let load = Load::redeem(&args.binary);
        if let Some(people) = &people {
            people.choose_their_own(server.address).await?;
        }
        let source = match people {
            Some(people) => Source::People(people),
            None => Source::Tickets(Box::new(Scenario::new(&site, &load))),
        };
        Flood { args, server: &server, source }.measure().await
    })?;
    server.stop()?;
    Ok(report)
}

/// Where requests come from.
enum Source<'a> {
    Tickets(Box<Scenario<'a>>),
    People(Arc<dyn Operation>),
}

struct Flood<'a> {
    args: &'a Args,
    server: &'a Server,
    source: Source<'a>,
}

impl Flood<'_> {
    async fn measure(mut self) -> Result<Report> {
        let (args, op) = (self.args, self.args.op);
        let times = args.times.unwrap_or(if op == Too::Redeem { 2.0 } else { 5.0 });
        let rate = self.busy().await?;
        let unloaded = self.at(rate / 2.0, 64).await?;
        let flood = self.at(rate * times, args.connections as usize).await?;
        let after = self.at(rate / 2.0, 64).await?;
        let usual = unloaded.latency(true).p99_us;
        let admitted = flood.latency(true).p99_us;
        let normal_after = after.normal_after(Duration::from_secs_f64(usual * SLOWER / 1e6));
        Ok(Report {
            op,
            rate_per_second: rate,
            times,
            phases: vec![
                Phase::of("half the rate", rate / 2.0, &unloaded),
                Phase::of("too much", rate * times, &flood),
                Phase::of("half the rate again", rate / 2.0, &after),
            ],
            slower: (usual > 0.0).then_some(admitted / usual),
            normal_after_ms: normal_after.as_millis() as u64,
        })
    }

    /// The rate at which it is busy and refuses nothing.
    async fn busy(&mut self) -> Result<f64> {
        let cap = Duration::from_secs(self.args.seconds);
        let (connections, requests) = match self.source {
            Source::Tickets(_) => (64, self.args.tickets as usize),
            // Half the cores hash, and each finds one more when it is done.
            Source::People(_) => {
                (std::thread::available_parallelism().map_or(2, usize::from), password::ENDLESS)
            }
        };
        let op = self.requests(requests).await?;
        let run = drive(self.server.address, op, Bounds { connections, requests, cap }).await?;
        self.used(run.taken);
        Ok(run.per_second())
    }

    async fn at(&mut self, rate: f64, connections: usize) -> Result<Shots> {
        let requests = (rate * self.args.seconds as f64).max(1.0) as usize;
        eprintln!("overload: {rate:.0} requests a second");
        let op = self.requests(requests).await?;
        let shots = paced(self.server.address, op, Pace { rate, requests, first: 0, connections }).await?;
        self.used(requests);
        Ok(shots)
    }

    async fn requests(&mut self, count: usize) -> Result<Arc<dyn Operation>> {
        match &mut self.source {
            Source::Tickets(scenario) => scenario.prepare(count).await,
            Source::People(people) => Ok(people.clone()),
        }
    }

    fn used(&mut self, count: usize) {
        if let Source::Tickets(scenario) = &mut self.source {
            scenario.used(count);
        }
    }
}

impl Phase {
    fn of(name: &'static str, asked: f64, shots: &Shots) -> Self {
        let (done, told) = (shots.latency(true), shots.latency(false));
        Self {
            name,
            asked_per_second: asked,
            done_per_second: shots.per_second(true),
            p50_us: done.p50_us,
            p99_us: done.p99_us,
            turned_away_per_second: shots.per_second(false),
            told_p99_us: told.p99_us,
            told_max_us: told.max_us,
            errors: shots.errors.values().sum(),
        }
    }

    fn row(&self) -> Vec<String> {
        let mut row = vec![self.name.to_owned()];
        row.extend([self.asked_per_second, self.done_per_second].map(grouped));
        row.extend([self.p50_us, self.p99_us].map(millis));
        row.push(grouped(self.turned_away_per_second));
        row.extend([self.told_p99_us, self.told_max_us].map(millis));
        row.push(self.errors.to_string());
        row
    }
}

impl Report {
    pub(crate) fn is_clean(&self) -> bool {
        let told =
            self.phases.iter().all(|p| p.errors == 0 && p.told_p99_us <= TOLD_WITHIN.as_micros() as f64);
        let normal = self.normal_after_ms <= NORMAL_WITHIN.as_millis() as u64;
        told && normal && self.slower.is_some_and(|slower| slower <= SLOWER)
    }

    pub(crate) fn human(&self) -> String {
        let head = [
            "phase",
            "asked/s",
            "done/s",
            "p50 ms",
            "p99 ms",
            "turned away/s",
            "told p99 ms",
            "max ms",
            "errors",
        ];
        let rows: Vec<_> = self.phases.iter().map(Phase::row).collect();
        format!(
            "{}\nbusy at {}/s; at {} times that the admitted p99 is {} times the unloaded one (goal: {SLOWER}); the rest is told \
             within {} ms (goal: {}); normal again after {} ms (goal: {})\n",
            render(&head, &rows),
            grouped(self.rate_per_second),
            self.times,
            ratio(self.slower, 2),
            millis(self.phases.iter().map(|p| p.told_p99_us).fold(0.0, f64::max)),
            TOLD_WITHIN.as_millis(),
            self.normal_after_ms,
            NORMAL_WITHIN.as_millis(),
        )
    }
}
