//! How fast the audit log is sealed after an outage, and how soon a proof is made out of all of it.

use crate::Result;
use crate::api::{Client, Outcome};
use crate::process::{Binary, Server, TempDir};
use crate::setup::Site;
use crate::stats::Latency;
use crate::table::{grouped, millis, render};
use crate::wire::Request;
use authms_core::id::EventId;
use rusqlite::{Connection, params};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// What is asked for: events sealed in a second, and microseconds of a proof.
const SEALED: f64 = 20_000.0;
const PROOF_US: f64 = 5_000.0;

/// Rows in a transaction.
const AT_ONCE: u64 = 50_000;

/// How long nothing may be sealed.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    binary: Binary,
    /// Rows that wait to be sealed when the server starts
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(1000..=100_000_000))]
    rows: u64,
    /// Proofs that are asked for, one after another
    #[arg(long, default_value_t = 2000, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    proofs: u64,
    /// Where the store is to be and to stay [default: a temporary directory]
    #[arg(long)]
    data_dir: Option<PathBuf>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Report {
    rows: u64,
    sealed_per_second: f64,
    /// Of a proof, over HTTP.
    proof: Latency,
    errors: u64,
    bytes: u64,
}

pub(crate) fn run(args: &Args) -> Result<Report> {
    let site = Site::create(&args.binary, TempDir::given_or_new(args.data_dir.as_deref(), "sealing")?, 1)?;
    let key = site.auditing_key()?;
    let database = site.data.path().join("authms.db");
    let ids = fill(&database, args)?;
    eprintln!("sealing: {} rows wait", grouped(args.rows as f64));
    let server = site.plan.start()?;
    let sealed_per_second = sealed(&database, args.rows, &server)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (mut samples, errors) = runtime.block_on(proofs(&site, &key, &ids, args.proofs));
    server.stop()?;
    let bytes = std::fs::metadata(&database)?.len();
    Ok(Report { rows: args.rows, sealed_per_second, proof: Latency::of(&mut samples), errors, bytes })
}

/// Leaves rows to be sealed, copies of one that the server wrote; the identifiers of some.
fn fill(database: &Path, args: &Args) -> Result<Vec<String>> {
    let mut conn = Connection::open(database)?;
    conn.execute_batch("PRAGMA synchronous = OFF")?;
    let model = "SELECT id, tenant, name, body FROM audit_log WHERE tenant IS NOT NULL
                 ORDER BY length(body) DESC LIMIT 1";
    let (id, tenant, name, body): ([u8; 16], Vec<u8>, String, Vec<u8>) =
        conn.query_row(model, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
    let (was, body) = (EventId::from_bytes(id).to_string(), String::from_utf8(body)?);
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis() as u64;
    let every = (args.rows / args.proofs).max(1);
    let mut asked = Vec::new();
    for begin in (0..args.rows).step_by(AT_ONCE as usize) {
        let transaction = conn.transaction()?;
        for number in begin..args.rows.min(begin + AT_ONCE) {
            let at = now - args.rows + number;
            let mut id = [0; 16];
            id[..6].copy_from_slice(&at.to_be_bytes()[2..]);
            id[8..].copy_from_slice(&number.to_be_bytes());
            let text = EventId::from_bytes(id).to_string();
            transaction
                .prepare_cached(
                    "INSERT INTO audit_log (id, tenant, name, at, body) VALUES (?1, ?2, ?3, ?4, ?5)",
                )?
                .execute(params![id, tenant, name, at as i64, body.replace(&was, &text).into_bytes()])?;
            if number % every == 0 {
                asked.push(text);
            }
        }
        transaction.commit()?;
    }
    conn.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")?;
    Ok(asked)
}

/// Waits until nothing waits; how many rows were sealed in a second.
fn sealed(database: &Path, rows: u64, server: &Server) -> Result<f64> {
    let conn = Connection::open(database)?;
    let count = || -> Result<u64> {
        let sql = "SELECT coalesce(sum(size), 0) FROM audit_trees";
        Ok(conn.query_row(sql, [], |row| row.get::<_, i64>(0))?.unsigned_abs())
    };
    let (begun, from) = (Instant::now(), count()?);
    let (mut last, mut since) = (from, Instant::now());
    while last < rows {
        std::thread::sleep(Duration::from_millis(20));
        let now = count()?;
        if now > last {
            (last, since) = (now, Instant::now());
        } else if since.elapsed() > PATIENCE {
            return Err(format!("process {} has sealed {last} rows and seals no more", server.pid()).into());
        }
    }
    Ok((last - from) as f64 / begun.elapsed().as_secs_f64())
}

/// Asks for proofs; how long each took in nanoseconds, and how many were refused.
async fn proofs(site: &Site, key: &str, ids: &[String], count: u64) -> (Vec<u64>, u64) {
    let mut client = Client::new(site.plan.address);
    let (mut samples, mut errors) = (Vec::new(), 0);
    for id in ids.iter().cycle().take(count as usize) {
        let path = format!("/api/v1/admin/audit/merkle-proof?entry_id={id}");
        let begun = Instant::now();
        match client.call(Request::get(&path).bearer(key)).await {
            Outcome::Answered(reply) if reply.status == 200 => {
                samples.push(begun.elapsed().as_nanos() as u64);
            }
            _ => errors += 1,
        }
    }
    (samples, errors)
}

impl Report {
    pub(crate) fn is_clean(&self) -> bool {
        self.errors == 0 && self.sealed_per_second >= SEALED && self.proof.p99_us <= PROOF_US
    }

    pub(crate) fn human(&self) -> String {
        let head = ["rows", "sealed/s", "proof p50 ms", "p99 ms", "max ms", "errors", "MB"];
        let Latency { p50_us, p99_us, max_us } = self.proof;
        let row = vec![
            grouped(self.rows as f64),
            grouped(self.sealed_per_second),
            millis(p50_us),
            millis(p99_us),
            millis(max_us),
            self.errors.to_string(),
            grouped(self.bytes as f64 / 1e6),
        ];
        let goal = vec![
            "goal".to_owned(),
            format!("≥ {}", grouped(SEALED)),
            String::new(),
            format!("≤ {}", millis(PROOF_US)),
            String::new(),
            "0".to_owned(),
            String::new(),
        ];
        render(&head, &[row, goal])
    }
}
