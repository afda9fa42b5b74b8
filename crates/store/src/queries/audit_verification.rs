//! Verifications of the audit log that were asked for.

use super::columns::{self, Columns};
use super::conn::{Conn, Result, ToSql, params};
use super::{List, change_one, page, signed};
use authms_core::audit::Verification;
use authms_core::id::TenantId;
use authms_core::page::{Page, PageRequest};

const COLUMNS: [&str; 7] = ["id", "tenant_id", "checked", "last_leaf", "last_hash", "wrong", "made_at"];

fn read(c: &mut Columns<'_>) -> Result<Verification> {
    let (id, tenant, checked) = (c.id()?, c.id()?, c.count()?);
    let (leaf, hash): (Option<i64>, Option<[u8; 32]>) = (c.take()?, c.take()?);
    let last = leaf.map(i64::unsigned_abs).zip(hash);
    Ok(Verification { id, tenant, checked, last, wrong: c.take()?, made_at: c.time()? })
}

/// A tenant's, newest first.
pub(crate) fn list(conn: Conn<'_>, tenant: TenantId, request: PageRequest) -> Result<Page<Verification>> {
    let columns = COLUMNS.join(", ");
    let list =
        List { columns: &columns, from: "FROM audit_verifications WHERE tenant_id = ?1", order: "id DESC" };
    let params: [&dyn ToSql; 1] = [tenant.bytes()];
    page(conn, &list, &params, request, read)
}

/// Notes one.
pub(super) fn insert(conn: Conn<'_>, made: &Verification) -> Result<()> {
    let (columns, values) = (COLUMNS.join(", "), columns::placeholders(&COLUMNS));
    let sql = format!("INSERT INTO audit_verifications ({columns}) VALUES ({values})");
    let (leaf, hash) = made.last.unzip();
    let row = params![
        made.id.bytes(),
        made.tenant.bytes(),
        signed(made.checked),
        leaf.map(signed),
        hash,
        made.wrong,
        made.made_at.as_millis(),
    ];
    change_one(conn, &sql, row)
}
