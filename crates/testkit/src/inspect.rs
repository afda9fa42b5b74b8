//! Looking into the database by other means than the store.

use crate::app::TestApp;
use crate::postgres::TestDatabase;
use authms_crypto::sha256;
use rusqlite::Connection;
use rusqlite::types::{FromSql, Value as Cell};
use serde_json::Value;

impl TestApp {
    /// The one value of a query.
    pub fn query<T: FromSql>(&self, sql: &str) -> T {
        match self.server() {
            None => self.connect().query_row(sql, [], |row| row.get(0)).expect("one value"),
            Some(database) => {
                let found = one(database, sql);
                T::column_result((&found).into()).unwrap_or_else(|_| panic!("{sql}: {found:?}"))
            }
        }
    }

    /// The bodies of the audit rows of this name, oldest first.
    pub fn audit(&self, name: &str) -> Vec<Value> {
        if let Some(database) = self.server() {
            let sql = format!(
                "SELECT convert_from(body, 'UTF8') FROM audit_log WHERE name = '{name}' ORDER BY seq"
            );
            let bodies = database.query(&sql).expect("rows");
            return bodies.iter().map(|body| serde_json::from_str(body).expect("JSON")).collect();
        }
        let conn = self.connect();
        let mut rows = conn.prepare("SELECT body FROM audit_log WHERE name = ?1 ORDER BY seq").expect("SQL");
        let bodies = rows.query_map([name], |row| row.get::<_, Vec<u8>>(0)).expect("rows");
        bodies.map(|body| serde_json::from_slice(&body.expect("a body")).expect("JSON")).collect()
    }

    /// What stands in all tables, hashed.
    pub(crate) fn contents(&self, database: &TestDatabase<'_>) -> [u8; 32] {
        let tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'limits' ORDER BY 1";
        let rows = |table: &String| {
            let sql = format!("SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM {table} t");
            database.query(&sql).expect("rows").concat()
        };
        let all: Vec<String> = database.query(tables).expect("tables").iter().map(rows).collect();
        sha256(all.join(",").as_bytes())
    }

    fn connect(&self) -> Connection {
        Connection::open(self.database()).expect("the database")
    }
}

/// The one value of a query, as what it looks like: the server answers in text. Bytes are written as SQLite does, `x'…'`.
fn one(database: &TestDatabase<'_>, sql: &str) -> Cell {
    let sql = &sql.replace(" x'", " '\\x");
    let found = database.query(sql).unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    let Some(text) = found.into_iter().next() else { return Cell::Null };
    match text.as_str() {
        "t" => Cell::Integer(1),
        "f" => Cell::Integer(0),
        bytes if bytes.starts_with("\\x") => Cell::Blob(unhex(&bytes[2..])),
        _ => text.parse().map_or(Cell::Text(text), Cell::Integer),
    }
}

fn unhex(text: &str) -> Vec<u8> {
    let digits = text.as_bytes().chunks_exact(2).filter_map(|pair| std::str::from_utf8(pair).ok());
    digits.filter_map(|pair| u8::from_str_radix(pair, 16).ok()).collect()
}
