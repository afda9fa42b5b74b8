//! The session whose place a challenge's own takes.

use super::model::Challenge;
use crate::audit::{Event, EventName, Source};
use crate::commit::{Change, Commit, Guard};
use crate::fault::Fault;
use crate::parts::Parts;
use crate::session::{self, EndReason, Session};
use crate::signin::grant::Grant;
use crate::time::Span;

/// The session that is asked to prove itself, if the challenge is of that sort.
pub(super) struct Renewed(Option<Session>);

impl Renewed {
    /// Reads it; `None`: it is dead, and nothing takes its place.
    pub async fn of(parts: &Parts, challenge: &Challenge) -> Result<Option<Self>, Fault> {
        let Some(id) = challenge.renews else { return Ok(Some(Self(None))) };
        let view = parts.store.session(id).await?;
        let living = view.filter(|v| v.alive(parts.now(), parts.policy.session_idle).is_ok());
        Ok(living.map(|v| Self(Some(v.session))))
    }

    /// The new session lives no longer than the old one would: its first factor was proved then.
    pub fn bound(&self, parts: &Parts, grant: &mut Grant) {
        if let Some(old) = &self.0 {
            let left = Span::millis(old.expires_at.as_millis() - parts.now().as_millis());
            grant.new.ttl = grant.new.ttl.min(left);
        }
    }

    /// Ends the old session in the commit that opens the new one, if it lives still.
    pub fn end(self, parts: &Parts, source: &Source, commit: Commit) -> Commit {
        let Some(old) = self.0 else { return commit };
        let event = Event::new(EventName::SessionEnded, Some(old.tenant))
            .subject(old.user)
            .session(old.id)
            .text("why", EndReason::Renewed.as_str())
            .from(source);
        let end = session::Change::End { id: old.id, reason: EndReason::Renewed };
        commit
            .guard(Guard::SessionOpen(old.id))
            .change(Change::Session(end))
            .audit(event.into_row(parts.now(), &*parts.rng))
    }
}
