//! What a client does all day: mint, redeem, and sometimes more.

use super::actor::{Actor, Ended};
use super::event::Event;
use crate::Result;
use crate::api::Tokens;
use crate::rng::Rng;
use std::sync::Mutex;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// A request without an answer is repeated for this long, well inside the server's window for refreshes (10 s).
const REPEAT: Duration = Duration::from_secs(4);

/// One of several clients; each minds its own tickets, so that nobody else touches a ticket that is in hand.
pub(crate) struct TortureClient<'a> {
    pub(crate) number: usize,
    pub(crate) actor: Actor,
    pub(crate) rng: Rng,
    pub(crate) users: &'a [String],
    pub(crate) key: &'a str,
    /// Where the events of tickets go that this client will not touch again.
    pub(crate) retired: &'a Mutex<Vec<Vec<Event>>>,
}

impl TortureClient<'_> {
    pub(crate) async fn run(mut self) -> Result<()> {
        for turn in 0.. {
            if self.actor.shared.stop.load(Ordering::SeqCst) {
                break;
            }
            let user = &self.users[turn % self.users.len()];
            if let Some(ticket) = self.actor.mint(user, self.key).await? {
                self.live(&ticket, turn).await?;
                let events = std::mem::take(&mut self.actor.events);
                self.retired.lock().expect("retired").push(events);
            }
        }
        Ok(())
    }

    async fn live(&mut self, ticket: &str, turn: usize) -> Result<()> {
        if self.rng.chance(10) {
            return Ok(()); // left unspent, for the checks to spend
        }
        let key = self.rng.chance(50).then(|| format!("torture-{}-{turn}", self.number));
        let Some(mut tokens) = self.sign_in(ticket, key.as_deref()).await? else { return Ok(()) };
        if key.is_some() && self.rng.chance(20) {
            self.actor.redeem(ticket, key.as_deref()).await?;
        }
        if self.rng.chance(30) {
            match self.rotate(ticket, &tokens.refresh).await? {
                Some(newer) => tokens = newer,
                None => return Ok(()),
            }
        }
        if self.rng.chance(30) {
            self.actor.look(ticket, &tokens.access).await?;
        }
        if self.rng.chance(25) {
            self.actor.log_out(ticket, &tokens.access).await?;
        }
        Ok(())
    }

    /// With a key it is repeated until it is answered; without one, half of the clients try once more.
    async fn sign_in(&mut self, ticket: &str, key: Option<&str>) -> Result<Option<Tokens>> {
        let begun = Instant::now();
        loop {
            match self.actor.redeem(ticket, key).await? {
                Ended::Tokens(tokens) => return Ok(Some(tokens)),
                Ended::Refused => return Ok(None),
                Ended::Lost if self.gives_up(begun) => return Ok(None),
                Ended::Lost if key.is_none() && self.rng.chance(50) => return Ok(None),
                Ended::Lost => {}
            }
        }
    }

    async fn rotate(&mut self, ticket: &str, token: &str) -> Result<Option<Tokens>> {
        let begun = Instant::now();
        loop {
            match self.actor.refresh(ticket, token).await? {
                Ended::Tokens(tokens) => return Ok(Some(tokens)),
                Ended::Refused => return Ok(None),
                Ended::Lost if self.gives_up(begun) => return Ok(None),
                Ended::Lost => {}
            }
        }
    }

    fn gives_up(&self, begun: Instant) -> bool {
        begun.elapsed() > REPEAT || self.actor.shared.stop.load(Ordering::SeqCst)
    }
}
