//! Three clients who race one another, ticket after ticket.

use super::actor::{Actor, Ticket};
use super::history::Issued;
use crate::Result;
use crate::rng::Rng;
use std::sync::Mutex;

/// A ticket that no client will touch again, with the newest tokens that came out of it.
#[derive(Clone, Debug)]
pub(crate) struct Retired {
    pub(crate) ticket: Ticket,
    pub(crate) newest: Option<Issued>,
}

/// Clients that have their tickets to themselves: nobody else touches a ticket that is in hand.
pub(crate) struct Group<'a> {
    pub(crate) number: usize,
    pub(crate) actors: [Actor; 3],
    pub(crate) rng: Rng,
    pub(crate) users: &'a [String],
    /// May mint and revoke.
    pub(crate) key: &'a str,
    pub(crate) retired: &'a Mutex<Vec<Retired>>,
}

impl Group<'_> {
    pub(crate) async fn run(mut self) -> Result<()> {
        for turn in 0.. {
            if self.actors[0].stopped() {
                break;
            }
            let user = &self.users[turn % self.users.len()];
            if let Some(ticket) = self.actors[0].mint(user, self.key).await? {
                let newest = self.live(&ticket, turn).await?;
                self.retired.lock().expect("retired").push(Retired { ticket, newest });
            }
        }
        Ok(())
    }

    /// Gives the newest tokens.
    async fn live(&mut self, ticket: &Ticket, turn: usize) -> Result<Option<Issued>> {
        if self.rng.chance(10) {
            return Ok(None); // left unspent, for the checks to spend
        }
        let Some(mut tokens) = self.race_in(ticket, turn).await? else { return Ok(None) };
        let first = tokens.clone();
        if self.rng.chance(50) {
            match self.race_on(ticket, &tokens).await? {
                Some(newer) => tokens = newer,
                None => return Ok(Some(tokens)),
            }
        }
        if self.rng.chance(30) {
            match self.actors[1].refresh(ticket, &tokens.refresh).await? {
                Some(newer) => tokens = newer,
                None => return Ok(Some(tokens)),
            }
            if self.rng.chance(20) {
                // A thief comes with a token that was used twice over.
                self.actors[2].refresh(ticket, &first.refresh).await?;
            }
        }
        if self.rng.chance(40) {
            self.race_out(ticket, &tokens).await?;
        }
        if self.rng.chance(40) {
            self.actors[2].look(ticket, &tokens).await?;
        }
        Ok(Some(tokens))
    }

    /// All three want in, or one would rather have the ticket revoked.
    async fn race_in(&mut self, ticket: &Ticket, turn: usize) -> Result<Option<Issued>> {
        let own = |who: usize| Some(format!("torture-{}-{turn}-{who}", self.number));
        let keys = match self.rng.between(0, 3) {
            0 => [None, None, None],
            1 => [own(0), own(1), own(2)],
            2 => [own(0), own(0), None],
            _ => [own(0), own(0), own(0)],
        };
        let revokes = self.rng.chance(15);
        let key = self.key;
        let [a, b, c] = &mut self.actors;
        let third = async {
            match revokes {
                true => c.revoke(ticket, key).await.map(|()| None),
                false => c.redeem(ticket, keys[2].as_deref()).await,
            }
        };
        let (a, b, c) =
            tokio::join!(a.redeem(ticket, keys[0].as_deref()), b.redeem(ticket, keys[1].as_deref()), third);
        Ok(a?.or(b?).or(c?))
    }

    /// Two refresh with the same token while the third looks, or signs out.
    async fn race_on(&mut self, ticket: &Ticket, tokens: &Issued) -> Result<Option<Issued>> {
        let ends = self.rng.chance(15);
        let [a, b, c] = &mut self.actors;
        let third = async {
            match ends {
                true => c.log_out(ticket, tokens).await,
                false => c.look(ticket, tokens).await,
            }
        };
        let (a, b, c) =
            tokio::join!(a.refresh(ticket, &tokens.refresh), b.refresh(ticket, &tokens.refresh), third);
        c?;
        Ok(a?.or(b?))
    }

    /// One signs out while the others go on; then nobody may.
    async fn race_out(&mut self, ticket: &Ticket, tokens: &Issued) -> Result<()> {
        let [a, b, c] = &mut self.actors;
        let (a_done, b_done, c_done) = tokio::join!(
            a.log_out(ticket, tokens),
            b.look(ticket, tokens),
            c.refresh(ticket, &tokens.refresh)
        );
        a_done?;
        b_done?;
        let newest = c_done?.unwrap_or_else(|| tokens.clone());
        let (b_done, c_done) = tokio::join!(b.look(ticket, &newest), c.refresh(ticket, &newest.refresh));
        c_done?;
        b_done
    }
}
