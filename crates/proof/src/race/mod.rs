//! Many redeemers, one ticket, one moment: exactly one may get in.

mod family;
mod judge;
mod volley;

use crate::Result;
use crate::api::{Client, body, path};
use crate::lossy::Mutant;
use crate::process::{Binary, TempDir};
use crate::setup::Site;
use crate::wire::Request;
use judge::{Rule, Verdict, judge};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use volley::{Volley, fire};

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    binary: Binary,
    /// How many tickets are fought over, one after another
    #[arg(long, default_value_t = 2000, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    tickets: u64,
    /// Parallel requests for each, every one on a connection of its own
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u64).range(2..=4096))]
    redeemers: u64,
    /// All requests for a ticket carry one Idempotency-Key: then all must get the same session
    #[arg(long, value_enum, value_name = "WHICH")]
    idempotency_key: Option<WhichKey>,
    /// Race the refreshes of one refresh token instead
    #[arg(long, conflicts_with = "idempotency_key")]
    refresh: bool,
    /// Race a build that is wrong on purpose, which must be found out
    #[arg(long, value_enum)]
    mutant: Option<Mutant>,
    /// The longest that the race may take, in seconds
    #[arg(long, default_value_t = 300, value_parser = clap::value_parser!(u64).range(1..=500))]
    seconds: u64,
    /// Where the server keeps its data [default: a temporary directory]
    #[arg(long)]
    data_dir: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum WhichKey {
    Same,
}

impl Args {
    fn rule(&self) -> Rule {
        match (self.refresh, self.idempotency_key) {
            (true, _) => Rule::AllTheSame,
            (_, Some(WhichKey::Same)) => Rule::AllTheSame,
            (false, None) => Rule::OneWins,
        }
    }
}

/// Starts a server, races and judges.
pub(crate) fn run(args: &Args) -> Result<Verdict> {
    let data = TempDir::given_or_new(args.data_dir.as_deref(), "race")?;
    let mut site = Site::create(&args.binary, data, 4)?;
    if args.mutant.is_some() {
        site.make_lossy(args.mutant)?;
    }
    let server = site.plan.start()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let verdict = runtime.block_on(race(args, &site))?;
    server.stop()?;
    Ok(verdict)
}

async fn race(args: &Args, site: &Site) -> Result<Verdict> {
    let mut client = Client::new(site.plan.address);
    eprintln!("race: preparing {}", args.tickets);
    let mut requests = Vec::new();
    let mut prizes = Vec::new();
    for number in 0..args.tickets as usize {
        let ticket = site.mint(&mut client, number).await?;
        let prize = match args.refresh {
            true => first_refresh_token(&mut client, &ticket).await?,
            false => ticket,
        };
        requests.push(request(args, &prize));
        prizes.push(prize);
    }
    eprintln!("race: {} redeemers on each", args.redeemers);
    let volley = Volley {
        address: site.plan.address,
        requests: Arc::new(requests),
        parallel: args.redeemers as usize,
        cap: Duration::from_secs(args.seconds),
    };
    let seen = fire(volley).await?;
    let mut verdict = judge(args.rule(), &seen);
    if args.refresh {
        eprintln!("race: using predecessors after their successors");
        for (prize, seen) in prizes.iter().zip(&seen) {
            verdict.violations.extend(family::reuse_ends_it(&mut client, prize, seen).await.err());
        }
    }
    Ok(verdict)
}

async fn first_refresh_token(client: &mut Client, ticket: &str) -> Result<String> {
    let reply = client.must(Request::post(path::SIGN_IN, &body::sign_in(ticket))).await?;
    Ok(reply.tokens().ok_or_else(|| format!("no tokens: {}", reply.summary()))?.refresh)
}

fn request(args: &Args, prize: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let key = args
        .idempotency_key
        .map(|WhichKey::Same| format!("race-{}", &prize[prize.len().saturating_sub(16)..]));
    match args.refresh {
        true => Request::post(path::REFRESH, &body::refresh(prize)).write_to(&mut bytes),
        false => {
            let body = body::sign_in(prize);
            Request::post(path::SIGN_IN, &body).idempotency_key(key.as_deref()).write_to(&mut bytes);
        }
    }
    bytes
}
