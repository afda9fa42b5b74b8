//! A refresh at which its session does not simply go on: something is asked, it is refused, or the session ends.

use super::model::{Change, EndReason, SessionView};
use super::refresh::{RefreshError, TryError};
use crate::audit::{Event, EventName, Source};
use crate::commit::{self, Commit, Committed, Guard};
use crate::fault::Fault;
use crate::limits::{self, LimitKind, Take};
use crate::parts::Parts;
use crate::risk::RiskOutcome;
use crate::signin::{Answer, Assessed, Opening, Refusal};

/// Opens what has to be proved first. The refresh token is not used up: it waits for the next refresh.
pub(super) async fn ask(
    parts: &Parts,
    view: SessionView,
    (opening, assessed): (Opening, &Assessed),
    source: &Source,
) -> Result<Answer, TryError> {
    charge(parts, &view).await?;
    let event = opening.tell(event(EventName::RefreshChallenged, &view, source));
    let row = event.into_row(parts.now(), &*parts.rng);
    let kept = assessed.kept(row.id, &view.standing, (view.session.method, opening.outcome()));
    let commit = Commit::new(row)
        .guard(Guard::FamilyHead { session: view.session.id, generation: view.session.generation })
        .change(opening.change())
        .with(kept);
    let at = committed(parts, commit).await?.at;
    Ok(opening.answer(parts, view.standing, at)?)
}

/// Refuses; what the session lacks it may have again.
pub(super) async fn refuse(
    parts: &Parts,
    view: &SessionView,
    (why, assessed): (Refusal, &Assessed),
    source: &Source,
) -> Result<Answer, TryError> {
    charge(parts, view).await?;
    let event = event(EventName::RefreshRefused, view, source)
        .text("why", why.as_str())
        .text("risk", assessed.assessment.record());
    let row = event.into_row(parts.now(), &*parts.rng);
    let kept = assessed.kept(row.id, &view.standing, (view.session.method, RiskOutcome::Refused));
    committed(parts, Commit::new(row).with(kept)).await?;
    Err(RefreshError::Invalid.into())
}

/// At critical risk the session is over, wherever its user is: the token has left their hands. Administrators are alerted.
pub(super) async fn end(
    parts: &Parts,
    view: &SessionView,
    assessed: &Assessed,
    source: &Source,
) -> Result<Answer, TryError> {
    let id = view.session.id;
    let alert = event(EventName::RiskRefused, view, source).text("risk", assessed.assessment.record());
    let row = alert.into_row(parts.now(), &*parts.rng);
    let kept = assessed.kept(row.id, &view.standing, (view.session.method, RiskOutcome::Refused));
    let ended = event(EventName::SessionEnded, view, source).text("why", EndReason::Risk.as_str());
    let commit = Commit::new(row)
        .guard(Guard::SessionOpen(id))
        .change(commit::Change::Session(Change::End { id, reason: EndReason::Risk }))
        .with(kept)
        .audit(ended.into_row(parts.now(), &*parts.rng));
    committed(parts, commit).await?;
    Err(RefreshError::Invalid.into())
}

/// Whoever holds the token may send it as often as they like: challenges and audit rows do not pile up with it, nor is it
/// a faster way to guess at a factor than the password is.
async fn charge(parts: &Parts, view: &SessionView) -> Result<(), TryError> {
    let key = [b"refresh".as_slice(), view.session.id.bytes()].concat();
    let take = Take::of(parts, LimitKind::Account, &key);
    Ok(limits::charge(parts, &[take]).await??)
}

async fn committed(parts: &Parts, commit: Commit) -> Result<Committed, TryError> {
    match parts.store.commit(commit).await {
        Ok(committed) => Ok(committed),
        Err(commit::CommitError::Conflict(_)) => Err(TryError::Raced),
        Err(other) => Err(Fault::from(other).into()),
    }
}

fn event(name: EventName, view: &SessionView, source: &Source) -> Event {
    let session = &view.session;
    Event::new(name, Some(session.tenant))
        .subject(session.user)
        .session(session.id)
        .client(session.client)
        .text("method", session.method.as_str())
        .from(source)
}
