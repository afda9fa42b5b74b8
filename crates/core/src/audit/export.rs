//! Exports of the log: asked for, counted behind the request, fetched as often as anybody likes. One is of what was sealed when it was
//! asked for, so that it is the same whenever it is fetched.

use super::log::{self, Row};
use super::read::{AuditError, own, own_tree};
use super::{Event, EventName, Source};
use crate::access::Caller;
use crate::commit::{self, Commit, CommitError, Guard};
use crate::fault::Fault;
use crate::id::{ExportId, TenantId};
use crate::page::{Page, PageRequest};
use crate::parts::Parts;
use crate::time::{Span, Timestamp};

/// How long an export can be fetched.
pub const KEPT: Span = Span::hours(7 * 24);

/// Names and kinds of events that one may list.
pub const LISTED: usize = 50;

/// Rows looked at in one go.
const CHUNK: u32 = 1000;

/// Goes for one export before the next has its turn.
const TURNS: u32 = 20;

/// How an export is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// A line of JSON for each event.
    Json,
    /// A table.
    Csv,
}

impl Format {
    /// The name on the wire and at rest.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Csv => "csv",
        }
    }

    /// The format of that name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Json, Self::Csv].into_iter().find(|format| format.as_str() == name)
    }
}

/// What is to be exported.
#[derive(Clone, Debug)]
pub struct AskExport {
    /// How.
    pub format: Format,
    /// Events of these names; none: of all.
    pub names: Vec<String>,
    /// Events whose names begin so, up to their dot; none: of all.
    pub kinds: Vec<String>,
    /// Of this time or later.
    pub from: Option<Timestamp>,
    /// Before this time.
    pub until: Option<Timestamp>,
}

/// An export.
#[derive(Clone, Debug)]
pub struct Export {
    /// Its identifier.
    pub id: ExportId,
    /// Whose log.
    pub tenant: TenantId,
    /// What was asked for.
    pub ask: AskExport,
    /// How many leaves it goes through.
    pub size: u64,
    /// Through how many it has gone.
    pub looked_at: u64,
    /// How many events of those are in it.
    pub records: u64,
    /// When it was asked for.
    pub created_at: Timestamp,
}

impl Export {
    /// Whether it is counted to its end.
    pub const fn is_done(&self) -> bool {
        self.looked_at >= self.size
    }

    /// Whether an event is in it.
    pub fn has(&self, row: &Row) -> bool {
        let AskExport { names, kinds, from, until, .. } = &self.ask;
        let at = row.id.made_at();
        let kind = row.name.split('.').next().unwrap_or_default();
        (names.is_empty() || names.contains(&row.name))
            && (kinds.is_empty() || kinds.iter().any(|asked| asked == kind))
            && from.is_none_or(|from| from <= at)
            && until.is_none_or(|until| at < until)
    }
}

/// What a commit may do to exports.
#[derive(Clone, Debug)]
pub enum ExportChange {
    /// Notes one.
    Create(Box<Export>),
    /// Notes how far one was counted; guarded by [`ExportAsRead`](Guard::ExportAsRead).
    Count {
        /// Which.
        id: ExportId,
        /// Through how many leaves it has gone.
        looked_at: u64,
        /// How many events of those are in it.
        records: u64,
    },
}

/// Asks for an export of the log of the caller's tenant.
///
/// # Errors
/// [`AuditError`]
pub async fn ask(
    parts: &Parts,
    caller: &Caller,
    ask: AskExport,
    source: &Source,
) -> Result<Export, AuditError> {
    let tree = own_tree(parts, caller, None).await?;
    let now = parts.now();
    let id = ExportId::generate(now, &*parts.rng);
    let tenant = caller.tenant();
    let export = Export { id, tenant, ask, size: tree.size, looked_at: 0, records: 0, created_at: now };
    let event = Event::new(EventName::AuditExported, Some(tenant))
        .by(caller)
        .from(source)
        .text("export", id.to_string())
        .text("format", export.ask.format.as_str());
    let change = commit::Change::Audit(log::Change::Export(ExportChange::Create(Box::new(export.clone()))));
    let commit = Commit::new(event.into_row(now, &*parts.rng)).change(change);
    parts.store.commit(commit).await.map_err(Fault::from)?;
    Ok(export)
}

/// One export of the caller's tenant.
///
/// # Errors
/// [`AuditError`]
pub async fn export(parts: &Parts, caller: &Caller, id: ExportId) -> Result<Export, AuditError> {
    let tenant = own(caller, None)?;
    let export = parts.store.audit_export(id).await?;
    export.filter(|export| export.tenant == tenant).ok_or(AuditError::UnknownExport)
}

/// The exports of the caller's tenant, newest first.
///
/// # Errors
/// [`AuditError`]
pub async fn exports(
    parts: &Parts,
    caller: &Caller,
    named: Option<TenantId>,
    page: PageRequest,
) -> Result<Page<Export>, AuditError> {
    let tenant = own(caller, named)?;
    Ok(parts.store.audit_exports(tenant, page).await?)
}

/// Events of an export from this leaf on, and the leaf after those that were looked at; none: that was all.
///
/// # Errors
/// [`AuditError`]
pub async fn exported(
    parts: &Parts,
    export: &Export,
    from: u64,
) -> Result<(Vec<Row>, Option<u64>), AuditError> {
    let log = log::Log(Some(export.tenant));
    let Some(tree) = log::tree(&*parts.store, log).await? else { return Ok((Vec::new(), None)) };
    let rows = parts.store.audit_rows(tree.number, from, CHUNK).await?;
    let next = rows.last().map(|row| row.index + 1).filter(|next| *next < export.size);
    let is_in = |row: &Row| row.index < export.size && export.has(row);
    Ok((rows.into_iter().filter(is_in).collect(), next))
}

/// Counts exports that were asked for. Called every second by every process that serves.
///
/// # Errors
/// [`Fault`] of the store; what was not counted is counted the next time.
pub async fn count(parts: &Parts) -> Result<(), Fault> {
    for mut export in parts.store.audit_exports_to_count().await? {
        for _ in 0..TURNS {
            if export.is_done() || !count_some(parts, &mut export).await? {
                break;
            }
        }
    }
    Ok(())
}

/// Counts the next events of an export; false: somebody else does.
async fn count_some(parts: &Parts, export: &mut Export) -> Result<bool, Fault> {
    let before = export.looked_at;
    let (rows, next) = match exported(parts, export, before).await {
        Ok(found) => found,
        Err(AuditError::Fault(fault)) => return Err(fault),
        Err(_) => return Ok(false),
    };
    export.looked_at = next.unwrap_or(export.size);
    export.records += rows.len() as u64;
    let Export { id, looked_at, records, .. } = *export;
    let change = commit::Change::Audit(log::Change::Export(ExportChange::Count { id, looked_at, records }));
    let guard = Guard::ExportAsRead { id, looked_at: before };
    match parts.store.commit(Commit::unremarkable(change).guard(guard)).await {
        Ok(_) => Ok(true),
        Err(CommitError::Conflict(_)) => Ok(false),
        Err(other) => Err(other.into()),
    }
}
