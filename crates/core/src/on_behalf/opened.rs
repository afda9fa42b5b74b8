//! What goes with the session of an act into the commit that opens it.

use super::end::replaced;
use super::told::started;
use crate::audit::Source;
use crate::client::Client;
use crate::commit::Commit;
use crate::fault::Fault;
use crate::message::{self, ActTold, Notice};
use crate::parts::Parts;
use crate::session::NewSession;
use crate::signin::Standing;
use crate::ticket::Ticket;

/// Adds to the commit that opens this session, if it is on somebody's behalf: the row of that, the letter to its user, and the
/// end of what else the actor does for others. Of a session of the user's own nothing is added.
pub(crate) async fn opened(
    parts: &Parts,
    commit: Commit,
    new: &NewSession,
    (ticket, standing, client): (&Ticket, &Standing, Option<&Client>),
    source: &Source,
) -> Result<Commit, Fault> {
    let Some(acting) = &new.session.acting else { return Ok(commit) };
    let policy = &standing.tenant.on_behalf_policy;
    let act = ActTold {
        actor: standing.actor.as_ref().map_or("", |actor| &actor.name),
        subject: &standing.user.called(),
        reason: &acting.reason,
        client: client.map(|c| c.name.as_str()),
    };
    let (letter, told) = match policy.notice_off {
        Some(_) => (None, "off"),
        None => match message::notice_of_act(parts, (&standing.user, Notice::ActedFor), act, source) {
            Some(letter) => (Some(letter), "mail"),
            None => (None, "unreachable"),
        },
    };
    let at = client.map(|c| c.id);
    let row = started(parts, ticket, (acting.user, new.session.id, new.ttl), (at, told), source);
    let commit = commit.audit(row).with(letter);
    match policy.several_at_once {
        true => Ok(commit),
        false => replaced(parts, commit, (ticket.tenant, acting.user), source).await,
    }
}
