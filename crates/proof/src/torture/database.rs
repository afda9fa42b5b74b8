//! What the database itself says, read while no server runs.

use crate::Result;
use rusqlite::{Connection, OpenFlags};
use std::io::Read;
use std::path::{Path, PathBuf};

/// Tickets with more than one session, and anything SQLite finds wrong with the file.
pub(crate) fn examine(data_dir: &Path) -> Result<Vec<String>> {
    let connection = Connection::open_with_flags(find(data_dir)?, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut doubled = connection.prepare(
        "SELECT hex(ticket_id), count(*) FROM sessions WHERE ticket_id IS NOT NULL \
         GROUP BY ticket_id HAVING count(*) > 1 LIMIT 100",
    )?;
    let describe = |row: &rusqlite::Row<'_>| {
        Ok(format!("ticket {} has {} sessions", row.get::<_, String>(0)?, row.get::<_, i64>(1)?))
    };
    let mut findings = doubled.query_map([], describe)?.collect::<Result<Vec<_>, _>>()?;
    let health: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if health != "ok" {
        findings.push(format!("quick_check: {health}"));
    }
    Ok(findings)
}

/// The one file of the directory that is an SQLite database.
fn find(data_dir: &Path) -> Result<PathBuf> {
    for entry in std::fs::read_dir(data_dir)? {
        let path = entry?.path();
        let mut magic = [0; 16];
        let read = std::fs::File::open(&path).and_then(|mut file| file.read_exact(&mut magic));
        if path.is_file() && read.is_ok() && magic == *b"SQLite format 3\0" {
            return Ok(path);
        }
    }
    Err(format!("no SQLite database in {}", data_dir.display()).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::TempDir;

    #[test]
    fn a_second_session_of_a_ticket_is_found() {
        let dir = TempDir::new("database").expect("directory");
        std::fs::write(dir.path().join("server.log"), "not a database").expect("write");
        assert!(examine(dir.path()).is_err());
        let connection = Connection::open(dir.path().join("x.db")).expect("open");
        connection
            .execute_batch(
                "PRAGMA journal_mode = wal; CREATE TABLE sessions (ticket_id BLOB);
                 INSERT INTO sessions VALUES (x'01'), (x'02'), (NULL), (NULL)",
            )
            .expect("sessions");
        assert_eq!(examine(dir.path()).expect("examine"), Vec::<String>::new());
        connection.execute("INSERT INTO sessions VALUES (x'02')", []).expect("insert");
        assert_eq!(examine(dir.path()).expect("examine"), ["ticket 02 has 2 sessions"]);
    }
}
