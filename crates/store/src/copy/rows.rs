//! Copying and comparing rows, from either engine to either.

use super::{CopyError, Doing};
use crate::queries::Conn;
use crate::queries::table::{Row, Table};
use authms_crypto::sha256;
use rusqlite::types::Value;

/// What was copied, and found to be the same on both sides.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Copied {
    /// Tables.
    pub tables: usize,
    /// The rows of all of them.
    pub rows: u64,
    /// SHA-256 of what they hold; the same on both engines.
    pub digest: [u8; 32],
}

/// Copies what is not there yet: rows go in the order of their keys, so that those that are there are the first ones. Each
/// step is durable by itself, unless there is a transaction around.
pub(super) fn copy(
    tables: &[Table],
    from: Conn<'_>,
    to: Conn<'_>,
    progress: &mut dyn FnMut(Doing, u64, u64),
) -> Result<(), CopyError> {
    let (total, mut done) = (total(tables, from)?, total(tables, to)?);
    progress(Doing::Copying, done, total);
    for table in tables {
        let mut after = table.last(to)?;
        loop {
            let rows = table.rows(from, after.as_ref())?;
            let Some(last) = rows.last() else { break };
            after = Some(table.key_of(last));
            table.append(to, &rows)?;
            done += rows.len() as u64;
            progress(Doing::Copying, done, total);
        }
    }
    Ok(())
}

/// Counts and digests all rows on both sides, and demands that they are the same.
pub(super) fn compare(
    tables: &[Table],
    from: Conn<'_>,
    to: Conn<'_>,
    progress: &mut dyn FnMut(Doing, u64, u64),
) -> Result<Copied, CopyError> {
    let (total, mut done) = (total(tables, from)? + total(tables, to)?, 0);
    let mut seen = |rows: usize| {
        done += rows as u64;
        progress(Doing::Comparing, done, total);
    };
    let mut all = Copied { tables: tables.len(), rows: 0, digest: [0; 32] };
    for table in tables {
        let (here, there) = (digest(table, from, &mut seen)?, digest(table, to, &mut seen)?);
        if here != there {
            return Err(CopyError::Differs { table: table.name.clone(), rows: (here.0, there.0) });
        }
        all.rows += here.0;
        all.digest = sha256(&[all.digest, here.1].concat());
    }
    Ok(all)
}

fn total(tables: &[Table], conn: Conn<'_>) -> Result<u64, CopyError> {
    tables.iter().map(|table| Ok(table.count(conn)?)).sum()
}

/// How many rows a table has, and a chain of SHA-256 over them in the order of their keys.
fn digest(table: &Table, conn: Conn<'_>, seen: &mut dyn FnMut(usize)) -> Result<(u64, [u8; 32]), CopyError> {
    let (mut count, mut chain, mut after) = (0, sha256(table.name.as_bytes()), None);
    loop {
        let rows = table.rows(conn, after.as_ref())?;
        let Some(last) = rows.last() else { return Ok((count, chain)) };
        after = Some(table.key_of(last));
        count += rows.len() as u64;
        chain = sha256(&encoded(&chain, &rows));
        seen(rows.len());
    }
}

/// Values framed by their kind and length, so that no two lists of rows are the same.
fn encoded(before: &[u8; 32], rows: &[Row]) -> Vec<u8> {
    let mut bytes = before.to_vec();
    let mut put = |kind: u8, value: &[u8]| {
        bytes.push(kind);
        bytes.extend_from_slice(&(value.len() as u64).to_be_bytes());
        bytes.extend_from_slice(value);
    };
    for value in rows.iter().flatten() {
        match value {
            Value::Null => put(0, &[]),
            Value::Integer(n) => put(1, &n.to_be_bytes()),
            Value::Real(x) => put(2, &x.to_be_bytes()),
            Value::Text(text) => put(3, text.as_bytes()),
            Value::Blob(blob) => put(4, blob),
        }
    }
    bytes
}
