//! API keys.

use super::columns::{self, Columns};
use super::conn::{Conn, Result, params};
use super::{change, change_one, first, signed, words};
use authms_core::access::{Permission, Role};
use authms_core::id::{ApiKeyId, ClientId, RestrictionId};
use authms_core::key::{ApiKey, ApiKeyStatus, Change, Environment, LastUse, PreviousSecret, Restriction};
use authms_core::time::Timestamp;
use std::net::IpAddr;
use std::sync::LazyLock;

const COLUMNS: [&str; 20] = [
    "id",
    "tenant_id",
    "name",
    "created_by",
    "secret_hash",
    "previous_secret_hash",
    "previous_secret_expires_at",
    "scopes",
    "rank",
    "networks",
    "clients",
    "environment",
    "status",
    "expires_at",
    "fence",
    "rev",
    "created_at",
    "updated_at",
    "last_used_at",
    "last_used_ip",
];

/// A SELECT list for [`read`].
pub(super) fn columns(alias: &str) -> String {
    columns::list(alias, &COLUMNS)
}

/// The key in the next columns.
pub(super) fn read(c: &mut Columns<'_>) -> Result<ApiKey> {
    Ok(ApiKey {
        id: c.id()?,
        tenant: c.id()?,
        name: c.take()?,
        created_by: c.id_if()?,
        secret_hash: c.take()?,
        previous_secret: read_previous(c)?,
        scopes: c.words(Permission::parse)?,
        rank: c.named(Role::parse)?,
        networks: c.named(parse_networks)?,
        clients: c.words(ClientId::parse)?,
        environment: c.named(Environment::parse)?,
        status: c.named(ApiKeyStatus::parse)?,
        expires_at: c.time_if()?,
        fence: c.take()?,
        rev: c.count()?,
        created_at: c.time()?,
        updated_at: c.time()?,
        last_use: read_last_use(c)?,
    })
}

fn read_previous(c: &mut Columns<'_>) -> Result<Option<PreviousSecret>> {
    let (hash, expires_at) = (c.take()?, c.time_if()?);
    Ok(Option::zip(hash, expires_at).map(|(hash, expires_at)| PreviousSecret { hash, expires_at }))
}

fn read_last_use(c: &mut Columns<'_>) -> Result<Option<LastUse>> {
    let (at, ip) = (c.time_if()?, c.named_if(|ip| ip.parse::<IpAddr>().ok())?);
    Ok(at.map(|at| LastUse { at, ip }))
}

/// A network as it is kept.
type Stored = (String, String, Option<String>);

fn parse_networks(text: &str) -> Option<Vec<Restriction>> {
    let stored: Vec<Stored> = serde_json::from_str(text).ok()?;
    let one = |(id, network, label): Stored| {
        Some(Restriction { id: RestrictionId::parse(&id)?, network: network.parse().ok()?, label })
    };
    stored.into_iter().map(one).collect()
}

fn networks(key: &ApiKey) -> String {
    let one = |n: &Restriction| serde_json::json!([n.id.to_string(), n.network.to_string(), n.label]);
    serde_json::Value::from_iter(key.networks.iter().map(one)).to_string()
}

/// One key, with whether its tenant is active.
pub(crate) fn get(conn: Conn<'_>, id: ApiKeyId) -> Result<Option<(ApiKey, bool)>> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        format!(
            "SELECT {}, n.status = 'active' FROM api_keys k JOIN tenants n ON n.id = k.tenant_id WHERE k.id = ?1",
            columns("k"),
        )
    });
    first(conn, &SQL, [id.bytes()], |c| Ok((read(c)?, c.take()?)))
}

/// Its revision.
pub(crate) fn rev(conn: Conn<'_>, id: ApiKeyId) -> Result<Option<u64>> {
    first(conn, "SELECT rev FROM api_keys WHERE id = ?1", [id.bytes()], |c| c.count())
}

/// Writes a change.
pub(crate) fn write(conn: Conn<'_>, change: &Change, at: Timestamp) -> Result<()> {
    match change {
        Change::Create(new) => create(conn, new),
        Change::Update(new) => update(conn, new, at),
        Change::Use(id, last) => keep_use(conn, *id, *last),
        Change::Delete(id) => change_one(conn, "DELETE FROM api_keys WHERE id = ?1", [id.bytes()]),
    }
}

fn create(conn: Conn<'_>, new: &ApiKey) -> Result<()> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        format!("INSERT INTO api_keys ({}) VALUES ({})", COLUMNS.join(", "), columns::placeholders(&COLUMNS))
    });
    let row = params![
        new.id.bytes(),
        new.tenant.bytes(),
        new.name,
        new.created_by.as_ref().map(|u| u.bytes()),
        new.secret_hash,
        new.previous_secret.as_ref().map(|p| p.hash),
        new.previous_secret.as_ref().map(|p| p.expires_at.as_millis()),
        scopes(new),
        new.rank.as_str(),
        networks(new),
        clients(new),
        new.environment.as_str(),
        new.status.as_str(),
        new.expires_at.map(Timestamp::as_millis),
        new.fence,
        signed(new.rev),
        new.created_at.as_millis(),
        new.updated_at.as_millis(),
        new.last_use.map(|l| l.at.as_millis()),
        new.last_use.and_then(|l| l.ip).map(|ip| ip.to_string()),
    ];
    change_one(conn, &SQL, row)
}

fn update(conn: Conn<'_>, new: &ApiKey, at: Timestamp) -> Result<()> {
    let sql = "UPDATE api_keys SET name = ?2, secret_hash = ?3, previous_secret_hash = ?4,
                   previous_secret_expires_at = ?5, scopes = ?6, rank = ?7, networks = ?8, clients = ?9,
                   environment = ?10, status = ?11, expires_at = ?12, fence = ?13, rev = ?14, updated_at = ?15
               WHERE id = ?1";
    let row = params![
        new.id.bytes(),
        new.name,
        new.secret_hash,
        new.previous_secret.as_ref().map(|p| p.hash),
        new.previous_secret.as_ref().map(|p| p.expires_at.as_millis()),
        scopes(new),
        new.rank.as_str(),
        networks(new),
        clients(new),
        new.environment.as_str(),
        new.status.as_str(),
        new.expires_at.map(Timestamp::as_millis),
        new.fence,
        signed(new.rev),
        at.as_millis(),
    ];
    change_one(conn, sql, row)
}

fn keep_use(conn: Conn<'_>, id: ApiKeyId, last: LastUse) -> Result<()> {
    let sql = "UPDATE api_keys SET last_used_at = ?2, last_used_ip = ?3
               WHERE id = ?1 AND (last_used_at IS NULL OR last_used_at < ?2)";
    change(conn, sql, params![id.bytes(), last.at.as_millis(), last.ip.map(|ip| ip.to_string())])
}

fn scopes(key: &ApiKey) -> String {
    words(key.scopes.iter().map(|s| s.as_str()))
}

fn clients(key: &ApiKey) -> String {
    words(key.clients.iter().map(ToString::to_string).collect::<Vec<_>>().iter().map(String::as_str))
}
