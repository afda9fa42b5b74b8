//! One file a noun: its row, its model and its SQL together.

pub(crate) mod api_key;
pub(crate) mod api_key_list;
pub(crate) mod attempt;
pub(crate) mod audit;
pub(crate) mod challenge;
pub(crate) mod client;
mod columns;
pub(crate) mod device;
pub(crate) mod factor;
pub(crate) mod history;
pub(crate) mod installation;
pub(crate) mod invitation;
pub(crate) mod login;
pub(crate) mod membership;
pub(crate) mod message;
mod mfa_policy;
pub(crate) mod mfa_release;
pub(crate) mod passkey;
pub(crate) mod passkey_ceremony;
pub(crate) mod password_history;
pub(crate) mod password_policy;
pub(crate) mod recovery_code;
pub(crate) mod refusal;
mod risk_config;
pub(crate) mod risk_event;
pub(crate) mod sent_code;
pub(crate) mod session;
pub(crate) mod session_index;
pub(crate) mod session_view;
pub(crate) mod signing_key;
mod standing;
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

use authms_core::page::{Page, PageRequest};
use columns::Columns;
use rusqlite::{Connection, Error, Params, Result, ToSql, params_from_iter};

/// The first row that answers.
fn first<T>(
    conn: &Connection,
    sql: &str,
    params: impl Params,
    read: impl FnOnce(&mut Columns<'_>) -> Result<T>,
) -> Result<Option<T>> {
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    rows.next()?.map(|row| read(&mut Columns::of(row))).transpose()
}

/// All rows that answer.
fn all<T>(
    conn: &Connection,
    sql: &str,
    params: impl Params,
    read: impl Fn(&mut Columns<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    let mut statement = conn.prepare_cached(sql)?;
    let rows = statement.query_map(params, |row| read(&mut Columns::of(row)))?;
    rows.collect()
}

/// What a list is made of; `from` goes from `FROM` to the end of `WHERE`.
struct List<'a> {
    columns: &'a str,
    from: &'a str,
    order: &'a str,
}

/// One page of a list and the length of the whole, from one snapshot.
fn page<T>(
    conn: &Connection,
    list: &List<'_>,
    params: &[&dyn ToSql],
    request: PageRequest,
    read: impl Fn(&mut Columns<'_>) -> Result<T>,
) -> Result<Page<T>> {
    let snapshot = conn.unchecked_transaction()?;
    let List { columns, from, order } = list;
    let count: i64 = snapshot
        .prepare_cached(&format!("SELECT count(*) {from}"))?
        .query_row(params_from_iter(params), |row| row.get(0))?;
    let (limit, offset) = (request.page_size, i64::try_from(request.offset()).unwrap_or(i64::MAX));
    let sql = format!("SELECT {columns} {from} ORDER BY {order} LIMIT {limit} OFFSET {offset}");
    let items = {
        let mut statement = snapshot.prepare(&sql)?;
        let rows = statement.query_map(params_from_iter(params), |row| read(&mut Columns::of(row)))?;
        rows.collect::<Result<Vec<T>>>()?
    };
    snapshot.finish()?;
    Ok(Page { items, total: count.unsigned_abs(), request })
}

/// Executes a statement that must change exactly one row: a change of what is not there would leave an audit row
/// that lies.
fn change_one(conn: &Connection, sql: &str, params: impl Params) -> Result<()> {
    match conn.prepare_cached(sql)?.execute(params)? {
        1 => Ok(()),
        other => Err(Error::StatementChangedRows(other)),
    }
}

/// Executes a statement that may change any number of rows.
fn change(conn: &Connection, sql: &str, params: impl Params) -> Result<()> {
    conn.prepare_cached(sql)?.execute(params).map(drop)
}

/// A revision as SQLite keeps it.
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
