//! Clients.

use super::columns::{self, Columns};
use super::{List, change_one, first, page, signed, words};
use authms_core::client::{Change, Client, ClientStatus};
use authms_core::id::{ClientId, TenantId};
use authms_core::page::{Page, PageRequest};
use authms_core::ticket::Purpose;
use authms_core::time::Timestamp;
use rusqlite::{Connection, Result, params};
use std::sync::LazyLock;

const COLUMNS: [&str; 12] = [
    "id",
    "tenant_id",
    "name",
    "secret_hash",
    "secret_last_four",
    "purposes",
    "redirect_uris",
    "status",
    "fence",
    "rev",
    "created_at",
    "updated_at",
];

fn read(c: &mut Columns<'_>) -> Result<Client> {
    Ok(Client {
        id: c.id()?,
        tenant: c.id()?,
        name: c.take()?,
        secret_hash: c.take()?,
        secret_last_four: c.take()?,
        purposes: c.words(Purpose::parse)?,
        redirect_uris: c.texts()?,
        status: c.named(ClientStatus::parse)?,
        fence: c.take()?,
        rev: c.count()?,
        created_at: c.time()?,
        updated_at: c.time()?,
    })
}

/// One client.
pub(crate) fn get(conn: &Connection, id: ClientId) -> Result<Option<Client>> {
    static SQL: LazyLock<String> =
        LazyLock::new(|| format!("SELECT {} FROM clients c WHERE c.id = ?1", columns::list("c", &COLUMNS)));
    first(conn, &SQL, [id.bytes()], read)
}

/// A tenant's client of this name.
pub(crate) fn named(conn: &Connection, tenant: TenantId, name: &str) -> Result<Option<Client>> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        let columns = columns::list("c", &COLUMNS);
        format!("SELECT {columns} FROM clients c WHERE c.tenant_id = ?1 AND c.name = ?2")
    });
    first(conn, &SQL, params![tenant.bytes(), name], read)
}

/// A tenant's clients, oldest first.
pub(crate) fn list(conn: &Connection, tenant: TenantId, request: PageRequest) -> Result<Page<Client>> {
    let columns = columns::list("c", &COLUMNS);
    let list = List { columns: &columns, from: "FROM clients c WHERE c.tenant_id = ?1", order: "c.id" };
    page(conn, &list, &[tenant.bytes()], request, read)
}

/// Its revision.
pub(crate) fn rev(conn: &Connection, id: ClientId) -> Result<Option<u64>> {
    first(conn, "SELECT rev FROM clients WHERE id = ?1", [id.bytes()], |c| c.count())
}

/// Writes a change.
pub(crate) fn write(conn: &Connection, change: &Change, at: Timestamp) -> Result<()> {
    match change {
        Change::Create(new) => create(conn, new),
        Change::Update(new) => update(conn, new, at),
        Change::Delete(id) => change_one(conn, "DELETE FROM clients WHERE id = ?1", [id.bytes()]),
    }
}

fn create(conn: &Connection, new: &Client) -> Result<()> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        format!("INSERT INTO clients ({}) VALUES ({})", COLUMNS.join(", "), columns::placeholders(&COLUMNS))
    });
    let row = params![
        new.id.bytes(),
        new.tenant.bytes(),
        new.name,
        new.secret_hash,
        new.secret_last_four,
        purposes(new),
        uris(new),
        new.status.as_str(),
        new.fence,
        signed(new.rev),
        new.created_at.as_millis(),
        new.updated_at.as_millis(),
    ];
    change_one(conn, &SQL, row)
}

fn update(conn: &Connection, new: &Client, at: Timestamp) -> Result<()> {
    let sql = "UPDATE clients SET name = ?2, secret_hash = ?3, secret_last_four = ?4, purposes = ?5,
                   redirect_uris = ?6, status = ?7, fence = ?8, rev = ?9, updated_at = ?10
               WHERE id = ?1";
    let row = params![
        new.id.bytes(),
        new.name,
        new.secret_hash,
        new.secret_last_four,
        purposes(new),
        uris(new),
        new.status.as_str(),
        new.fence,
        signed(new.rev),
        at.as_millis(),
    ];
    change_one(conn, sql, row)
}

fn purposes(client: &Client) -> String {
    words(client.purposes.iter().map(|p| p.as_str()))
}

fn uris(client: &Client) -> String {
    serde_json::Value::from(client.redirect_uris.as_slice()).to_string()
}
