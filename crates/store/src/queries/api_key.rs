//! API keys.

use super::columns::{self, Columns};
use super::{List, all, change_one, first, page, signed, words};
use authms_core::access::{Permission, Role};
use authms_core::id::{ApiKeyId, TenantId};
use authms_core::key::{ApiKey, ApiKeyStatus, Change, Environment};
use authms_core::page::{Page, PageRequest};
use authms_core::time::Timestamp;
use rusqlite::{Connection, Result, params};
use std::sync::LazyLock;

const COLUMNS: [&str; 14] = [
    "id",
    "tenant_id",
    "name",
    "created_by",
    "secret_hash",
    "scopes",
    "rank",
    "environment",
    "status",
    "expires_at",
    "fence",
    "rev",
    "created_at",
    "updated_at",
];

fn read(c: &mut Columns<'_>) -> Result<ApiKey> {
    Ok(ApiKey {
        id: c.id()?,
        tenant: c.id()?,
        name: c.take()?,
        created_by: c.id_if()?,
        secret_hash: c.take()?,
        scopes: c.words(Permission::parse)?,
        rank: c.named(Role::parse)?,
        environment: c.named(Environment::parse)?,
        status: c.named(ApiKeyStatus::parse)?,
        expires_at: c.time_if()?,
        fence: c.take()?,
        rev: c.count()?,
        created_at: c.time()?,
        updated_at: c.time()?,
    })
}

/// One key, with whether its tenant is active.
pub(crate) fn get(conn: &Connection, id: ApiKeyId) -> Result<Option<(ApiKey, bool)>> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        format!(
            "SELECT {}, n.status = 'active' FROM api_keys k JOIN tenants n ON n.id = k.tenant_id WHERE k.id = ?1",
            columns::list("k", &COLUMNS),
        )
    });
    first(conn, &SQL, [id.bytes()], |c| Ok((read(c)?, c.take()?)))
}

/// A tenant's keys, oldest first.
pub(crate) fn list(conn: &Connection, tenant: TenantId, request: PageRequest) -> Result<Page<ApiKey>> {
    let columns = columns::list("k", &COLUMNS);
    let list = List { columns: &columns, from: "FROM api_keys k WHERE k.tenant_id = ?1", order: "k.id" };
    page(conn, &list, &[tenant.bytes()], request, read)
}

/// A tenant's keys of this name, oldest first.
pub(crate) fn named(conn: &Connection, tenant: TenantId, name: &str) -> Result<Vec<ApiKey>> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        let columns = columns::list("k", &COLUMNS);
        format!("SELECT {columns} FROM api_keys k WHERE k.tenant_id = ?1 AND k.name = ?2 ORDER BY k.id")
    });
    all(conn, &SQL, params![tenant.bytes(), name], read)
}

/// Its revision.
pub(crate) fn rev(conn: &Connection, id: ApiKeyId) -> Result<Option<u64>> {
    first(conn, "SELECT rev FROM api_keys WHERE id = ?1", [id.bytes()], |c| c.count())
}

/// Writes a change.
pub(crate) fn write(conn: &Connection, change: &Change, at: Timestamp) -> Result<()> {
    match change {
        Change::Create(new) => create(conn, new),
        Change::Update(new) => update(conn, new, at),
        Change::Delete(id) => change_one(conn, "DELETE FROM api_keys WHERE id = ?1", [id.bytes()]),
    }
}

fn create(conn: &Connection, new: &ApiKey) -> Result<()> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        format!("INSERT INTO api_keys ({}) VALUES ({})", COLUMNS.join(", "), columns::placeholders(&COLUMNS))
    });
    let row = params![
        new.id.bytes(),
        new.tenant.bytes(),
        new.name,
        new.created_by.as_ref().map(|u| u.bytes()),
        new.secret_hash,
        scopes(new),
        new.rank.as_str(),
        new.environment.as_str(),
        new.status.as_str(),
        new.expires_at.map(Timestamp::as_millis),
        new.fence,
        signed(new.rev),
        new.created_at.as_millis(),
        new.updated_at.as_millis(),
    ];
    change_one(conn, &SQL, row)
}

fn update(conn: &Connection, new: &ApiKey, at: Timestamp) -> Result<()> {
    let sql = "UPDATE api_keys SET name = ?2, secret_hash = ?3, scopes = ?4, rank = ?5, environment = ?6,
                   status = ?7, expires_at = ?8, fence = ?9, rev = ?10, updated_at = ?11
               WHERE id = ?1";
    let row = params![
        new.id.bytes(),
        new.name,
        new.secret_hash,
        scopes(new),
        new.rank.as_str(),
        new.environment.as_str(),
        new.status.as_str(),
        new.expires_at.map(Timestamp::as_millis),
        new.fence,
        signed(new.rev),
        at.as_millis(),
    ];
    change_one(conn, sql, row)
}

fn scopes(key: &ApiKey) -> String {
    words(key.scopes.iter().map(|s| s.as_str()))
}
