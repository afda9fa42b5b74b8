//! Asks about tickets that no client touches any more; the answers go into a history like any other.

use super::actor::Actor;
use super::group::Retired;
use crate::Result;

/// Looks at the session, and redeems the ticket once more. What the answers must be is for the check to know.
pub(crate) async fn probe(actor: &mut Actor, retired: &Retired) -> Result<()> {
    if let Some(newest) = &retired.newest {
        actor.look(&retired.ticket, newest).await?;
    }
    actor.redeem_once(&retired.ticket, None).await.map(drop)
}
