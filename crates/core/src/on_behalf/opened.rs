//! What goes with the session of an act into the commit that opens it.

use super::end::replaced;
use super::told::started;
use super::{ActNotice, Change, Telling};
use crate::audit::Source;
use crate::client::Client;
use crate::commit::{self, Commit};
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
    let user = &standing.user;
    let (letter, told) = match policy.telling() {
        Telling::Off => (None, "off"),
        Telling::Daily if message::reaches(parts, user) => {
            let now = parts.now();
            let later = ActNotice {
                session: new.session.id,
                tenant: ticket.tenant,
                user: user.id,
                begun_at: now,
                due_at: now.day().next().start(),
                actor: act.actor.to_owned(),
                reason: act.reason.to_owned(),
                client: act.client.map(str::to_owned),
            };
            (Some(commit::Change::OnBehalf(Change::TellLater(Box::new(later)))), "daily")
        }
        Telling::AtOnce | Telling::Daily => {
            let letter = message::notice_of_act(parts, (user, Notice::ActedFor), act, source);
            let told = if letter.is_some() { "mail" } else { "unreachable" };
            (letter, told)
        }
    };
    let at = client.map(|c| c.id);
    let row = started(parts, ticket, (acting.user, new.session.id, new.ttl), (at, told), source);
    let commit = commit.audit(row).with(letter);
    match policy.several_at_once {
        true => Ok(commit),
        false => replaced(parts, commit, (ticket.tenant, acting.user), source).await,
    }
}
