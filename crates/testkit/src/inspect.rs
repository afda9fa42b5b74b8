//! Looking into the database file by other means than the store.

use crate::app::TestApp;
use rusqlite::Connection;
use rusqlite::types::FromSql;
use serde_json::Value;

impl TestApp {
    /// The one value of a query.
    pub fn query<T: FromSql>(&self, sql: &str) -> T {
        self.connect().query_row(sql, [], |row| row.get(0)).expect("one value")
    }

    /// The bodies of the audit rows of this name, oldest first.
    pub fn audit(&self, name: &str) -> Vec<Value> {
        let conn = self.connect();
        let mut rows = conn.prepare("SELECT body FROM audit_log WHERE name = ?1 ORDER BY seq").expect("SQL");
        let bodies = rows.query_map([name], |row| row.get::<_, Vec<u8>>(0)).expect("rows");
        bodies.map(|body| serde_json::from_slice(&body.expect("a body")).expect("JSON")).collect()
    }

    fn connect(&self) -> Connection {
        Connection::open(self.database()).expect("the database")
    }
}
