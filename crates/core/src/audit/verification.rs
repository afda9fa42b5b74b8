//! Verifications of the log that somebody asked for: what was found is an event of its own, and kept to be listed.

use super::log::{self, Checked, Log, VERIFIED};
use super::read::{AuditError, check, own};
use super::{Event, EventName, Source};
use crate::access::Caller;
use crate::commit::{self, Commit};
use crate::fault::Fault;
use crate::id::{EventId, TenantId};
use crate::page::{Page, PageRequest};
use crate::parts::Parts;
use crate::time::{Span, Timestamp};
use authms_crypto::merkle::Hash;

/// How long a verification is kept to be listed.
pub const VERIFICATION_KEPT: Span = Span::hours(365 * 24);

/// A verification that was made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verification {
    /// The event that tells of it.
    pub id: EventId,
    /// Whose log.
    pub tenant: TenantId,
    /// How many rows were looked at.
    pub checked: u64,
    /// The last of them, and its leaf's hash.
    pub last: Option<(u64, Hash)>,
    /// What is wrong.
    pub wrong: Option<String>,
    /// When it was made.
    pub made_at: Timestamp,
}

/// Verifies the newest [`VERIFIED`] rows that the caller's tenant has of these times, and notes what was found.
///
/// # Errors
/// [`AuditError`]
pub async fn verify_newest(
    parts: &Parts,
    caller: &Caller,
    from: Option<Timestamp>,
    until: Option<Timestamp>,
    source: &Source,
) -> Result<Checked, AuditError> {
    let (_, checked) = check(parts, caller, None, from, until).await?;
    let (tenant, now) = (caller.tenant(), parts.now());
    let wrong = checked.wrong.as_ref().map(ToString::to_string);
    let last = checked.ends.map(|(_, hash)| (checked.from + checked.rows - 1, hash));
    let event = Event::new(EventName::AuditVerified, Some(tenant))
        .by(caller)
        .from(source)
        .number("checked", i64::try_from(checked.rows).unwrap_or(i64::MAX))
        .text("outcome", if wrong.is_some() { "wrong" } else { "nothing_wrong" })
        .text_if("level", wrong.as_ref().map(|_| "alert"))
        .text_if("wrong", wrong.clone());
    let row = event.into_row(now, &*parts.rng);
    let made = Verification { id: row.id, tenant, checked: checked.rows, last, wrong, made_at: now };
    let change = commit::Change::Audit(log::Change::Verify(Box::new(made)));
    parts.store.commit(Commit::new(row).change(change)).await.map_err(Fault::from)?;
    Ok(checked)
}

/// The verifications that were made of the log of the caller's tenant, newest first.
///
/// # Errors
/// [`AuditError`]
pub async fn verifications(
    parts: &Parts,
    caller: &Caller,
    page: PageRequest,
) -> Result<Page<Verification>, AuditError> {
    Ok(parts.store.audit_verifications(own(caller, None)?, page).await?)
}

/// The installation's own log, as everybody may see it: its last head with the text that was signed, and its first leaf. `None`: nothing is
/// sealed yet.
///
/// # Errors
/// [`Fault`] of the store.
pub async fn public_chain(parts: &Parts) -> Result<Option<(log::Head, String, Hash)>, Fault> {
    let Some(tree) = log::tree(&*parts.store, Log(None)).await? else { return Ok(None) };
    let first = log::TileAt { level: 0, index: 0 };
    let tiles = parts.store.audit_tiles(tree.number, vec![first]).await?;
    let leaf = tiles.first().and_then(|tile| tile.hashes.first()).copied();
    let head = log::Head::verify(&tree.head, parts.secrets.audit_key.verifying()).ok();
    // What somebody wrote beside us is shown to nobody.
    let (Some((head, _)), Some(leaf)) = (head, leaf) else { return Err(Fault::Unavailable) };
    Ok(Some((head, tree.head, leaf)))
}

/// How much happens in a tenant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Counts {
    /// How many events are sealed.
    pub total: u64,
    /// From which leaf on the newest are that are worth a closer look: at most [`VERIFIED`].
    pub newest: u64,
    /// How many were sealed on each of the last days, today last.
    pub days: Vec<(Timestamp, u64)>,
}

/// Days that are counted.
const DAYS: i64 = 30;

/// How much happens in the caller's tenant, by the heads that were kept: no row is read.
///
/// # Errors
/// [`AuditError`]
pub async fn counts(parts: &Parts, caller: &Caller) -> Result<Counts, AuditError> {
    let tenant = own(caller, None)?;
    let today = parts.now().day();
    let mut days: Vec<(Timestamp, u64)> = (0..DAYS).rev().map(|ago| (today.before(ago).start(), 0)).collect();
    let Some(tree) = log::tree(&*parts.store, Log(Some(tenant))).await? else {
        return Ok(Counts { total: 0, newest: 0, days });
    };
    let kept = parts.store.audit_heads(tree.number).await?;
    let key = parts.secrets.audit_key.verifying();
    // One more than days, to count the first of them from.
    let first = kept.len().saturating_sub(DAYS as usize + 1);
    let mut before = if first > 0 { None } else { Some(0) };
    for head in kept[first..].iter().filter_map(|kept| Some(log::Head::verify(&kept.head, key).ok()?.0)) {
        let day = days.iter_mut().find(|(start, _)| *start == head.at.day().start());
        if let (Some((_, count)), Some(before)) = (day, before) {
            *count = head.size.saturating_sub(before);
        }
        before = Some(head.size);
    }
    Ok(Counts { total: tree.size, newest: tree.size.saturating_sub(VERIFIED), days })
}
