//! What others say to a request.

use super::error::ActRequestError;
use super::list::{of_me, of_tenant};
use super::model::{ActRequest, Change, Step};
use crate::access::{Caller, Forbidden, Permission, Person};
use crate::audit::{Event, EventName, Source};
use crate::commit::{self, Commit, Guard};
use crate::fault::Fault;
use crate::id::ActRequestId;
use crate::on_behalf::demand_fresh;
use crate::parts::Parts;
use authms_crypto::SecretString;

/// Approves what another asked for. Whoever approves administers users, ranks strictly above the user, and has proved a second
/// factor just now: who holds a stolen session of theirs is not a second pair of eyes.
///
/// # Errors
/// [`ActRequestError`]
pub async fn approve(
    parts: &Parts,
    me: &Person,
    id: ActRequestId,
    step_up: Option<&SecretString>,
    source: &Source,
) -> Result<(), ActRequestError> {
    let outcome = try_approve(parts, me, id, step_up, source).await;
    noted(parts, me, (id, Step::Approve), outcome, source).await
}

async fn try_approve(
    parts: &Parts,
    me: &Person,
    id: ActRequestId,
    step_up: Option<&SecretString>,
    source: &Source,
) -> Result<(), ActRequestError> {
    let request = &above(parts, me, id).await?;
    if request.actor == me.user {
        return Err(ActRequestError::OwnRequest);
    }
    if !demand_fresh(parts, me, step_up).await? {
        return Err(ActRequestError::NotFresh);
    }
    let change = Change::Approve { id: request.id, by: me.user };
    let name = EventName::OnBehalfApproved;
    settle(parts, me, (request, Step::Approve), (name, "administrator", change), source).await
}

/// Refuses what somebody asked for, also after it was approved.
///
/// # Errors
/// [`ActRequestError`]
pub async fn refuse(
    parts: &Parts,
    me: &Person,
    id: ActRequestId,
    source: &Source,
) -> Result<(), ActRequestError> {
    let refused = async {
        let request = above(parts, me, id).await?;
        let named = (EventName::OnBehalfRefused, "administrator", Change::Refuse { id, by: me.user });
        settle(parts, me, (&request, Step::Refuse), named, source).await
    };
    noted(parts, me, (id, Step::Refuse), refused.await, source).await
}

/// Agrees to what somebody asked to do on the caller's own behalf.
///
/// # Errors
/// [`ActRequestError`]
pub async fn agree(
    parts: &Parts,
    me: &Person,
    id: ActRequestId,
    source: &Source,
) -> Result<(), ActRequestError> {
    let request = of_me(parts, me, id).await?;
    let named = (EventName::OnBehalfApproved, "user", Change::Agree(id));
    let outcome = settle(parts, me, (&request, Step::Agree), named, source).await;
    noted(parts, me, (id, Step::Agree), outcome, source).await
}

/// Refuses what somebody asked to do on the caller's own behalf, also after having agreed.
///
/// # Errors
/// [`ActRequestError`]
pub async fn refuse_mine(
    parts: &Parts,
    me: &Person,
    id: ActRequestId,
    source: &Source,
) -> Result<(), ActRequestError> {
    let request = of_me(parts, me, id).await?;
    let named = (EventName::OnBehalfRefused, "user", Change::Refuse { id, by: me.user });
    let outcome = settle(parts, me, (&request, Step::Refuse), named, source).await;
    noted(parts, me, (id, Step::Refuse), outcome, source).await
}

/// Writes down what somebody was not let say to a request, before they are told: of who administers users or may act whatever it was,
/// of the user what they said too late.
async fn noted(
    parts: &Parts,
    me: &Person,
    (id, step): (ActRequestId, Step),
    outcome: Result<(), ActRequestError>,
    source: &Source,
) -> Result<(), ActRequestError> {
    let why = match &outcome {
        Err(ActRequestError::OwnRequest) => "own_request",
        Err(ActRequestError::NotFresh) => "not_fresh",
        Err(ActRequestError::Closed) => "closed",
        Err(ActRequestError::Unknown) => "unknown_request",
        Err(ActRequestError::Forbidden(Forbidden::Rank)) => "rank",
        Err(ActRequestError::Forbidden(_)) if me.role.grants(Permission::TicketOnBehalf) => "forbidden",
        _ => return outcome,
    };
    // Another tenant's is as unknown as nobody's.
    let request = of_tenant(parts, me.tenant, id).await.ok();
    let event = Event::new(EventName::OnBehalfRefused, Some(me.tenant))
        .text("actor", me.user.to_string())
        .text("actor_session", me.session.to_string())
        .text_if("subject", request.map(|request| request.subject.to_string()))
        .text("act_request", id.to_string())
        .text("decision", step.as_str())
        .text("why", why)
        .from(source);
    let commit = Commit::new(event.into_row(parts.now(), &*parts.rng));
    parts.store.commit(commit).await.map_err(Fault::from)?;
    outcome
}

/// A request about somebody who ranks strictly below the caller, who administers users.
async fn above(parts: &Parts, me: &Person, id: ActRequestId) -> Result<ActRequest, ActRequestError> {
    Caller::Person(me.clone()).require(Permission::UserWrite)?;
    let request = of_tenant(parts, me.tenant, id).await?;
    let subject = parts.store.member(me.tenant, request.subject).await.map_err(Fault::from)?;
    match subject {
        None => Err(ActRequestError::Unknown),
        Some(subject) if subject.role >= me.role => Err(Forbidden::Rank.into()),
        Some(_) => Ok(request),
    }
}

async fn settle(
    parts: &Parts,
    me: &Person,
    (request, step): (&ActRequest, Step),
    (name, by, change): (EventName, &'static str, Change),
    source: &Source,
) -> Result<(), ActRequestError> {
    let event = of_request(name, request)
        .text("decided_by", me.user.to_string())
        .text("decided_as", by)
        .text("decided_in", me.session.to_string())
        .text_if("why", (step == Step::Refuse).then_some("declined"))
        .from(source);
    let commit = Commit::new(event.into_row(parts.now(), &*parts.rng))
        .guard(Guard::ActRequestPermits { id: request.id, step })
        .guard(Guard::SessionOpen(me.session))
        .change(commit::Change::OnBehalf(change));
    parts.store.commit(commit).await?;
    Ok(())
}

/// An event of a request, with both of whom it is about.
pub(super) fn of_request(name: EventName, request: &ActRequest) -> Event {
    Event::new(name, Some(request.tenant))
        .text("actor", request.actor.to_string())
        .subject(request.subject)
        .text("act_request", request.id.to_string())
}
