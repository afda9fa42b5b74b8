//! What administrators and users are shown of the audit log: administrators what happened in their tenant, users what happened to
//! their own account.

use super::log::{Checked, Head, Inclusion, Log, Row, Tree, VERIFIED, inclusion, tree, verify_range};
use crate::access::{Caller, Forbidden, Permission, Person};
use crate::fault::Fault;
use crate::id::{EventId, TenantId, UserId};
use crate::page::{Page, PageRequest};
use crate::parts::Parts;
use crate::time::{Day, Timestamp};

/// How many of the newest rows that a filter's times leave are looked at.
pub const LOOKED_AT: u32 = 50_000;

/// Proofs that are made at once.
pub const PROOFS: usize = 100;

/// Rows that who listens hears at once.
pub const HEARD: u32 = 500;

/// Which rows.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct AuditFilter {
    /// In which this user is named, as whoever acted or was concerned.
    pub user: Option<UserId>,
    /// Of this name.
    pub name: Option<String>,
    /// Whose names begin so, up to their dot.
    pub kind: Option<String>,
    /// Of this time or later.
    pub from: Option<Timestamp>,
    /// Before this time.
    pub until: Option<Timestamp>,
    /// Older than this one.
    pub before: Option<EventId>,
}

/// A row, sealed or not yet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Shown {
    /// The event's identifier.
    pub id: EventId,
    /// The event's name.
    pub name: String,
    /// Canonical bytes.
    pub body: Vec<u8>,
    /// Its leaf, once it is sealed.
    pub index: Option<u64>,
}

/// Why nothing of the log is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum AuditError {
    /// The caller may not.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The caller's tenant has no such event.
    #[error("no such event")]
    Unknown,
    /// The caller's tenant has no such export.
    #[error("no such export")]
    UnknownExport,
    /// The event is not sealed yet, which takes two seconds; or nothing is.
    #[error("not sealed yet")]
    NotSealed,
    /// It could not be carried out.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<crate::ports::Down> for AuditError {
    fn from(down: crate::ports::Down) -> Self {
        Self::Fault(down.into())
    }
}

/// Rows of the caller's tenant, newest first.
///
/// # Errors
/// [`AuditError`]
pub async fn entries(
    parts: &Parts,
    caller: &Caller,
    named: Option<TenantId>,
    filter: AuditFilter,
    page: PageRequest,
) -> Result<Page<Shown>, AuditError> {
    let tenant = own(caller, named)?;
    Ok(parts.store.audit_entries(tenant, filter, page).await?)
}

/// One row of the caller's tenant.
///
/// # Errors
/// [`AuditError`]
pub async fn entry(parts: &Parts, caller: &Caller, id: EventId) -> Result<Shown, AuditError> {
    let tenant = own(caller, None)?;
    parts.store.audit_entry(tenant, id).await?.ok_or(AuditError::Unknown)
}

/// The tree of the caller's tenant.
///
/// # Errors
/// [`AuditError`]
pub async fn own_tree(parts: &Parts, caller: &Caller, named: Option<TenantId>) -> Result<Tree, AuditError> {
    let tenant = own(caller, named)?;
    tree(&*parts.store, Log(Some(tenant))).await?.ok_or(AuditError::NotSealed)
}

/// The signed head of the caller's tenant, present or the last one up to the end of a day.
///
/// # Errors
/// [`AuditError`]
pub async fn head(
    parts: &Parts,
    caller: &Caller,
    named: Option<TenantId>,
    until: Option<Day>,
) -> Result<(Head, String), AuditError> {
    let tree = own_tree(parts, caller, named).await?;
    let signed = match until {
        None => vec![tree.head],
        Some(_) => {
            let kept = parts.store.audit_heads(tree.number).await?;
            kept.into_iter().map(|kept| kept.head).collect()
        }
    };
    let key = parts.secrets.audit_key.verifying();
    let read = |text: String| Some((Head::verify(&text, key).ok()?.0, text));
    let is_of_time = |(head, _): &(Head, String)| until.is_none_or(|day| head.at < day.next().start());
    signed.into_iter().filter_map(read).rfind(is_of_time).ok_or(AuditError::NotSealed)
}

/// The first leaf of a tree with its path, and the root.
///
/// # Errors
/// [`AuditError`]
pub async fn ends(parts: &Parts, tree: &Tree) -> Result<Inclusion, AuditError> {
    inclusion(&*parts.store, tree, 0).await?.ok_or(AuditError::NotSealed)
}

/// Where the caller begins to listen to what is sealed in their tenant: after this event, or after all that is sealed.
///
/// # Errors
/// [`AuditError`]
pub async fn listen(
    parts: &Parts,
    caller: &Caller,
    named: Option<TenantId>,
    after: Option<EventId>,
) -> Result<u64, AuditError> {
    let tenant = own(caller, named)?;
    if let Some(after) = after {
        let shown = parts.store.audit_entry(tenant, after).await?;
        if let Some(index) = shown.and_then(|shown| shown.index) {
            return Ok(index + 1);
        }
    }
    Ok(tree(&*parts.store, Log(Some(tenant))).await?.map_or(0, |tree| tree.size))
}

/// What was sealed in the caller's tenant from this leaf on, at most [`HEARD`] rows, and the leaf after it.
///
/// # Errors
/// [`AuditError`]
pub async fn heard(parts: &Parts, caller: &Caller, from: u64) -> Result<(Vec<Shown>, u64), AuditError> {
    let tenant = own(caller, None)?;
    let Some(tree) = tree(&*parts.store, Log(Some(tenant))).await? else { return Ok((Vec::new(), from)) };
    if tree.size <= from {
        return Ok((Vec::new(), from));
    }
    let rows = parts.store.audit_rows(tree.number, from, HEARD).await?;
    let next = rows.last().map_or(tree.size, |row| row.index + 1);
    let shown = |row: Row| Shown { id: row.id, name: row.name, body: row.body, index: Some(row.index) };
    Ok((rows.into_iter().map(shown).collect(), next))
}

/// What shows that a row is in a tree of the caller's tenant.
///
/// # Errors
/// [`AuditError`]
pub async fn proof(
    parts: &Parts,
    caller: &Caller,
    tree: &Tree,
    id: EventId,
) -> Result<Inclusion, AuditError> {
    let tenant = own(caller, tree.log.0)?;
    let shown = parts.store.audit_entry(tenant, id).await?.ok_or(AuditError::Unknown)?;
    let index = shown.index.filter(|index| *index < tree.size).ok_or(AuditError::NotSealed)?;
    inclusion(&*parts.store, tree, index).await?.ok_or(AuditError::NotSealed)
}

/// Verifies the newest [`VERIFIED`] rows that the caller's tenant has of these times, with its tree.
///
/// # Errors
/// [`AuditError`]
pub async fn check(
    parts: &Parts,
    caller: &Caller,
    named: Option<TenantId>,
    from: Option<Timestamp>,
    until: Option<Timestamp>,
) -> Result<(Tree, Checked), AuditError> {
    let tenant = own(caller, named)?;
    let tree = own_tree(parts, caller, named).await?;
    let newest = AuditFilter { from, until, ..AuditFilter::default() };
    // Of the rows of these times the one that was sealed last; what waits has no leaf yet.
    let page = parts.store.audit_entries(tenant, newest, PageRequest::new(None, Some(100))).await?;
    let last = page.items.iter().filter_map(|shown| shown.index).max();
    let end = last.map_or(0, |index| index + 1).min(tree.size);
    let start = end.saturating_sub(page.total.min(VERIFIED));
    let key = parts.secrets.audit_key.verifying();
    let checked = verify_range(&*parts.store, key, &tree, start..end).await?;
    Ok((tree, checked))
}

/// What happened to the caller's own account in this tenant, newest first; what is not sealed yet follows within two seconds.
/// With each, whether they have dismissed it.
///
/// # Errors
/// [`AuditError`]
pub async fn told(parts: &Parts, me: &Person, page: PageRequest) -> Result<Page<(Shown, bool)>, AuditError> {
    Ok(parts.store.audit_told(me.tenant, me.user, page).await?)
}

/// The tenant whose log the caller may read: their own, whichever is named.
pub(super) fn own(caller: &Caller, named: Option<TenantId>) -> Result<TenantId, Forbidden> {
    caller.require(Permission::AuditRead)?;
    caller.require_tenant(named)?;
    Ok(caller.tenant())
}
