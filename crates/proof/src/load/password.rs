//! Signing in by password, beside what the hashing alone would allow; and what it does to everything else.

use super::drive::{Bounds, drive};
use super::op::{Me, Operation, Password};
use super::paced::{Pace, paced};
use super::ratio;
use crate::Result;
use crate::api::{Client, path};
use crate::process::{Binary, Server, TempDir};
use crate::setup::Site;
use crate::stats::Latency;
use crate::table::{grouped, millis, render};
use crate::wire::Request;
use authms_crypto::{Argon2Params, Hasher, Peppers};
use serde::Serialize;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What people are given, and what they choose instead.
const GIVEN: &str = "correct horse battery staple";
const CHOSEN: &str = "an unlikely choice of words";
/// More than can be hashed in the time of any run.
pub(super) const ENDLESS: usize = 1_000_000;
/// What the issue asks for: the share of the raw rate, and how much slower the others may become.
const SHARE: f64 = 0.9;
const SLOWER: f64 = 2.0;

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    binary: Binary,
    /// How long each measurement takes, in seconds; there are four
    #[arg(long, default_value_t = 15, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// Users who sign in
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u64).range(1..=1000))]
    users: u64,
    /// Hashing threads [default: as the server's, half the cores]
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=64))]
    workers: Option<u64>,
    /// Requests a second to the other endpoint, `GET /auth/me`
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    others: u64,
}

#[derive(Debug, Serialize)]
pub(crate) struct Report {
    workers: usize,
    /// Hashes a second by as many threads as the server has, with nothing else to do.
    raw_per_second: f64,
    sign_ins_per_second: f64,
    share: Option<f64>,
    sign_in: Latency,
    others_alone: Latency,
    others_beside: Latency,
    /// How many times the p99 alone the p99 beside is.
    slower: Option<f64>,
    errors: u64,
}

impl Args {
    fn workers(&self) -> usize {
        let half = || std::thread::available_parallelism().map_or(1, |cores| (cores.get() / 2).max(1));
        self.workers.map_or_else(half, |workers| workers as usize)
    }

    fn time(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }
}

/// Makes people who sign in by password, with a site whose limits are out of reach.
pub(super) fn people(site: &mut Site, count: u64) -> Result<Password> {
    for limit in ["AUTHMS_LIMITS__ACCOUNT__QUOTA", "AUTHMS_LIMITS__ADDRESS_SIGN_IN__QUOTA"] {
        site.plan.environment.push((limit, "10000000".to_owned()));
    }
    let person = |number| {
        let name = format!("person{number}@example.test");
        site.add_user_with_mail(&name, GIVEN).map(|name| (name, CHOSEN.to_owned()))
    };
    Ok(Password { people: (0..count).map(person).collect::<Result<_>>()? })
}

pub(crate) fn run(args: &Args) -> Result<Report> {
    let raw_per_second = raw(args.workers(), args.time());
    let mut site = Site::create(&args.binary, TempDir::new("password")?, 1)?;
    site.plan.environment.push(("AUTHMS_PASSWORDS__WORKERS", args.workers().to_string()));
    let people = Arc::new(people(&mut site, args.users)?);
    let server = site.plan.start()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let mut report = runtime.block_on(measure(args, &server, people))?;
    server.stop()?;
    report.raw_per_second = raw_per_second;
    report.share = Some(report.sign_ins_per_second / raw_per_second);
    Ok(report)
}

/// How many passwords so many threads hash a second at the default cost.
fn raw(threads: usize, time: Duration) -> f64 {
    let params = Argon2Params { memory_kib: 19_456, iterations: 2, parallelism: 1 };
    let begun = Instant::now();
    let count = || {
        let mut hasher = Hasher::new(params, Peppers::default());
        let mut hashed = 0_u64;
        while begun.elapsed() < time {
            hasher.hash(CHOSEN.as_bytes(), &[7; 16]);
            hashed += 1;
        }
        hashed
    };
    let hashed: u64 = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(count)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap_or(0)).sum()
    });
    hashed as f64 / begun.elapsed().as_secs_f64()
}

async fn measure(args: &Args, server: &Server, people: Arc<Password>) -> Result<Report> {
    // One more for each worker to find when it is done: as many as are let in even where there is always a queue.
    let bounds = Bounds { connections: 2 * args.workers(), requests: ENDLESS, cap: args.time() };
    people.choose_their_own(server.address).await?;
    let reader: Arc<dyn Operation> = Arc::new(reader(server, &people).await?);
    let others = || {
        let pace = Pace {
            rate: args.others as f64,
            requests: (args.others * args.seconds) as usize,
            first: 0,
            connections: 16,
        };
        paced(server.address, Arc::clone(&reader), pace)
    };
    let mut alone = drive(server.address, people.clone(), bounds).await?;
    let quiet = others().await?;
    let (beside, signing_in) = tokio::join!(others(), drive(server.address, people, bounds));
    let (beside, signing_in) = (beside?, signing_in?);
    let mut errors = alone.errors.values().sum::<u64>() + signing_in.errors.values().sum::<u64>();
    for others in [&quiet, &beside] {
        errors += others.errors.values().sum::<u64>() + others.count(false) as u64;
    }
    let (others_alone, others_beside) = (quiet.latency(true), beside.latency(true));
    let slower = (others_alone.p99_us > 0.0).then(|| others_beside.p99_us / others_alone.p99_us);
    Ok(Report {
        workers: args.workers(),
        raw_per_second: 0.0,
        sign_ins_per_second: alone.per_second(),
        share: None,
        sign_in: alone.latency(),
        others_alone,
        others_beside,
        slower,
        errors,
    })
}

impl Password {
    /// Whom an administrator gave a password has to change it before anything else.
    pub(super) async fn choose_their_own(&self, address: SocketAddr) -> Result<()> {
        let mut client = Client::new(address);
        for (name, chosen) in &self.people {
            let body = format!(r#"{{"identity":"{name}","password":"{GIVEN}"}}"#);
            let reply = client.must(Request::post(path::LOGIN, &body)).await?;
            let token = reply.field("challenge_token").ok_or("a given password that need not be changed")?;
            let body = format!(r#"{{"old_password":"{GIVEN}","new_password":"{chosen}"}}"#);
            let change = Request { method: "PUT", ..Request::post(path::PASSWORD, &body) };
            client.must(change.bearer(&token)).await?;
        }
        Ok(())
    }
}

/// Whoever signs in first also reads.
async fn reader(server: &Server, people: &Password) -> Result<Me> {
    let mut client = Client::new(server.address);
    let (name, password) = people.people.first().ok_or("nobody signs in")?;
    let body = format!(r#"{{"identity":"{name}","password":"{password}"}}"#);
    let reply = client.must(Request::post(path::LOGIN, &body)).await?;
    Ok(Me { tokens: vec![reply.field("access_token").ok_or("a sign-in without a token")?] })
}

impl Report {
    pub(crate) fn is_clean(&self) -> bool {
        let fast = self.share.is_some_and(|share| share >= SHARE);
        self.errors == 0 && fast && self.slower.is_some_and(|slower| slower <= SLOWER)
    }

    pub(crate) fn human(&self) -> String {
        let row = |name: &str, per_second: Option<f64>, latency: Option<&Latency>| {
            let mut row = vec![name.to_owned(), per_second.map_or_else(String::new, grouped)];
            row.extend(latency.map_or([0.0; 3], |l| [l.p50_us, l.p99_us, l.max_us]).map(millis));
            row
        };
        let rows = [
            row("argon2id alone", Some(self.raw_per_second), None),
            row("sign-ins", Some(self.sign_ins_per_second), Some(&self.sign_in)),
            row("/auth/me alone", None, Some(&self.others_alone)),
            row("/auth/me beside sign-ins", None, Some(&self.others_beside)),
        ];
        format!(
            "{}\n{} hashing threads; sign-ins at {} of the raw rate (goal: {SHARE}); p99 of the others {} times as long beside \
             them (goal: {SLOWER}); {} errors\n",
            render(&["what", "rate/s", "p50 ms", "p99 ms", "max ms"], &rows),
            self.workers,
            ratio(self.share, 2),
            ratio(self.slower, 2),
            self.errors,
        )
    }
}
