//! Exports of the audit log that were asked for.

use super::columns::{self, Columns};
use super::conn::{Conn, Result, ToSql, params};
use super::{List, all, change_one, first, json, page, signed};
use authms_core::audit::{AskExport, Export, ExportChange, Format};
use authms_core::id::{ExportId, TenantId};
use authms_core::page::{Page, PageRequest};

/// Exports counted in one go.
const AT_ONCE: u32 = 10;

const COLUMNS: [&str; 11] = [
    "id",
    "tenant_id",
    "format",
    "names",
    "kinds",
    "from_at",
    "until_at",
    "size",
    "looked_at",
    "records",
    "created_at",
];

fn read(c: &mut Columns<'_>) -> Result<Export> {
    let (id, tenant) = (c.id()?, c.id()?);
    let (format, names, kinds) = (c.named(Format::parse)?, c.texts()?, c.texts()?);
    let ask = AskExport { format, names, kinds, from: c.time_if()?, until: c.time_if()? };
    let (size, looked_at, records) = (c.count()?, c.count()?, c.count()?);
    Ok(Export { id, tenant, ask, size, looked_at, records, created_at: c.time()? })
}

fn select(rest: &str) -> String {
    format!("SELECT {} FROM audit_exports {rest}", COLUMNS.join(", "))
}

/// One export.
pub(crate) fn get(conn: Conn<'_>, id: ExportId) -> Result<Option<Export>> {
    first(conn, &select("WHERE id = ?1"), params![id.bytes()], read)
}

/// A tenant's exports, newest first.
pub(crate) fn list(conn: Conn<'_>, tenant: TenantId, request: PageRequest) -> Result<Page<Export>> {
    let columns = COLUMNS.join(", ");
    let from = "FROM audit_exports WHERE tenant_id = ?1";
    let list = List { columns: &columns, from, order: "id DESC" };
    let params: [&dyn ToSql; 1] = [tenant.bytes()];
    page(conn, &list, &params, request, read)
}

/// Those that are not counted to their end, oldest first.
pub(crate) fn to_count(conn: Conn<'_>) -> Result<Vec<Export>> {
    all(conn, &select("WHERE looked_at < size ORDER BY id LIMIT ?1"), params![AT_ONCE], read)
}

/// Carries out a change of exports.
pub(super) fn write(conn: Conn<'_>, change: &ExportChange) -> Result<()> {
    match change {
        ExportChange::Create(new) => {
            let (columns, values) = (COLUMNS.join(", "), columns::placeholders(&COLUMNS));
            let sql = format!("INSERT INTO audit_exports ({columns}) VALUES ({values})");
            let AskExport { format, names, kinds, from, until } = &new.ask;
            let row = params![
                new.id.bytes(),
                new.tenant.bytes(),
                format.as_str(),
                json(names),
                json(kinds),
                from.map(|at| at.as_millis()),
                until.map(|at| at.as_millis()),
                signed(new.size),
                signed(new.looked_at),
                signed(new.records),
                new.created_at.as_millis(),
            ];
            change_one(conn, &sql, row)
        }
        ExportChange::Count { id, looked_at, records } => {
            let sql = "UPDATE audit_exports SET looked_at = ?2, records = ?3 WHERE id = ?1";
            change_one(conn, sql, params![id.bytes(), signed(*looked_at), signed(*records)])
        }
    }
}
