//! One's own passkeys: looking at them and naming them. They are removed as any factor is.

use super::error::PasskeyError;
use super::model::{Change, Passkey};
use crate::access::Person;
use crate::audit::{Event, EventName, Source};
use crate::commit::{self, Commit, CommitError, Guard};
use crate::factor::{Factor, FactorError};
use crate::fault::Fault;
use crate::id::FactorId;
use crate::page::{Page, PageRequest};
use crate::parts::Parts;
use crate::text;

/// A passkey with its factor.
#[derive(Clone, Debug)]
pub struct PasskeyView {
    /// Its name, its use, its failures.
    pub factor: Factor,
    /// The passkey.
    pub passkey: Passkey,
}

/// The caller's passkeys, oldest first.
///
/// # Errors
/// [`PasskeyError`]
pub async fn list(
    parts: &Parts,
    me: &Person,
    request: PageRequest,
) -> Result<Page<PasskeyView>, PasskeyError> {
    let all = mine(parts, me).await?;
    let total = all.len() as u64;
    let first = usize::try_from(request.offset()).unwrap_or(usize::MAX);
    let items = all.into_iter().skip(first).take(request.page_size as usize).collect();
    Ok(Page { items, total, request })
}

/// One of the caller's passkeys.
///
/// # Errors
/// [`FactorError::Unknown`] also for those of others.
pub async fn get(parts: &Parts, me: &Person, id: FactorId) -> Result<PasskeyView, PasskeyError> {
    mine(parts, me).await?.into_iter().find(|p| p.factor.id == id).ok_or(FactorError::Unknown.into())
}

/// Gives one of the caller's passkeys another name, 1–100 characters.
///
/// # Errors
/// [`PasskeyError`]
pub async fn rename(
    parts: &Parts,
    me: &Person,
    id: FactorId,
    name: &str,
    source: &Source,
) -> Result<PasskeyView, PasskeyError> {
    let name = text::label("name", name, 100)?;
    let view = get(parts, me, id).await?;
    let event = Event::new(EventName::PasskeyRenamed, Some(me.tenant))
        .subject(me.user)
        .text("actor", me.user.to_string())
        .text("actor_session", me.session.to_string())
        .text("factor", id.to_string())
        .from(source);
    let change = Change::Rename { user: me.user, factor: id, name: name.clone() };
    let commit = Commit::new(event.into_row(parts.now(), &*parts.rng))
        .guard(Guard::FactorThere { user: me.user, id })
        .change(commit::Change::Passkey(change));
    match parts.store.commit(commit).await {
        Ok(_) => {}
        Err(CommitError::Conflict(_)) => return Err(FactorError::Unknown.into()),
        Err(other) => return Err(Fault::from(other).into()),
    }
    Ok(PasskeyView { factor: Factor { name, ..view.factor }, ..view })
}

async fn mine(parts: &Parts, me: &Person) -> Result<Vec<PasskeyView>, PasskeyError> {
    let passkeys = parts.store.passkeys_of(me.user).await.map_err(Fault::from)?;
    if passkeys.is_empty() {
        return Ok(Vec::new());
    }
    let factors = parts.store.factors_of(me.user).await.map_err(Fault::from)?;
    let view = |passkey: Passkey| {
        let factor = factors.iter().find(|f| f.id == passkey.factor)?.clone();
        Some(PasskeyView { factor, passkey })
    };
    Ok(passkeys.into_iter().filter_map(view).collect())
}
