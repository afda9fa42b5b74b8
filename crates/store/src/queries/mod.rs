//! One file a noun: its row, its model and its SQL together.

pub(crate) mod act_notice;
pub(crate) mod act_request;
pub(crate) mod api_key;
pub(crate) mod api_key_list;
pub(crate) mod attempt;
pub(crate) mod audit;
pub(crate) mod audit_export;
pub(crate) mod audit_list;
pub(crate) mod audit_outlet;
mod audit_retention;
pub(crate) mod audit_tree;
pub(crate) mod audit_verification;
pub(crate) mod challenge;
mod chunk;
pub(crate) mod client;
mod columns;
mod conn;
pub(crate) mod device;
pub(crate) mod expired;
pub(crate) mod factor;
pub(crate) mod history;
pub(crate) mod installation;
pub(crate) mod invitation;
pub(crate) mod limit;
pub(crate) mod login;
pub(crate) mod membership;
pub(crate) mod message;
mod mfa_policy;
pub(crate) mod mfa_release;
pub(crate) mod on_behalf;
pub(crate) mod passkey;
pub(crate) mod passkey_ceremony;
pub(crate) mod password_history;
pub(crate) mod password_policy;
#[cfg(debug_assertions)]
mod plan;
pub(crate) mod reap;
pub(crate) mod recovery_code;
pub(crate) mod refusal;
mod risk_config;
pub(crate) mod risk_event;
pub(crate) mod schema;
pub(crate) mod sent_code;
pub(crate) mod session;
pub(crate) mod session_index;
pub(crate) mod session_view;
pub(crate) mod signing_key;
mod standing;
pub(crate) mod table;
pub(crate) mod tenant;
pub(crate) mod ticket;
pub(crate) mod ticket_index;
pub(crate) mod ticket_life;
pub(crate) mod ticket_list;
mod ticket_policy;
pub(crate) mod ticket_view;
pub(crate) mod user;
pub(crate) mod user_list;
mod user_terms;
pub(crate) mod void;
pub(crate) mod webhook;
pub(crate) mod webhook_delivery;

use authms_core::page::{Page, PageRequest};
use conn::{Params, ToSql};
use std::ops::ControlFlow;

pub(crate) use columns::Columns;
pub(crate) use conn::Conn;
pub use conn::{Error, Result};

/// The first row that answers.
fn first<T>(
    conn: Conn<'_>,
    sql: &str,
    params: impl Params,
    read: impl FnOnce(&mut Columns<'_>) -> Result<T>,
) -> Result<Option<T>> {
    let (mut read, mut found) = (Some(read), None);
    conn.each(sql, params.refs().as_ref(), |c| {
        found = read.take().map(|read| read(c)).transpose()?;
        Ok(ControlFlow::Break(()))
    })?;
    Ok(found)
}

/// All rows that answer.
fn all<T>(
    conn: Conn<'_>,
    sql: &str,
    params: impl Params,
    read: impl Fn(&mut Columns<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    let mut found = Vec::new();
    conn.each(sql, params.refs().as_ref(), |c| {
        found.push(read(c)?);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}

/// What a list is made of; `from` goes from `FROM` to the end of `WHERE`.
struct List<'a> {
    columns: &'a str,
    from: &'a str,
    order: &'a str,
}

/// One page of a list and the length of the whole, from one snapshot.
fn page<T>(
    conn: Conn<'_>,
    list: &List<'_>,
    params: &[&dyn ToSql],
    request: PageRequest,
    read: impl Fn(&mut Columns<'_>) -> Result<T>,
) -> Result<Page<T>> {
    let List { columns, from, order } = list;
    let (limit, offset) = (request.page_size, i64::try_from(request.offset()).unwrap_or(i64::MAX));
    let within: Vec<&dyn ToSql> = params.iter().copied().chain([&limit as &dyn ToSql, &offset]).collect();
    let n = within.len();
    let sql = format!("SELECT {columns} {from} ORDER BY {order} LIMIT ?{} OFFSET ?{n}", n - 1);
    conn.snapshot(|conn| {
        let total = first(conn, &format!("SELECT count(*) {from}"), params, |c| c.count())?.unwrap_or(0);
        Ok(Page { items: all(conn, &sql, within.as_slice(), read)?, total, request })
    })
}

/// Executes a statement that must change exactly one row: a change of what is not there would leave an audit row
/// that lies.
fn change_one(conn: Conn<'_>, sql: &str, params: impl Params) -> Result<()> {
    conn.change_one(sql, params.refs().as_ref())
}

/// The same, of a statement that adds its last parameter to what is counted under the others.
fn count_one(conn: Conn<'_>, sql: &str, params: impl Params) -> Result<()> {
    conn.count_one(sql, params.refs().as_ref())
}

/// Executes a statement that may change any number of rows.
fn change(conn: Conn<'_>, sql: &str, params: impl Params) -> Result<()> {
    conn.change(sql, params.refs().as_ref())
}

/// A revision as it is kept.
fn signed(rev: u64) -> i64 {
    i64::try_from(rev).unwrap_or(i64::MAX)
}

/// Names separated by spaces.
fn words<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.collect::<Vec<_>>().join(" ")
}

/// A list of texts as JSON; none: NULL.
fn json(texts: &[String]) -> Option<String> {
    (!texts.is_empty()).then(|| serde_json::Value::from(texts).to_string())
}
