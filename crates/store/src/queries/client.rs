//! Clients.

use super::columns::{self, Columns};
use super::conn::{Conn, Result, params};
use super::{List, change, change_one, first, page, signed, words};
use authms_core::client::{Change, Client, ClientStatus};
use authms_core::id::{ClientId, TenantId};
use authms_core::page::{Page, PageRequest};
use authms_core::ticket::Purpose;
use authms_core::time::Timestamp;
use std::sync::LazyLock;

const COLUMNS: [&str; 14] = [
    "id",
    "tenant_id",
    "name",
    "secret_hash",
    "secret_last_four",
    "purposes",
    "redirect_uris",
    "allowed_origins",
    "may_send_context",
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
        allowed_origins: c.texts()?,
        may_send_context: c.take()?,
        status: c.named(ClientStatus::parse)?,
        fence: c.take()?,
        rev: c.count()?,
        created_at: c.time()?,
        updated_at: c.time()?,
    })
}

/// One client.
pub(crate) fn get(conn: Conn<'_>, id: ClientId) -> Result<Option<Client>> {
    static SQL: LazyLock<String> =
        LazyLock::new(|| format!("SELECT {} FROM clients c WHERE c.id = ?1", columns::list("c", &COLUMNS)));
    first(conn, &SQL, [id.bytes()], read)
}

/// A tenant's client of this name.
pub(crate) fn named(conn: Conn<'_>, tenant: TenantId, name: &str) -> Result<Option<Client>> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        let columns = columns::list("c", &COLUMNS);
        format!("SELECT {columns} FROM clients c WHERE c.tenant_id = ?1 AND c.name = ?2")
    });
    first(conn, &SQL, params![tenant.bytes(), name], read)
}

/// A tenant's clients, oldest first.
pub(crate) fn list(conn: Conn<'_>, tenant: TenantId, request: PageRequest) -> Result<Page<Client>> {
    let columns = columns::list("c", &COLUMNS);
    let list = List { columns: &columns, from: "FROM clients c WHERE c.tenant_id = ?1", order: "c.id" };
    page(conn, &list, &[tenant.bytes()], request, read)
}

/// Whether an active client of this tenant, or of any active one, allows this origin.
pub(crate) fn allows_origin(conn: Conn<'_>, origin: &str, tenant: Option<TenantId>) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM client_origins o
                   JOIN clients c ON c.id = o.client_id AND c.status = 'active'
                   JOIN tenants t ON t.id = c.tenant_id AND t.status = 'active'
               WHERE o.origin = ?1 AND (c.tenant_id = ?2 OR ?2 IS NULL))";
    let found = first(conn, sql, params![origin, tenant.map(|id| *id.bytes())], |c| c.take())?;
    Ok(found.unwrap_or(false))
}

/// Its revision.
pub(crate) fn rev(conn: Conn<'_>, id: ClientId) -> Result<Option<u64>> {
    first(conn, "SELECT rev FROM clients WHERE id = ?1", [id.bytes()], |c| c.count())
}

/// Writes a change.
pub(crate) fn write(conn: Conn<'_>, change: &Change, at: Timestamp) -> Result<()> {
    match change {
        Change::Create(new) => create(conn, new),
        Change::Update(new) => update(conn, new, at),
        Change::Delete(id) => {
            forget_origins(conn, *id)?;
            change_one(conn, "DELETE FROM clients WHERE id = ?1", [id.bytes()])
        }
    }
}

fn create(conn: Conn<'_>, new: &Client) -> Result<()> {
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
        array(&new.redirect_uris),
        array(&new.allowed_origins),
        new.may_send_context,
        new.status.as_str(),
        new.fence,
        signed(new.rev),
        new.created_at.as_millis(),
        new.updated_at.as_millis(),
    ];
    change_one(conn, &SQL, row)?;
    remember_origins(conn, new)
}

fn update(conn: Conn<'_>, new: &Client, at: Timestamp) -> Result<()> {
    let sql = "UPDATE clients SET name = ?2, secret_hash = ?3, secret_last_four = ?4, purposes = ?5,
                   redirect_uris = ?6, allowed_origins = ?7, may_send_context = ?8, status = ?9, fence = ?10,
                   rev = ?11, updated_at = ?12
               WHERE id = ?1";
    let row = params![
        new.id.bytes(),
        new.name,
        new.secret_hash,
        new.secret_last_four,
        purposes(new),
        array(&new.redirect_uris),
        array(&new.allowed_origins),
        new.may_send_context,
        new.status.as_str(),
        new.fence,
        signed(new.rev),
        at.as_millis(),
    ];
    change_one(conn, sql, row)?;
    forget_origins(conn, new.id)?;
    remember_origins(conn, new)
}

fn purposes(client: &Client) -> String {
    words(client.purposes.iter().map(|p| p.as_str()))
}

fn array(texts: &[String]) -> String {
    serde_json::Value::from(texts).to_string()
}

/// Makes a client findable by its origins.
fn remember_origins(conn: Conn<'_>, client: &Client) -> Result<()> {
    for origin in &client.allowed_origins {
        let sql = "INSERT INTO client_origins (origin, client_id) VALUES (?1, ?2)";
        change_one(conn, sql, params![origin, client.id.bytes()])?;
    }
    Ok(())
}

fn forget_origins(conn: Conn<'_>, id: ClientId) -> Result<()> {
    change(conn, "DELETE FROM client_origins WHERE client_id = ?1", [id.bytes()])
}
