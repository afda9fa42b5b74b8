//! Tenants.

use super::columns::{self, Columns};
use super::{List, change_one, first, page, signed};
use authms_core::id::TenantId;
use authms_core::page::{Page, PageRequest};
use authms_core::tenant::{Change, Tenant, TenantStatus};
use authms_core::time::Timestamp;
use rusqlite::{Connection, Result, params};
use std::sync::LazyLock;

const COLUMNS: [&str; 8] = ["id", "name", "status", "is_default", "fence", "rev", "created_at", "updated_at"];

/// A SELECT list for [`read`].
pub(super) fn columns(alias: &str) -> String {
    columns::list(alias, &COLUMNS)
}

/// The tenant in the next columns.
pub(super) fn read(c: &mut Columns<'_>) -> Result<Tenant> {
    Ok(Tenant {
        id: c.id()?,
        name: c.take()?,
        status: c.named(TenantStatus::parse)?,
        is_default: c.take()?,
        fence: c.take()?,
        rev: c.count()?,
        created_at: c.time()?,
        updated_at: c.time()?,
    })
}

/// One tenant.
pub(crate) fn get(conn: &Connection, id: TenantId) -> Result<Option<Tenant>> {
    static SQL: LazyLock<String> =
        LazyLock::new(|| format!("SELECT {} FROM tenants n WHERE n.id = ?1", columns("n")));
    first(conn, &SQL, [id.bytes()], read)
}

/// The one of this name.
pub(crate) fn named(conn: &Connection, name: &str) -> Result<Option<Tenant>> {
    static SQL: LazyLock<String> =
        LazyLock::new(|| format!("SELECT {} FROM tenants n WHERE n.name = ?1", columns("n")));
    first(conn, &SQL, [name], read)
}

/// The one that the first start made.
pub(crate) fn default(conn: &Connection) -> Result<Option<Tenant>> {
    static SQL: LazyLock<String> =
        LazyLock::new(|| format!("SELECT {} FROM tenants n WHERE n.is_default = 1", columns("n")));
    first(conn, &SQL, [], read)
}

/// All of them, oldest first.
pub(crate) fn list(conn: &Connection, request: PageRequest) -> Result<Page<Tenant>> {
    page(conn, &List { columns: &columns("n"), from: "FROM tenants n", order: "n.id" }, &[], request, read)
}

/// Its revision.
pub(crate) fn rev(conn: &Connection, id: TenantId) -> Result<Option<u64>> {
    first(conn, "SELECT rev FROM tenants WHERE id = ?1", [id.bytes()], |c| c.count())
}

/// Writes a change.
pub(crate) fn write(conn: &Connection, change: &Change, at: Timestamp) -> Result<()> {
    match change {
        Change::Create(new) => {
            let sql = "INSERT INTO tenants (id, name, status, is_default, fence, rev, created_at, updated_at)
                       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
            let row = params![
                new.id.bytes(),
                new.name,
                new.status.as_str(),
                new.is_default,
                new.fence,
                signed(new.rev),
                new.created_at.as_millis(),
                new.updated_at.as_millis(),
            ];
            change_one(conn, sql, row)
        }
        Change::Update(new) => {
            let sql = "UPDATE tenants SET name = ?2, status = ?3, fence = ?4, rev = ?5, updated_at = ?6 WHERE id = ?1";
            let (status, rev) = (new.status.as_str(), signed(new.rev));
            change_one(conn, sql, params![new.id.bytes(), new.name, status, new.fence, rev, at.as_millis()])
        }
    }
}
