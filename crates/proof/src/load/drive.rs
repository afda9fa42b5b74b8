//! The closed loop: so many connections, each with one request under way at a time.

use super::op::Operation;
use crate::Result;
use crate::stats::Latency;
use crate::wire::{Conn, string_field};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// How long the last answers may take after the cap has passed.
const GRACE: Duration = Duration::from_secs(30);
/// A connection that cannot get through this often in a row gives up.
const TRIES: u32 = 20;

/// The size of one run. It ends when all requests are sent or the cap has passed, whichever is first.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    pub(crate) connections: usize,
    pub(crate) requests: usize,
    pub(crate) cap: Duration,
}

/// What a run measured.
#[derive(Debug, Default)]
pub(crate) struct Run {
    /// Requests begun: the list up to here is used up.
    pub(crate) taken: usize,
    pub(crate) elapsed: Duration,
    /// Nanoseconds, of accepted answers only; each from the first byte sent to the last byte read.
    pub(crate) samples: Vec<u64>,
    /// By what was seen instead: a status, or `connection`.
    pub(crate) errors: BTreeMap<String, u64>,
    pub(crate) harvest: Vec<String>,
}

impl Run {
    pub(crate) fn per_second(&self) -> f64 {
        self.samples.len() as f64 / self.elapsed.as_secs_f64().max(1e-9)
    }

    pub(crate) fn latency(&mut self) -> Latency {
        Latency::of(&mut self.samples)
    }

    /// Joins a later round of the same measurement.
    pub(crate) fn merge(&mut self, other: Run) {
        self.taken += other.taken;
        self.elapsed += other.elapsed;
        self.samples.extend(other.samples);
        self.harvest.extend(other.harvest);
        for (what, count) in other.errors {
            *self.errors.entry(what).or_default() += count;
        }
    }
}

/// Sends the requests `0..bounds.requests`, each once.
pub(crate) async fn drive(address: SocketAddr, op: Arc<dyn Operation>, bounds: Bounds) -> Result<Run> {
    let mut conns = Vec::with_capacity(bounds.connections);
    for _ in 0..bounds.connections {
        conns.push(Conn::open(address).await?);
    }
    let next = Arc::new(AtomicUsize::new(0));
    let started = Instant::now();
    let workers: Vec<_> = conns
        .into_iter()
        .map(|conn| tokio::spawn(work(address, conn, Arc::clone(&op), Arc::clone(&next), bounds, started)))
        .collect();
    let mut run = Run::default();
    for worker in workers {
        let left = (bounds.cap + GRACE).saturating_sub(started.elapsed());
        let part = tokio::time::timeout(left, worker).await.map_err(|_| "the server stopped answering")??;
        run.merge(part);
    }
    run.elapsed = started.elapsed();
    Ok(run)
}

async fn work(
    address: SocketAddr,
    mut conn: Conn,
    op: Arc<dyn Operation>,
    next: Arc<AtomicUsize>,
    bounds: Bounds,
    started: Instant,
) -> Run {
    // Room for more than its share, so that the loop does not allocate.
    let room = bounds.requests / bounds.connections * 5 / 4 + 64;
    let mut run = Run { samples: Vec::with_capacity(room), ..Run::default() };
    let mut request = Vec::with_capacity(1024);
    while started.elapsed() < bounds.cap {
        let index = next.fetch_add(1, Ordering::Relaxed);
        if index >= bounds.requests {
            break;
        }
        run.taken += 1;
        op.write(index, &mut request);
        let sent = Instant::now();
        match conn.roundtrip(&request).await {
            Ok(answer) if op.accepts(answer.status, answer.body) => {
                run.samples.push(sent.elapsed().as_nanos() as u64);
                let kept = op.harvest().and_then(|name| string_field(answer.body, name));
                run.harvest.extend(kept.map(str::to_owned));
            }
            Ok(answer) => *run.errors.entry(answer.status.to_string()).or_default() += 1,
            Err(_) => {
                *run.errors.entry("connection".into()).or_default() += 1;
                match reopen(address).await {
                    Some(fresh) => conn = fresh,
                    None => break,
                }
            }
        }
    }
    run
}

async fn reopen(address: SocketAddr) -> Option<Conn> {
    for _ in 0..TRIES {
        if let Ok(conn) = Conn::open(address).await {
            return Some(conn);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_add_up() {
        let round = |error: &str, seconds| Run {
            taken: 2,
            elapsed: Duration::from_secs(seconds),
            samples: vec![1],
            errors: BTreeMap::from([(error.to_owned(), 1)]),
            harvest: vec!["t".into()],
        };
        let mut run = round("500", 1);
        run.merge(round("connection", 2));
        run.merge(round("500", 1));
        assert_eq!((run.taken, run.samples.len(), run.harvest.len()), (6, 3, 3));
        assert_eq!(run.errors, BTreeMap::from([("500".into(), 2), ("connection".into(), 1)]));
        assert!((run.per_second() - 0.75).abs() < 1e-9);
    }

    #[tokio::test]
    async fn every_request_is_sent_once_and_timed() {
        let address = crate::yardstick::spawn().await;
        let bounds = Bounds { connections: 4, requests: 500, cap: Duration::from_secs(20) };
        let run = drive(address, Arc::new(crate::load::op::Yard), bounds).await.expect("run");
        assert_eq!((run.taken, run.samples.len(), run.errors.len()), (500, 500, 0));
        assert!(run.elapsed > Duration::ZERO && run.samples.iter().all(|sample| *sample > 0));
    }

    #[tokio::test]
    async fn the_cap_ends_a_run() {
        let address = crate::yardstick::spawn().await;
        let bounds = Bounds { connections: 2, requests: 1_000_000, cap: Duration::from_millis(50) };
        let run = drive(address, Arc::new(Wrong), bounds).await.expect("run");
        assert!(run.taken > 0 && run.taken < 1_000_000);
        assert_eq!(run.errors.keys().collect::<Vec<_>>(), ["404"]);
    }

    /// A request that the yardstick does not know.
    struct Wrong;
    impl Operation for Wrong {
        fn write(&self, _: usize, out: &mut Vec<u8>) {
            crate::wire::Request::get("/nowhere").write_to(out);
        }
        fn accepts(&self, status: u16, _: &[u8]) -> bool {
            status == 200
        }
    }
}
