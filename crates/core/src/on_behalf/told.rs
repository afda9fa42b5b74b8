//! What the audit log says of acts: with both identities, whatever came of them.

use crate::access::Person;
use crate::audit::{AuditRow, Event, EventName, Source};
use crate::commit::Commit;
use crate::fault::Fault;
use crate::id::{ClientId, SessionId, TenantId, UserId};
use crate::limits::{self, LimitKind, Take, Throttled};
use crate::parts::Parts;
use crate::ticket::Ticket;
use crate::time::Span;
use std::borrow::Cow;

/// What a request in a session on somebody's behalf came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reach {
    /// The route names such sessions.
    Within,
    /// It is out of their reach.
    Beyond,
}

/// Somebody asked for an act, and has a ticket for it: the row of that, beside the ticket's own.
pub(crate) fn requested(parts: &Parts, ticket: &Ticket, actor: UserId, source: &Source) -> AuditRow {
    of_ticket(EventName::OnBehalfRequested, ticket, actor).from(source).into_row(parts.now(), &*parts.rng)
}

/// An act begins; `told`: how its subject hears of it, `mail`, `off` by the tenant's policy, or `unreachable`.
pub(super) fn started(
    parts: &Parts,
    ticket: &Ticket,
    (actor, session, ttl): (UserId, SessionId, Span),
    (client, told): (Option<ClientId>, &'static str),
    source: &Source,
) -> AuditRow {
    of_ticket(EventName::OnBehalfStarted, ticket, actor)
        .session(session)
        .client(client)
        .number("lasts_seconds", ttl.as_seconds())
        .text("told", told)
        .from(source)
        .into_row(parts.now(), &*parts.rng)
}

fn of_ticket(name: EventName, ticket: &Ticket, actor: UserId) -> Event {
    Event::new(name, Some(ticket.tenant))
        .text("actor", actor.to_string())
        .subject(ticket.subject)
        .ticket(ticket.id)
        .client(ticket.client)
        .text_if("act_request", ticket.terms.request.map(|id| id.to_string()))
        .text_if("reason", ticket.reason.clone())
        .text_if("reference", ticket.terms.reference.clone())
        .text_if("glass", ticket.terms.broke_glass.then_some("broken"))
        .text("may_write", if ticket.terms.writes { "yes" } else { "no" })
}

/// Somebody asked for an act that is refused: written before they are told.
pub(crate) async fn refused(
    parts: &Parts,
    me: &Person,
    subject: Option<UserId>,
    (why, reason): (&'static str, Option<&str>),
    source: &Source,
) -> Result<(), Fault> {
    let event = Event::new(EventName::OnBehalfRefused, Some(me.tenant))
        .text("actor", me.user.to_string())
        .text("actor_session", me.session.to_string())
        .text_if("subject", subject.map(|user| user.to_string()))
        .text("why", why)
        .text_if("reason", reason.map(|text| Cow::Owned(text.chars().take(500).collect())))
        .from(source);
    write(parts, event).await
}

/// Writes down what is asked for in a session on somebody's behalf, before it is done or refused: as many requests as a
/// client has.
///
/// # Errors
/// Outside, [`Fault`] if it cannot be written down; inside, [`Throttled`].
pub async fn note_request(
    parts: &Parts,
    me: &Person,
    actor: UserId,
    (reach, method, route): (Reach, &str, &str),
    source: &Source,
) -> Result<Result<(), Throttled>, Fault> {
    let key = [b"acting".as_slice(), me.session.bytes()].concat();
    if let Err(throttled) = limits::charge(parts, &[Take::of(parts, LimitKind::Client, &key)]).await? {
        return Ok(Err(throttled));
    }
    let (name, why) = match reach {
        Reach::Within => (EventName::OnBehalfAction, None),
        Reach::Beyond => (EventName::OnBehalfRefused, Some("out_of_reach")),
    };
    let event = of_session(name, me.tenant, (actor, me.user, me.session))
        .text("method", method.to_owned())
        .text("route", route.to_owned())
        .text_if("why", why)
        .from(source);
    write(parts, event).await.map(Ok)
}

/// An event in or of a session on somebody's behalf.
pub(super) fn of_session(
    name: EventName,
    tenant: TenantId,
    (actor, subject, session): (UserId, UserId, SessionId),
) -> Event {
    Event::new(name, Some(tenant)).text("actor", actor.to_string()).subject(subject).session(session)
}

async fn write(parts: &Parts, event: Event) -> Result<(), Fault> {
    parts.store.commit(Commit::new(event.into_row(parts.now(), &*parts.rng))).await?;
    Ok(())
}
