//! Prepares what an operation's requests need, outside of what is measured.

use super::Args;
use super::drive::{Bounds, Run, drive};
use super::op::{Me, Mint, MintBatch, Op, Operation, Redeem, Refresh};
use crate::Result;
use crate::setup::{Site, TICKET_TTL_SECONDS};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Connections for preparing: enough for the server to gather commits.
const CONNECTIONS: usize = 64;
/// Tickets older than this are not used any more, so that none expires while it is measured.
const FRESH: Duration = Duration::from_secs(TICKET_TTL_SECONDS as u64 * 2 / 3);
/// A reader's sessions take turns; more of them would say nothing more.
const READERS: usize = 1000;

/// The tickets that are minted and not yet spent, oldest first.
pub(crate) struct Scenario<'a> {
    site: &'a Site,
    args: &'a Args,
    pool: Vec<(Instant, String)>,
    /// Redeem as people do, from addresses of their own and with browsers.
    pub(crate) everyday: bool,
    /// Of all preparing so far.
    pub(crate) minted: Run,
}

impl<'a> Scenario<'a> {
    pub(crate) fn new(site: &'a Site, args: &'a Args) -> Self {
        Self { site, args, pool: Vec::new(), everyday: false, minted: Run::default() }
    }

    /// An operation with `count` requests.
    pub(crate) async fn prepare(&mut self, count: usize) -> Result<Arc<dyn Operation>> {
        Ok(match self.args.op {
            Op::Mint => Arc::new(self.mint()),
            Op::MintBatch => {
                Arc::new(MintBatch::new(self.site.key.clone(), &self.site.users, self.args.items as usize))
            }
            Op::Redeem => Arc::new(self.redeem(count, self.args.idempotency, None).await?),
            Op::Refresh => Arc::new(Refresh { tokens: self.sessions(count, "refresh_token").await? }),
            Op::Me => Arc::new(Me { tokens: self.sessions(count.min(READERS), "access_token").await? }),
        })
    }

    /// Of so many new sessions.
    pub(crate) async fn access_tokens(&mut self, count: usize) -> Result<Vec<String>> {
        self.sessions(count, "access_token").await
    }

    /// Gives back the tickets of a redeem that its cap left unsent.
    pub(crate) fn used(&mut self, taken: usize) {
        self.pool.drain(..taken.min(self.pool.len()));
    }

    fn mint(&self) -> Mint {
        let bindings = self.site.bound.as_ref().map(|b| b.bindings.clone()).unwrap_or_default();
        Mint { key: self.site.key.clone(), users: self.site.users.clone(), bindings }
    }

    async fn redeem(
        &mut self,
        count: usize,
        idempotency: bool,
        keep: Option<&'static str>,
    ) -> Result<Redeem> {
        self.pool.retain(|(minted, _)| minted.elapsed() < FRESH);
        let missing = count.saturating_sub(self.pool.len());
        if missing > 0 {
            let mut run = self.run(Arc::new(self.mint()), missing).await?;
            // Harvested connection by connection; their text sorts by the time of minting.
            if !self.args.scattered {
                run.harvest.sort_unstable();
            }
            let now = Instant::now();
            self.pool.extend(run.harvest.iter().map(|ticket| (now, ticket.clone())));
            self.minted.merge(Run { harvest: Vec::new(), ..run });
        }
        let tickets = self.pool.iter().take(count).map(|(_, ticket)| ticket.clone()).collect();
        let met = self.site.bound.as_ref().map(|b| b.met.clone()).unwrap_or_default();
        Ok(Redeem { tickets, met, idempotency, keep, everyday: self.everyday })
    }

    /// One token of each of `count` new sessions.
    async fn sessions(&mut self, count: usize, token: &'static str) -> Result<Vec<String>> {
        let redeem = self.redeem(count, false, Some(token)).await?;
        let run = self.run(Arc::new(redeem), count).await?;
        self.used(run.taken);
        Ok(run.harvest)
    }

    async fn run(&self, op: Arc<dyn Operation>, requests: usize) -> Result<Run> {
        let bounds = Bounds { connections: CONNECTIONS, requests, cap: FRESH / 2 };
        let run = drive(self.site.plan.address, op, bounds).await?;
        match run.samples.len() == requests {
            true => Ok(run),
            false => {
                Err(format!("preparing failed: {} of {requests}, errors {:?}", run.samples.len(), run.errors)
                    .into())
            }
        }
    }
}
