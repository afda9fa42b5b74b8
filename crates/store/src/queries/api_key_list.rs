//! The API keys of a tenant.

use super::api_key::{columns, read};
use super::conn::{Conn, Result, ToSql, params};
use super::{List, all, page};
use authms_core::id::TenantId;
use authms_core::key::{ApiKey, ApiKeyStatus, Environment, KeyFilter};
use authms_core::page::{Page, PageRequest};
use std::sync::LazyLock;

/// A tenant's keys, oldest first; those that expire, soonest first.
pub(crate) fn list(
    conn: Conn<'_>,
    tenant: TenantId,
    filter: &KeyFilter,
    request: PageRequest,
) -> Result<Page<ApiKey>> {
    let tenant = tenant.bytes();
    let status = filter.status.map(ApiKeyStatus::as_str);
    let environment = filter.environment.map(Environment::as_str);
    let pattern = filter.search.as_deref().map(contains);
    let expiring = filter.expiring.map(|(after, until)| (after.as_millis(), until.as_millis()));
    let mut params: Vec<&dyn ToSql> = vec![&tenant];
    let mut from = "FROM api_keys k WHERE k.tenant_id = ?1".to_owned();
    if let Some(status) = &status {
        params.push(status);
        from.push_str(&format!(" AND k.status = ?{}", params.len()));
    }
    if let Some(environment) = &environment {
        params.push(environment);
        from.push_str(&format!(" AND k.environment = ?{}", params.len()));
    }
    if let Some(pattern) = &pattern {
        params.push(pattern);
        from.push_str(&format!(" AND lower(k.name) LIKE lower(?{}) ESCAPE '\\'", params.len()));
    }
    let mut order = "k.id";
    if let Some((after, until)) = &expiring {
        params.push(after);
        params.push(until);
        let n = params.len();
        from.push_str(&format!(" AND k.expires_at > ?{} AND k.expires_at <= ?{n}", n - 1));
        order = "k.expires_at, k.id";
    }
    page(conn, &List { columns: &columns("k"), from: &from, order }, &params, request, read)
}

/// A tenant's keys of this name, oldest first.
pub(crate) fn named(conn: Conn<'_>, tenant: TenantId, name: &str) -> Result<Vec<ApiKey>> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        let columns = columns("k");
        format!("SELECT {columns} FROM api_keys k WHERE k.tenant_id = ?1 AND k.name = ?2 ORDER BY k.id")
    });
    all(conn, &SQL, params![tenant.bytes(), name], read)
}

/// A LIKE pattern for what contains this text literally.
fn contains(text: &str) -> String {
    let escaped = text.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_");
    format!("%{escaped}%")
}
