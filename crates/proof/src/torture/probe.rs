//! Asks the server about tickets that no client touches any more; the answers go into a history like any other.

use super::actor::Actor;
use super::event::Event;
use super::ledger::Ledger;
use super::promise::Sure;
use crate::Result;

/// Looks at the session, if it is certain what must be seen, and redeems the ticket once more. What the answers
/// must be is for the check to know.
pub(crate) async fn probe(actor: &mut Actor, events: Vec<Event>) -> Result<Vec<Event>> {
    let ledger = Ledger::of(&events);
    actor.events = events;
    let now = actor.history.now();
    if let (Some(_), Some((access, _))) = (ledger.must_see(now), &ledger.access) {
        actor.look(&ledger.ticket, access).await?;
    }
    if ledger.redeemed != Sure::No || ledger.must_let_in(now) {
        actor.redeem(&ledger.ticket, None).await?;
    }
    Ok(std::mem::take(&mut actor.events))
}
