//! How long the first page of a list of tickets takes in a large store:
//! `cargo run --release -p authms-store --example ticket_lists [tickets] [directory]`.
//!
//! The rows are written by SQL, in the order of minting. Of 1,000 tickets 970 are spent, 10 issued, 19 expired and 1
//! revoked; there are 100,000 users, 10 clients and 3 minters.

use authms_core::id::{ApiKeyId, ClientId, TenantId, UserId};
use authms_core::ports::{Clock, Tickets};
use authms_core::retention::Retention;
use authms_core::ticket::{From, MinterId, TicketFilter, TicketStatus};
use authms_core::time::{Span, Timestamp};
use authms_store::{Options, SqliteStore};
use rusqlite::{Connection, Result, params};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);
const TENANT: [u8; 16] = [1; 16];
const USERS: u64 = 100_000;
const RUNS: usize = 50;

struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        NOW
    }
}

#[tokio::main]
async fn main() {
    let mut args = std::env::args().skip(1);
    let count = args.next().map_or(10_000_000, |n| n.parse().expect("a number of tickets"));
    let directory = args.next().map_or_else(std::env::temp_dir, PathBuf::from);
    let path = directory.join(format!("ticket-lists-{}.db", std::process::id()));
    let open = || {
        let options = Options {
            cache_kib: 4096,
            queue: 64,
            migrate: true,
            retention: Retention::default(),
            clock: Arc::new(Still),
        };
        SqliteStore::open(&path, options).expect("the store opens")
    };
    drop(open());
    fill(&path, count).expect("fills");
    let store = open();
    println!("{:<26}{:>9}{:>10}{:>10}", "first page of", "total", "p50 ms", "worst ms");
    for (name, filter) in lists() {
        let (mut times, mut total) = (Vec::new(), 0);
        for _ in 0..RUNS {
            let start = Instant::now();
            let found = store.tickets(TenantId::from_bytes(TENANT), filter, From::Skip(0), 20, NOW).await;
            times.push(start.elapsed());
            total = found.expect("a page").total;
        }
        times.sort_unstable();
        let ms = |n: usize| times[n].as_secs_f64() * 1000.0;
        println!("{name:<26}{total:>9}{:>10.2}{:>10.2}", ms(RUNS / 2), ms(RUNS - 1));
    }
    drop(store);
    for suffix in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{suffix}", path.display()));
    }
}

fn lists() -> Vec<(&'static str, TicketFilter)> {
    let all = TicketFilter::default();
    let user = Some(UserId::from_bytes(id(2, 7)));
    let client = Some(ClientId::from_bytes(id(3, 7)));
    let minter = Some(MinterId::Key(ApiKeyId::from_bytes(id(4, 1))));
    let mut lists: Vec<_> = TicketStatus::ALL
        .into_iter()
        .map(|status| (status.as_str(), TicketFilter { status: Some(status), ..all }))
        .collect();
    lists.push(("all", all));
    lists.push(("a user's", TicketFilter { user, ..all }));
    lists.push(("a client's", TicketFilter { client, ..all }));
    lists.push(("a minter's", TicketFilter { minter, ..all }));
    let status = Some(TicketStatus::Revoked);
    lists.push(("a client's, revoked", TicketFilter { client, status, ..all }));
    lists
}

fn id(kind: u8, n: u64) -> [u8; 16] {
    let mut id = [kind; 16];
    id[8..].copy_from_slice(&n.to_be_bytes());
    id
}

fn fill(path: &Path, count: u64) -> Result<()> {
    let mut conn = Connection::open(path)?;
    conn.execute_batch("PRAGMA synchronous = OFF; PRAGMA cache_size = -1048576;")?;
    let start = Instant::now();
    for from in (0..count).step_by(500_000) {
        let tx = conn.transaction()?;
        let mut notes = Vec::new();
        for n in from..count.min(from + 500_000) {
            notes.extend(insert(&tx, n, count)?);
        }
        notes.sort_unstable();
        let sql = "INSERT OR IGNORE INTO ticket_index (of_id, expires_at, ticket_id) VALUES (?1, ?2, ?3)";
        for (of, expires_at, ticket) in notes {
            tx.prepare_cached(sql)?.execute(params![of, expires_at, ticket])?;
        }
        tx.commit()?;
        let rate = (from + 1) as f64 / start.elapsed().as_secs_f64();
        eprint!("\r{from} of {count} tickets, {rate:.0}/s    ");
        let _ = std::io::stderr().flush();
    }
    eprintln!();
    Ok(())
}

type Note = ([u8; 16], i64, [u8; 16]);

fn insert(conn: &Connection, n: u64, count: u64) -> Result<[Note; 3]> {
    // Scattered, and the same in every run.
    let random = n.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 20;
    let issued = random % 1000 >= 990;
    let created = NOW.minus(Span::millis((count - n) as i64 * 800));
    let expires = if issued {
        NOW.plus(Span::millis(1 + (n % 300_000) as i64))
    } else {
        created.plus(Span::seconds(300))
    };
    let (expires, created) = (expires.as_millis().min(NOW.as_millis() + 300_000), created.as_millis());
    let mut ticket = id(5, random);
    ticket[..8].copy_from_slice(&n.to_be_bytes());
    let spent = random % 1000 < 970;
    let revoked = random % 1000 == 970;
    let state = if spent {
        "spent"
    } else if revoked {
        "revoked"
    } else {
        "issued"
    };
    let (user, client, key) = (id(2, random / 1000 % USERS), id(3, random / 7 % 10), id(4, random / 11 % 3));
    let at = (spent || revoked).then_some(created + 1000);
    let sql = "INSERT INTO tickets (id, tenant_id, subject_id, purpose, minter_key, secret_hash, client_id, fence_user,
                   fence_tenant, fence_membership, fence_client, fence_key, created_at, expires_at, session_id, spent_at,
                   attempts, replays, state, revoked_at, revoked_why)
               VALUES (?1, ?2, ?3, 'sso', ?4, ?5, ?6, 0, 0, 0, 0, 0, ?7, ?8, ?9, ?10, 0, 0, ?11, ?12, ?13)";
    conn.prepare_cached(sql)?.execute(params![
        ticket,
        TENANT,
        user,
        key,
        [n as u8; 32],
        client,
        created,
        expires,
        spent.then_some(ticket),
        at.filter(|_| spent),
        state,
        at.filter(|_| revoked),
        revoked.then_some("withdrawn"),
    ])?;
    Ok([user, client, key].map(|of| (of, expires, ticket)))
}
