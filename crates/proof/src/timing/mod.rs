//! Whether an answer's time tells if a user exists: pairs of requests, known and unknown, and Welch's t-test over them.

mod welch;

use crate::Result;
use crate::api::{Client, Outcome, path};
use crate::process::{Binary, TempDir};
use crate::rng::Rng;
use crate::setup::Site;
use crate::table::render;
use crate::wire::Request;
use serde::Serialize;
use std::time::Instant;
use welch::{LEAK, welch};

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    binary: Binary,
    /// Pairs of requests: one that names a user who exists, one that names nobody
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(100..=10_000_000))]
    pairs: u32,
    /// Which endpoint
    #[arg(long, value_enum, default_value = "login")]
    op: Op,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Op {
    /// A wrong password
    Login,
    /// A forgotten password
    Forgot,
    /// A sign-in code by e-mail
    EmailCode,
    /// Where passkeys sign in
    PasskeyOptions,
}

impl Op {
    const fn path(self) -> &'static str {
        match self {
            Self::Login => path::LOGIN,
            Self::Forgot => path::FORGOT,
            Self::EmailCode => path::SEND_LOGIN_CODE,
            Self::PasskeyOptions => path::PASSKEY_OPTIONS,
        }
    }

    fn body(self, name: &str) -> String {
        match self {
            Self::Login => format!(r#"{{"identity":"{name}","password":"wrong horse battery staple"}}"#),
            Self::Forgot => format!(r#"{{"identity":"{name}"}}"#),
            Self::EmailCode | Self::PasskeyOptions => format!(r#"{{"email":"{name}"}}"#),
        }
    }
}

/// What was found.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Verdict {
    op: String,
    pairs: usize,
    /// Microseconds, of the pairs that were kept.
    known_mean_us: f64,
    unknown_mean_us: f64,
    /// Welch's statistic; beyond ±4.5 the two are told apart.
    t: f64,
    /// Pairs of which the two answers differed in status or body.
    differing_answers: usize,
}

impl Verdict {
    pub(crate) fn is_clean(&self) -> bool {
        self.t.abs() < LEAK && self.differing_answers == 0
    }

    pub(crate) fn human(&self) -> String {
        let row = vec![
            self.op.clone(),
            self.pairs.to_string(),
            format!("{:.1}", self.known_mean_us),
            format!("{:.1}", self.unknown_mean_us),
            format!("{:.2}", self.t),
            self.differing_answers.to_string(),
        ];
        render(&["request", "pairs", "known µs", "unknown µs", "t", "differing answers"], &[row])
    }
}

/// Starts a server, asks it in random order, and compares.
pub(crate) fn run(args: &Args) -> Result<Verdict> {
    let data = TempDir::given_or_new(None, "timing")?;
    let mut site = Site::create(&args.binary, data, 1)?;
    let unlimited = || "10000000".to_owned();
    site.plan.environment.extend([
        ("AUTHMS_LIMITS__ACCOUNT__QUOTA", unlimited()),
        ("AUTHMS_LIMITS__ADDRESS_SIGN_IN__QUOTA", unlimited()),
        ("AUTHMS_LIMITS__CODES__QUOTA", unlimited()),
    ]);
    // Hashed as the server hashes: a hash of another cost would take another time.
    let known = site.add_user_with_mail("known@example.test", "correct horse battery staple")?;
    let server = site.plan.start()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let verdict = runtime.block_on(compare(args, &site, &known))?;
    server.stop()?;
    Ok(verdict)
}

async fn compare(args: &Args, site: &Site, known: &str) -> Result<Verdict> {
    let mut client = Client::new(site.plan.address);
    let mut rng = Rng::new(Rng::entropy());
    let (mut of_known, mut of_unknown, mut differing) = (Vec::new(), Vec::new(), 0);
    let bodies = [args.op.body(known), args.op.body("kobold@example.test")];
    for body in bodies.iter().cycle().take(100) {
        timed(&mut client, args.op, body).await?;
    }
    for _ in 0..args.pairs {
        // In random order, so that what one leaves behind for the other leaves no trace.
        let known_first = rng.chance(50);
        let (first, second) = if known_first { (0, 1) } else { (1, 0) };
        let (first_time, first_answer) = timed(&mut client, args.op, &bodies[first]).await?;
        let (second_time, second_answer) = timed(&mut client, args.op, &bodies[second]).await?;
        differing += usize::from(first_answer != second_answer);
        let (known, unknown) =
            if known_first { (first_time, second_time) } else { (second_time, first_time) };
        of_known.push(known);
        of_unknown.push(unknown);
    }
    let found = welch(&of_known, &of_unknown);
    Ok(Verdict {
        op: args.op.path().to_owned(),
        pairs: of_known.len(),
        known_mean_us: found.means.0,
        unknown_mean_us: found.means.1,
        t: found.t,
        differing_answers: differing,
    })
}

/// The time of a request in microseconds, and what of its answer must be the same for everybody.
async fn timed(client: &mut Client, op: Op, body: &str) -> Result<(f64, (u16, Vec<u8>))> {
    let began = Instant::now();
    let outcome = client.call(Request::post(op.path(), body)).await;
    let took = began.elapsed().as_secs_f64() * 1e6;
    match outcome {
        Outcome::Answered(reply) if reply.status != 429 && reply.status < 500 => {
            Ok((took, (reply.status, reply.shape())))
        }
        Outcome::Answered(reply) => Err(format!("{}: {}", op.path(), reply.summary()).into()),
        lost => Err(format!("{}: {lost:?}", op.path()).into()),
    }
}
