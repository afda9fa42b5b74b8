//! Removing factors, switching them on and off, and choosing the first.

use super::changing::{Asked, Changing};
use super::error::FactorError;
use super::model::{Change, Factor, FactorKind};
use crate::access::Person;
use crate::audit::{EventName, Source};
use crate::commit::{self, Commit, Guard};
use crate::fault::Fault;
use crate::id::FactorId;
use crate::parts::Parts;

/// Removes one factor of this kind.
///
/// # Errors
/// [`FactorError`]
pub async fn remove(
    parts: &Parts,
    me: &Person,
    (kind, id): (FactorKind, FactorId),
    asked: &Asked,
    source: &Source,
) -> Result<(), FactorError> {
    let changing = Changing::begin(parts, me, asked, source).await?;
    let proof = changing.demand().await?;
    let gone = changing.find(|f| f.kind == kind && f.id == id)?;
    let commit = proof.settle(changing.changing(EventName::FactorRemoved, gone));
    taking_away(&changing, commit, &[gone], true).await
}

/// Removes all of a user's factors of a kind.
///
/// # Errors
/// [`FactorError::Unknown`] if there are none.
pub async fn remove_kind(
    parts: &Parts,
    me: &Person,
    kind: FactorKind,
    asked: &Asked,
    source: &Source,
) -> Result<(), FactorError> {
    let changing = Changing::begin(parts, me, asked, source).await?;
    let proof = changing.demand().await?;
    let gone: Vec<&Factor> = changing.factors.iter().filter(|f| f.kind == kind).collect();
    let first = gone.first().ok_or(FactorError::Unknown)?;
    let commit = proof.settle(changing.changing(EventName::FactorRemoved, first));
    taking_away(&changing, commit, &gone, true).await
}

/// Switches a factor on or off. What is off is not asked for and does not count.
///
/// # Errors
/// [`FactorError`]
pub async fn switch(
    parts: &Parts,
    me: &Person,
    (kind, id): (FactorKind, FactorId),
    on: bool,
    asked: &Asked,
    source: &Source,
) -> Result<Factor, FactorError> {
    let changing = Changing::begin(parts, me, asked, source).await?;
    let proof = changing.demand().await?;
    let factor = changing.find(|f| f.kind == kind && f.id == id && f.verified_at.is_some())?;
    let (name, user) = (if on { EventName::FactorEnabled } else { EventName::FactorDisabled }, me.user);
    let commit = proof
        .settle(changing.changing(name, factor))
        .change(commit::Change::Factor(Change::SetEnabled { user, id, enabled: on }));
    if on {
        parts.store.commit(commit).await?;
    } else {
        taking_away(&changing, commit, &[factor], false).await?;
    }
    let failures = if on { 0 } else { factor.failures };
    Ok(Factor { enabled: on, failures, primary: factor.primary && on, ..factor.clone() })
}

/// Has a factor offered first.
///
/// # Errors
/// [`FactorError`]
pub async fn make_primary(
    parts: &Parts,
    me: &Person,
    (kind, id): (FactorKind, FactorId),
    asked: &Asked,
    source: &Source,
) -> Result<(), FactorError> {
    let changing = Changing::begin(parts, me, asked, source).await?;
    let proof = changing.demand().await?;
    let factor = changing.find(|f| f.kind == kind && f.id == id && f.is_enrolled())?;
    let commit = proof
        .settle(changing.changing(EventName::FactorPrimary, factor))
        .change(commit::Change::Factor(Change::SetPrimary { user: me.user, id }));
    parts.store.commit(commit).await?;
    Ok(())
}

/// Recovery codes go with the last factor beside which they stand, and the first among the others moves up.
async fn taking_away(
    changing: &Changing<'_>,
    mut commit: Commit,
    gone: &[&Factor],
    for_good: bool,
) -> Result<(), FactorError> {
    let (parts, user) = (changing.parts, changing.me.user);
    let counted = gone.iter().any(|f| f.is_enrolled() && f.kind != FactorKind::RecoveryCode);
    let last = counted && !changing.leaves_one(gone);
    if last && asked_always(changing).await? {
        return Err(FactorError::Last);
    }
    let codes = changing.factors.iter().filter(|f| last && f.kind == FactorKind::RecoveryCode);
    let removed = gone.iter().copied().filter(|_| for_good).chain(codes);
    for factor in removed {
        commit = commit
            .guard(Guard::FactorThere { user, id: factor.id })
            .change(commit::Change::Factor(Change::Remove { user, id: factor.id }));
    }
    let left = |f: &&Factor| f.is_enrolled() && gone.iter().all(|g| g.id != f.id);
    let next = changing.factors.iter().filter(left).find(|f| f.kind != FactorKind::RecoveryCode);
    if let Some(next) = next {
        // Of two that are removed at once the other may be this.
        commit = commit.guard(Guard::FactorEnrolled { user, id: next.id });
        if gone.iter().any(|f| f.primary) {
            commit = commit.change(commit::Change::Factor(Change::SetPrimary { user, id: next.id }));
        }
    }
    parts.store.commit(commit).await?;
    Ok(())
}

/// Whether the tenant asks this user for a factor at every sign-in.
async fn asked_always(changing: &Changing<'_>) -> Result<bool, FactorError> {
    let tenant = changing.parts.store.tenant(changing.me.tenant).await.map_err(Fault::from)?;
    Ok(tenant.is_some_and(|t| t.mfa_policy.asks_always(changing.me.role)))
}
