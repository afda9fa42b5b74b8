//! One node: a server process that can be killed, paused, and told the wrong time.

use super::clock::NodeClock;
use crate::Result;
use crate::process::{Server, ServerPlan};
use std::time::{Duration, Instant};

/// How long a node may take to serve again once whatever it needs is there.
const RECOVERY: Duration = Duration::from_secs(60);

/// A node, running or not.
#[derive(Debug)]
pub(crate) struct Node {
    plan: ServerPlan,
    server: Option<Server>,
    clock: Option<NodeClock>,
}

impl Node {
    pub(crate) fn new(plan: ServerPlan, clock: Option<NodeClock>) -> Self {
        Self { plan, server: None, clock }
    }

    pub(crate) fn plan(&self) -> &ServerPlan {
        &self.plan
    }

    /// Starts it, again if need be: what it needs may itself be recovering.
    pub(crate) fn start(&mut self) -> Result<Duration> {
        let begun = Instant::now();
        loop {
            match self.plan.start() {
                Ok(server) => {
                    self.server = Some(server);
                    return Ok(begun.elapsed());
                }
                Err(failure) if begun.elapsed() > RECOVERY => return Err(failure),
                Err(_) => std::thread::sleep(Duration::from_millis(100)),
            }
        }
    }

    pub(crate) fn kill(&mut self) -> Result<()> {
        self.server.take().map_or(Ok(()), Server::kill)
    }

    pub(crate) fn stop(&mut self) -> Result<()> {
        self.server.take().map_or(Ok(()), Server::stop)
    }

    pub(crate) fn pause(&self, paused: bool) -> Result<()> {
        self.server.as_ref().map_or(Ok(()), |server| server.pause(paused))
    }

    /// Sets its clock so many seconds off.
    pub(crate) fn set_clock(&self, seconds: i64) -> Result<()> {
        self.clock.as_ref().map_or(Ok(()), |clock| clock.set(seconds))
    }
}
