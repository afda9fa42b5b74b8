//! Telling users once a day of what others did for them, where their tenant wants that.

use crate::commit::{self, Commit, CommitError, Guard};
use crate::fault::Fault;
use crate::id::{SessionId, TenantId, UserId};
use crate::message;
use crate::on_behalf::Change;
use crate::parts::Parts;
use crate::time::Timestamp;

/// Acts that are read at once.
const BATCH: u32 = 500;

/// An act of which its user is still to be told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ActNotice {
    /// The session of the act.
    pub session: SessionId,
    /// Its tenant.
    pub tenant: TenantId,
    /// The user.
    pub user: UserId,
    /// When it began.
    pub begun_at: Timestamp,
    /// When the user is told: as the next day (UTC) begins, of all acts of one together.
    pub due_at: Timestamp,
    /// Who acted, by name.
    pub actor: String,
    /// Why.
    pub reason: String,
    /// What the client is called; `None`: at our own endpoints.
    pub client: Option<String>,
}

/// Tells users of the acts that they are to be told of by now, each in one letter. The commit that queues the letter forgets
/// the acts: of several nodes one does, and what one leaves undone another does.
///
/// # Errors
/// [`Fault`]; what was not told is told by the next call.
pub async fn tell_acts(parts: &Parts) -> Result<(), Fault> {
    // They wait for a way.
    while parts.mailer.is_some() {
        let due = parts.store.act_notices(parts.now(), BATCH).await?;
        if due.is_empty() {
            break;
        }
        for acts in due.chunk_by(|a, b| (a.tenant, a.user) == (b.tenant, b.user)) {
            tell(parts, acts).await?;
        }
    }
    Ok(())
}

async fn tell(parts: &Parts, acts: &[ActNotice]) -> Result<(), Fault> {
    let Some(first) = acts.first() else { return Ok(()) };
    let member = parts.store.member(first.tenant, first.user).await?;
    // Who has left, or has no address any more, finds it at their account.
    let letter = member.and_then(|member| message::digest_of_acts(parts, &member.user, acts));
    let told = Change::Told(acts.iter().map(|act| act.session).collect());
    let commit = Commit::unremarkable(commit::Change::OnBehalf(told))
        .guard(Guard::ActUntold(first.session))
        .with(letter);
    match parts.store.commit(commit).await {
        Ok(_) | Err(CommitError::Conflict(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
