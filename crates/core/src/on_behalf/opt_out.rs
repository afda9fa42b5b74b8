//! The user's own word that nobody acts for them.

use super::end::ended_row;
use crate::access::Person;
use crate::audit::{Event, EventName, Source};
use crate::commit::{self, Commit, CommitError, Guard};
use crate::fault::Fault;
use crate::mfa::{self, StepUpError};
use crate::on_behalf::Change;
use crate::parts::Parts;
use crate::session::{self, EndReason};
use crate::time::Timestamp;
use authms_crypto::SecretString;

/// Since when nobody acts for the caller, if they said so.
///
/// # Errors
/// [`Fault`]
pub async fn opted_out(parts: &Parts, me: &Person) -> Result<Option<Timestamp>, Fault> {
    Ok(parts.store.opted_out(me.tenant, me.user).await?)
}

/// Says that nobody acts for the caller in this tenant, or takes that back; whoever breaks the glass still may. What others do for
/// them at that moment ends with it.
///
/// # Errors
/// [`StepUpError`]
pub async fn set_opt_out(
    parts: &Parts,
    me: &Person,
    out: bool,
    step_up: Option<&SecretString>,
    source: &Source,
) -> Result<Option<Timestamp>, StepUpError> {
    mfa::demand_step_up(parts, me, step_up).await?;
    let before = opted_out(parts, me).await?;
    if before.is_some() == out {
        return Ok(before);
    }
    let (tenant, user) = (me.tenant, me.user);
    let name = if out { EventName::OnBehalfOptedOut } else { EventName::OnBehalfOptedIn };
    let event =
        Event::new(name, Some(tenant)).text("actor", user.to_string()).subject(user).session(me.session);
    let commit = Commit::new(event.from(source).into_row(parts.now(), &*parts.rng))
        .guard(Guard::SessionOpen(me.session))
        .change(commit::Change::OnBehalf(Change::OptOut { tenant, user, out }));
    let commit = if out { end_acts(parts, me, commit, source).await? } else { commit };
    match parts.store.commit(commit).await {
        Ok(committed) => Ok(out.then_some(committed.at)),
        Err(CommitError::Conflict(_)) => Err(Fault::Changed.into()),
        Err(error) => Err(Fault::from(error).into()),
    }
}

async fn end_acts(parts: &Parts, me: &Person, commit: Commit, source: &Source) -> Result<Commit, Fault> {
    let reason = EndReason::EndedByUser;
    let living = parts.store.acts_for(me.tenant, me.user, parts.now()).await?;
    let rows = living.iter().filter_map(|session| ended_row(parts, session, reason, source));
    let end = session::Change::EndActsFor { tenant: me.tenant, user: me.user, reason };
    Ok(rows.fold(commit.change(commit::Change::Session(end)), Commit::audit))
}
