//! The open loop: requests leave when they are due, whether or not others were answered. Only so can more be asked of a
//! server than it can do.

use super::op::Operation;
use crate::Result;
use crate::stats::Latency;
use crate::wire::Conn;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// How long the last answers may take.
const GRACE: Duration = Duration::from_secs(30);

/// Requests at a steady rate.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// A second.
    pub(crate) rate: f64,
    pub(crate) requests: usize,
    /// The operation's request to begin with.
    pub(crate) first: usize,
    /// Connections that take turns. If all are busy, requests leave late, and that counts as their latency.
    pub(crate) connections: usize,
}

/// One request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shot {
    /// When it was due, from the beginning.
    pub(crate) due: Duration,
    /// From then until its answer was there.
    pub(crate) took: Duration,
    pub(crate) admitted: bool,
}

/// What became of them all.
#[derive(Debug, Default)]
pub(crate) struct Shots {
    /// Those that were done, and those that were told to come back (503).
    pub(crate) all: Vec<Shot>,
    /// By what was seen instead.
    pub(crate) errors: BTreeMap<String, u64>,
    pub(crate) elapsed: Duration,
}

impl Shots {
    pub(crate) fn latency(&self, admitted: bool) -> Latency {
        let of = self.all.iter().filter(|shot| shot.admitted == admitted);
        Latency::of(&mut of.map(|shot| shot.took.as_nanos() as u64).collect::<Vec<_>>())
    }

    pub(crate) fn count(&self, admitted: bool) -> usize {
        self.all.iter().filter(|shot| shot.admitted == admitted).count()
    }

    pub(crate) fn per_second(&self, admitted: bool) -> f64 {
        self.count(admitted) as f64 / self.elapsed.as_secs_f64().max(1e-9)
    }

    /// From the beginning until all was normal for good: nobody turned away, and no more than one in a hundred slower
    /// than this. By halves of a second.
    pub(crate) fn normal_after(&self, usual: Duration) -> Duration {
        const SLOT: Duration = Duration::from_millis(500);
        let slot = |shot: &Shot| (shot.due.as_nanos() / SLOT.as_nanos()) as usize;
        let slots = self.all.iter().map(slot).max().map_or(0, |last| last + 1);
        let (mut all, mut bad, mut refused) = (vec![0; slots], vec![0; slots], vec![false; slots]);
        for shot in &self.all {
            all[slot(shot)] += 1;
            bad[slot(shot)] += usize::from(shot.took > usual);
            refused[slot(shot)] |= !shot.admitted;
        }
        let trouble = (0..slots).rev().find(|i| refused[*i] || bad[*i] * 100 > all[*i]);
        SLOT * trouble.map_or(0, |last| last as u32 + 1)
    }
}

/// Sends requests `first..first + requests`, each when it is due.
pub(crate) async fn paced(address: SocketAddr, op: Arc<dyn Operation>, pace: Pace) -> Result<Shots> {
    let mut conns = Vec::with_capacity(pace.connections);
    for _ in 0..pace.connections {
        conns.push(Conn::open(address).await?);
    }
    let (next, started) = (Arc::new(AtomicUsize::new(0)), Instant::now());
    let send = |conn| tokio::spawn(work(address, conn, Arc::clone(&op), Arc::clone(&next), pace, started));
    let workers: Vec<_> = conns.into_iter().map(send).collect();
    let all = Duration::from_secs_f64(pace.requests as f64 / pace.rate);
    let mut shots = Shots::default();
    for worker in workers {
        let left = (all * 4 + GRACE).saturating_sub(started.elapsed());
        let part = tokio::time::timeout(left, worker).await.map_err(|_| "the server stopped answering")??;
        shots.all.extend(part.all);
        for (what, count) in part.errors {
            *shots.errors.entry(what).or_default() += count;
        }
    }
    shots.elapsed = started.elapsed();
    Ok(shots)
}

async fn work(
    address: SocketAddr,
    mut conn: Conn,
    op: Arc<dyn Operation>,
    next: Arc<AtomicUsize>,
    pace: Pace,
    started: Instant,
) -> Shots {
    let (mut shots, mut request) = (Shots::default(), Vec::with_capacity(1024));
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= pace.requests {
            return shots;
        }
        let due = Duration::from_secs_f64(number as f64 / pace.rate);
        // The timer ticks by milliseconds: what is due within the present one leaves now.
        if due > started.elapsed() {
            tokio::time::sleep_until((started + due).into()).await;
        }
        op.write(pace.first + number, &mut request);
        let mut note = |admitted| {
            let took = started.elapsed().saturating_sub(due);
            shots.all.push(Shot { due, took, admitted });
        };
        match conn.roundtrip(&request).await {
            Ok(answer) if op.accepts(answer.status, answer.body) => note(true),
            Ok(answer) if answer.status == 503 => note(false),
            Ok(answer) => *shots.errors.entry(answer.status.to_string()).or_default() += 1,
            Err(_) => {
                *shots.errors.entry("connection".into()).or_default() += 1;
                match Conn::open(address).await {
                    Ok(fresh) => conn = fresh,
                    Err(_) => return shots,
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shot(due: u64, took: u64, admitted: bool) -> Shot {
        Shot { due: Duration::from_millis(due), took: Duration::from_millis(took), admitted }
    }

    #[test]
    fn normal_is_when_nothing_bad_comes_any_more() {
        let usual = Duration::from_millis(10);
        let after = |all: Vec<Shot>| Shots { all, ..Shots::default() }.normal_after(usual);
        assert_eq!(after(vec![shot(0, 5, true), shot(900, 5, true)]), Duration::ZERO);
        assert_eq!(after(vec![shot(0, 5, true), shot(900, 1, false)]), Duration::from_secs(1));
        assert_eq!(after(vec![shot(100, 50, true), shot(900, 5, true)]), Duration::from_millis(500));
    }

    #[tokio::test]
    async fn requests_leave_when_they_are_due() {
        let address = crate::yardstick::spawn().await;
        let pace = Pace { rate: 500.0, requests: 100, first: 0, connections: 8 };
        let shots = paced(address, Arc::new(crate::load::op::Yard), pace).await.expect("run");
        assert_eq!((shots.count(true), shots.count(false), shots.errors.len()), (100, 0, 0));
        assert!(shots.elapsed >= Duration::from_millis(198), "{:?}", shots.elapsed);
    }
}
