//! Tenants.

use super::columns::{self, Columns};
use super::conn::{Conn, Result, params};
use super::{
    List, audit_retention, change_one, first, mfa_policy, on_behalf, page, password_policy, risk_config,
    signed, ticket_policy,
};
use authms_core::id::TenantId;
use authms_core::page::{Page, PageRequest};
use authms_core::signing_key::{Algorithm, Signing};
use authms_core::tenant::{Change, Tenant, TenantStatus};
use authms_core::time::Timestamp;
use std::sync::LazyLock;

const COLUMNS: [&str; 16] = [
    "id",
    "name",
    "status",
    "is_default",
    "signing_algorithm",
    "former_algorithm",
    "ticket_policy",
    "mfa_policy",
    "password_policy",
    "risk_config",
    "on_behalf_policy",
    "audit_retention",
    "fence",
    "rev",
    "created_at",
    "updated_at",
];

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
        signing: Signing { algorithm: c.named(Algorithm::parse)?, former: c.named_if(Algorithm::parse)? },
        ticket_policy: ticket_policy::read(c)?,
        mfa_policy: mfa_policy::read(c)?,
        password_policy: password_policy::read(c)?,
        risk_config: risk_config::read(c)?,
        on_behalf_policy: on_behalf::read_policy(c)?,
        audit_retention: c.named_if(audit_retention::parse)?,
        fence: c.take()?,
        rev: c.count()?,
        created_at: c.time()?,
        updated_at: c.time()?,
    })
}

/// One tenant.
pub(crate) fn get(conn: Conn<'_>, id: TenantId) -> Result<Option<Tenant>> {
    static SQL: LazyLock<String> =
        LazyLock::new(|| format!("SELECT {} FROM tenants n WHERE n.id = ?1", columns("n")));
    first(conn, &SQL, [id.bytes()], read)
}

/// The one of this name.
pub(crate) fn named(conn: Conn<'_>, name: &str) -> Result<Option<Tenant>> {
    static SQL: LazyLock<String> =
        LazyLock::new(|| format!("SELECT {} FROM tenants n WHERE n.name = ?1", columns("n")));
    first(conn, &SQL, [name], read)
}

/// The one that the first start made.
pub(crate) fn default(conn: Conn<'_>) -> Result<Option<Tenant>> {
    static SQL: LazyLock<String> =
        LazyLock::new(|| format!("SELECT {} FROM tenants n WHERE n.is_default = 1", columns("n")));
    first(conn, &SQL, params![], read)
}

/// All of them, oldest first.
pub(crate) fn list(conn: Conn<'_>, request: PageRequest) -> Result<Page<Tenant>> {
    page(conn, &List { columns: &columns("n"), from: "FROM tenants n", order: "n.id" }, &[], request, read)
}

/// Its revision.
pub(crate) fn rev(conn: Conn<'_>, id: TenantId) -> Result<Option<u64>> {
    first(conn, "SELECT rev FROM tenants WHERE id = ?1", [id.bytes()], |c| c.count())
}

/// Writes a change.
pub(crate) fn write(conn: Conn<'_>, change: &Change, at: Timestamp) -> Result<()> {
    match change {
        Change::Create(new) => {
            static SQL: LazyLock<String> = LazyLock::new(|| {
                let (columns, values) = (COLUMNS.join(", "), columns::placeholders(&COLUMNS));
                format!("INSERT INTO tenants ({columns}) VALUES ({values})")
            });
            let row = params![
                new.id.bytes(),
                new.name,
                new.status.as_str(),
                new.is_default,
                new.signing.algorithm.as_str(),
                new.signing.former.map(Algorithm::as_str),
                ticket_policy::column(&new.ticket_policy),
                mfa_policy::column(&new.mfa_policy),
                password_policy::column(&new.password_policy),
                risk_config::column(&new.risk_config),
                on_behalf::policy_column(&new.on_behalf_policy),
                audit_retention::column(new.audit_retention.as_ref()),
                new.fence,
                signed(new.rev),
                new.created_at.as_millis(),
                new.updated_at.as_millis(),
            ];
            change_one(conn, &SQL, row)
        }
        Change::Update(new) => {
            let sql =
                "UPDATE tenants SET name = ?2, status = ?3, signing_algorithm = ?4, former_algorithm = ?5,
                       ticket_policy = ?6, mfa_policy = ?7, password_policy = ?8, risk_config = ?9, fence = ?10,
                       rev = ?11, updated_at = ?12, on_behalf_policy = ?13, audit_retention = ?14 WHERE id = ?1";
            let row = params![
                new.id.bytes(),
                new.name,
                new.status.as_str(),
                new.signing.algorithm.as_str(),
                new.signing.former.map(Algorithm::as_str),
                ticket_policy::column(&new.ticket_policy),
                mfa_policy::column(&new.mfa_policy),
                password_policy::column(&new.password_policy),
                risk_config::column(&new.risk_config),
                new.fence,
                signed(new.rev),
                at.as_millis(),
                on_behalf::policy_column(&new.on_behalf_policy),
                audit_retention::column(new.audit_retention.as_ref()),
            ];
            change_one(conn, sql, row)
        }
        Change::SetPasswordWords { id, words } => password_policy::set_words(conn, *id, words),
    }
}
