//! Looking into the database by other means than the store, on either engine.

use crate::app::TestApp;
use crate::postgres::TestDatabase;
use authms_crypto::sha256;
use rusqlite::Connection;
use rusqlite::types::{FromSql, Value as Cell, ValueRef};
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

    /// Runs statements.
    pub fn execute(&self, sql: &str) {
        match self.server() {
            None => self.connect().execute_batch(sql).expect("executed"),
            Some(database) => drop(database.query(sql).unwrap_or_else(|error| panic!("{sql}: {error:?}"))),
        }
    }

    /// The first column of all that answers, in text.
    pub fn texts(&self, sql: &str) -> Vec<String> {
        if let Some(database) = self.server() {
            return database.query(sql).unwrap_or_else(|error| panic!("{sql}: {error:?}"));
        }
        let conn = self.connect();
        let mut rows = conn.prepare(sql).expect("SQL");
        rows.query_map([], |row| row.get(0)).expect("rows").map(|text| text.expect("text")).collect()
    }

    /// The bodies of the audit rows of this name, oldest first.
    pub fn audit(&self, name: &str) -> Vec<Value> {
        self.bodies(&format!("WHERE name = '{name}'"))
    }

    /// The bodies of all audit rows, oldest first.
    pub fn audit_log(&self) -> Vec<Value> {
        self.bodies("")
    }

    /// What the last assessment of a risk was, as the audit log has it.
    ///
    /// # Panics
    /// There was none.
    pub fn risk_record(&self) -> String {
        let log = self.audit_log();
        log.iter().rev().find_map(|body| body["risk"].as_str()).expect("an assessment").to_owned()
    }

    fn bodies(&self, which: &str) -> Vec<Value> {
        let body = if self.server().is_some() { "convert_from(body, 'UTF8')" } else { "CAST(body AS TEXT)" };
        let bodies = self.texts(&format!("SELECT {body} FROM audit_log {which} ORDER BY seq"));
        bodies.iter().map(|body| serde_json::from_str(body).expect("JSON")).collect()
    }

    /// The names of all tables, in order.
    pub fn tables(&self) -> Vec<String> {
        self.texts(match self.server() {
            None => {
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY 1"
            }
            Some(_) => "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1",
        })
    }

    /// All that is at rest now.
    pub fn at_rest(&self) -> AtRest {
        let Some(database) = self.server() else {
            let log = self.database().with_extension("db-wal");
            let files = [self.database(), log].map(|file| std::fs::read(file).unwrap_or_default());
            // A value may lie in pieces in the file.
            return AtRest { bytes: [files.concat(), self.values()].concat(), hex: false };
        };
        let rows = |table: String| database.query(&format!("SELECT t::text FROM {table} t")).expect("rows");
        let rows: Vec<String> = self.tables().into_iter().flat_map(rows).collect();
        AtRest { bytes: rows.join("\n").into_bytes(), hex: true }
    }

    /// Every value of every table in a file.
    fn values(&self) -> Vec<u8> {
        let conn = self.connect();
        let mut all = Vec::new();
        for table in self.tables() {
            let mut select = conn.prepare(&format!("SELECT * FROM {table}")).expect("SQL");
            let columns = select.column_count();
            let mut rows = select.query([]).expect("rows");
            while let Some(row) = rows.next().expect("a row") {
                for column in 0..columns {
                    if let ValueRef::Text(bytes) | ValueRef::Blob(bytes) =
                        row.get_ref(column).expect("a value")
                    {
                        all.extend_from_slice(bytes);
                        all.push(b'\n');
                    }
                }
            }
        }
        all
    }

    /// Has the database refuse new rows of a table, by a trigger on this condition.
    pub fn refuse_rows(&self, table: &str, when: &str) {
        let on = format!("BEFORE INSERT ON {table}");
        self.execute(&match self.server() {
            None => format!(
                "CREATE TRIGGER refuses {on} WHEN {when} BEGIN SELECT RAISE(ABORT, 'not this one'); END"
            ),
            Some(_) => format!(
                "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS \
                 'BEGIN RAISE ''not this one'' USING ERRCODE = ''check_violation''; END';\n\
                 CREATE TRIGGER refuses {on} FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION refuse()"
            ),
        });
    }

    /// Copies the only row of a table so often, each under an identifier of the same moment.
    pub fn multiply(&self, table: &str, times: u32) {
        let (columns, id) = match self.server() {
            None => (
                format!("SELECT name FROM pragma_table_info('{table}')"),
                "unhex(substr(hex(id), 1, 24) || printf('%08x', i))",
            ),
            Some(_) => (
                format!("SELECT column_name FROM information_schema.columns WHERE table_name = '{table}'"),
                "substr(id, 1, 12) || int4send(i)",
            ),
        };
        let columns: Vec<String> = self.texts(&columns).into_iter().filter(|name| name != "id").collect();
        let columns = columns.join(", ");
        self.execute(&format!(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {times})
             INSERT INTO {table} (id, {columns}) SELECT {id}, {columns} FROM {table}, n"
        ));
    }

    /// What stands in all tables, hashed.
    pub(crate) fn contents(&self, database: &TestDatabase<'_>) -> [u8; 32] {
        let tables = self.tables().into_iter().filter(|table| table != "limits");
        let rows = |table: String| format!("SELECT '{table}' || t::text AS row FROM {table} t");
        let all = tables.map(rows).collect::<Vec<_>>().join(" UNION ALL ");
        let sql = format!("SELECT md5(string_agg(row, ',' ORDER BY row)) FROM ({all}) a");
        sha256(database.query(&sql).expect("rows").concat().as_bytes())
    }

    fn connect(&self) -> Connection {
        Connection::open(self.database()).expect("the database")
    }
}

/// What stands in a database.
pub struct AtRest {
    bytes: Vec<u8>,
    /// Bytes are written in hexadecimal.
    hex: bool,
}

impl AtRest {
    /// Whether this stands there.
    pub fn holds(&self, what: &[u8]) -> bool {
        let found = |what: &[u8]| !what.is_empty() && self.bytes.windows(what.len()).any(|part| part == what);
        let hex: String = what.iter().map(|byte| format!("{byte:02x}")).collect();
        found(what) || self.hex && found(hex.as_bytes())
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
