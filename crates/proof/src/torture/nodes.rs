//! Which node a client asks: a load balancer's knowledge, shared by all clients.

use crate::process::is_ready;
use crate::rng::Rng;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How often each node is asked whether it is ready.
const EVERY: Duration = Duration::from_millis(100);
/// Percent of requests that go to any node, ready or not: balancers learn late.
const ASTRAY: u64 = 5;

/// All nodes, and which were ready a moment ago.
#[derive(Debug)]
pub(crate) struct Nodes {
    addresses: Vec<SocketAddr>,
    ready: Vec<AtomicBool>,
    /// Clients begin nothing new.
    stop: AtomicBool,
}

impl Nodes {
    pub(crate) fn new(addresses: Vec<SocketAddr>) -> Self {
        let ready = addresses.iter().map(|_| AtomicBool::new(false)).collect();
        Self { addresses, ready, stop: AtomicBool::new(false) }
    }

    pub(crate) fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    pub(crate) fn pick(&self, rng: &mut Rng) -> usize {
        let any = rng.between(0, self.addresses.len() as u64 - 1) as usize;
        if rng.chance(ASTRAY) {
            return any;
        }
        let from_there = (0..self.addresses.len()).map(|step| (any + step) % self.addresses.len());
        from_there.into_iter().find(|node| self.ready[*node].load(Ordering::Relaxed)).unwrap_or(any)
    }

    /// Asks one node again and again until the end.
    pub(crate) fn watch(&self, node: usize) {
        while !self.stopped() {
            self.ready[node].store(is_ready(self.addresses[node]), Ordering::Relaxed);
            std::thread::sleep(EVERY);
        }
    }

    pub(crate) fn all_ready(&self) -> bool {
        self.addresses.iter().all(|address| is_ready(*address))
    }

    pub(crate) fn stop(&self) {
        self.stop.store(true, Ordering::SeqCst);
    }

    pub(crate) fn stopped(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }
}
