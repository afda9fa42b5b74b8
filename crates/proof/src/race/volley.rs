//! The same request from many connections in the same moment.

use crate::Result;
use crate::api::{Reply, Tokens};
use crate::wire::Conn;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::Barrier;

/// An answer that takes longer counts as none.
const PATIENCE: Duration = Duration::from_secs(20);

/// What to send; each request goes out once from each connection.
pub(super) struct Volley {
    pub(super) address: SocketAddr,
    pub(super) requests: Arc<Vec<Vec<u8>>>,
    pub(super) parallel: usize,
    pub(super) cap: Duration,
}

/// What one redeemer saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    Tokens(Box<Tokens>),
    Status(u16),
    Lost,
}

/// By request: what each redeemer saw. Fewer than were asked for if the cap passed.
pub(super) async fn fire(volley: Volley) -> Result<Vec<Vec<Seen>>> {
    let volley = Arc::new(volley);
    let line = Arc::new(Line {
        barrier: Barrier::new(volley.parallel),
        stop_at: AtomicUsize::new(volley.requests.len()),
        started: Instant::now(),
    });
    let mut conns = Vec::new();
    for _ in 0..volley.parallel {
        conns.push(Conn::open(volley.address).await?);
    }
    let redeem = |conn| tokio::spawn(redeemer(Arc::clone(&volley), Arc::clone(&line), conn));
    let redeemers: Vec<_> = conns.into_iter().map(redeem).collect();
    let mut by_request = vec![Vec::with_capacity(volley.parallel); volley.requests.len()];
    for redeemer in redeemers {
        for (request, seen) in redeemer.await?.into_iter().enumerate() {
            by_request[request].push(seen);
        }
    }
    by_request.retain(|seen| !seen.is_empty());
    Ok(by_request)
}

/// The starting line.
struct Line {
    barrier: Barrier,
    /// Nobody begins a request from this one on. Only the last to arrive at a barrier lowers it, to one past the
    /// request that the others may be on already, so all stop at the same one.
    stop_at: AtomicUsize,
    started: Instant,
}

async fn redeemer(volley: Arc<Volley>, line: Arc<Line>, conn: Conn) -> Vec<Seen> {
    let mut conn = Some(conn);
    let mut all_seen = Vec::with_capacity(volley.requests.len());
    for (number, request) in volley.requests.iter().enumerate() {
        if number >= line.stop_at.load(Ordering::SeqCst) {
            break;
        }
        // All but the last byte goes ahead, so that what remains at the start is one tiny packet each.
        let (ahead, last) = request.split_at(request.len() - 1);
        conn = ready(conn, volley.address).await;
        let sent_ahead = match &mut conn {
            Some(conn) => conn.send(ahead).await.is_ok(),
            None => false,
        };
        if line.barrier.wait().await.is_leader() && line.started.elapsed() > volley.cap {
            line.stop_at.fetch_min(number + 2, Ordering::SeqCst);
        }
        let seen = match conn.as_mut().filter(|_| sent_ahead) {
            Some(conn) => finish(conn, last).await,
            None => Seen::Lost,
        };
        if seen == Seen::Lost {
            conn = None;
        }
        all_seen.push(seen);
    }
    all_seen
}

async fn ready(conn: Option<Conn>, address: SocketAddr) -> Option<Conn> {
    match conn.filter(|conn| !conn.is_stale()) {
        Some(conn) => Some(conn),
        None => Conn::open(address).await.ok(),
    }
}

async fn finish(conn: &mut Conn, last: &[u8]) -> Seen {
    match tokio::time::timeout(PATIENCE, conn.roundtrip(last)).await {
        Ok(Ok(answer)) => {
            let reply = Reply::from(answer);
            reply.tokens().map_or(Seen::Status(reply.status), |tokens| Seen::Tokens(Box::new(tokens)))
        }
        Ok(Err(_)) | Err(_) => Seen::Lost,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Request;
    use crate::yardstick;

    fn volley(address: SocketAddr, cap: Duration) -> Volley {
        let mut request = Vec::new();
        Request::post(yardstick::PATH, r#"{"ticket":"t"}"#).write_to(&mut request);
        Volley { address, requests: Arc::new(vec![request; 300]), parallel: 8, cap }
    }

    #[tokio::test]
    async fn each_redeemer_sends_each_request() {
        let address = yardstick::spawn().await;
        let seen = fire(volley(address, Duration::from_secs(20))).await.expect("volley");
        assert_eq!(seen, vec![vec![Seen::Status(200); 8]; 300], "a 200 without tokens is only a status");
    }

    #[tokio::test]
    async fn all_stop_at_the_same_request() {
        let address = yardstick::spawn().await;
        let seen = fire(volley(address, Duration::ZERO)).await.expect("volley");
        assert_eq!(seen, vec![vec![Seen::Status(200); 8]; 2]);
    }
}
