//! What the store itself says, read while no server runs.

use super::check::{Facts, SessionFact, TicketFact};
use crate::Result;
use crate::cluster::Pair;
use rusqlite::{Connection, ErrorCode, OpenFlags, Row};
use std::io::Read;
use std::path::{Path, PathBuf};

/// Tickets and sessions; and whatever is wrong with the file itself. What cannot be read any more is not there.
pub(crate) fn sqlite(data_dir: &Path) -> Result<(Facts, Vec<String>)> {
    let connection = Connection::open_with_flags(find(data_dir)?, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    match facts(&connection).and_then(|facts| Ok((facts, health(&connection)?))) {
        Ok((facts, health)) => {
            let wrong = (health != "ok").then(|| format!("quick_check: {health}"));
            Ok((facts, wrong.into_iter().collect()))
        }
        Err(failure) if is_damage(&failure) => Ok((Facts::default(), vec![failure.to_string()])),
        Err(failure) => Err(failure.into()),
    }
}

fn facts(connection: &Connection) -> rusqlite::Result<Facts> {
    let ticket = |row: &Row<'_>| Ok((row.get(0)?, TicketFact { session: row.get(1)? }));
    let tickets = all(connection, "SELECT id, session_id FROM tickets", ticket)?;
    let session = |row: &Row<'_>| {
        let generation = row.get(3)?;
        Ok((row.get(0)?, SessionFact { ticket: row.get(1)?, ended: row.get(2)?, generation }))
    };
    let sql = "SELECT id, ticket_id, ended_at IS NOT NULL, generation FROM sessions";
    Ok(Facts::new(tickets, all(connection, sql, session)?))
}

fn health(connection: &Connection) -> rusqlite::Result<String> {
    connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
}

fn is_damage(failure: &rusqlite::Error) -> bool {
    matches!(failure.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
}

/// The same of PostgreSQL, asked directly.
pub(crate) fn postgres(pair: &Pair) -> Result<Facts> {
    let hex = |column: &str| format!("coalesce(encode({column}, 'hex'), '')");
    let (id, session, ticket) = (hex("id"), hex("session_id"), hex("ticket_id"));
    let rows = pair.query(&format!("SELECT concat_ws(' ', {id}, {session}) FROM tickets"))?;
    let tickets = rows.iter().map(|row| {
        let [id, session] = fields(row)?;
        Ok((identifier(id)?, TicketFact { session: optional(session)? }))
    });
    let tickets = tickets.collect::<Result<Vec<_>>>()?;
    let columns = format!("{id}, {ticket}, CASE WHEN ended_at IS NULL THEN 0 ELSE 1 END, generation");
    let rows = pair.query(&format!("SELECT concat_ws(' ', {columns}) FROM sessions"))?;
    let sessions = rows.iter().map(|row| {
        let [id, ticket, ended, generation] = fields(row)?;
        let (ticket, generation) = (optional(ticket)?, generation.parse()?);
        Ok((identifier(id)?, SessionFact { ticket, ended: ended == "1", generation }))
    });
    Ok(Facts::new(tickets, sessions.collect::<Result<Vec<_>>>()?))
}

fn fields<const N: usize>(row: &str) -> Result<[&str; N]> {
    let fields: Vec<_> = row.split(' ').collect();
    fields.try_into().map_err(|_| format!("a row of another shape: {row}").into())
}

fn identifier(hex: &str) -> Result<[u8; 16]> {
    Ok(u128::from_str_radix(hex, 16)?.to_be_bytes())
}

fn optional(hex: &str) -> Result<Option<[u8; 16]>> {
    if hex.is_empty() { Ok(None) } else { identifier(hex).map(Some) }
}

fn all<T>(
    connection: &Connection,
    sql: &str,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    connection.prepare(sql)?.query_map([], read)?.collect()
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
    fn identifiers_are_read_from_text() {
        assert_eq!(
            identifier("000102030405060708090a0b0c0d0e0f").expect("hex"),
            std::array::from_fn(|n| n as u8)
        );
        assert_eq!(optional("").expect("nothing"), None);
        assert!(identifier("x").is_err());
        assert_eq!(fields("a  b").expect("three"), ["a", "", "b"]);
        assert!(fields::<2>("a").is_err());
    }

    #[test]
    fn rows_are_read() {
        let dir = TempDir::new("store").expect("directory");
        std::fs::write(dir.path().join("server.log"), "not a database").expect("write");
        assert!(sqlite(dir.path()).is_err());
        let connection = Connection::open(dir.path().join("x.db")).expect("open");
        connection
            .execute_batch(
                "CREATE TABLE tickets (id BLOB, session_id BLOB);
                 CREATE TABLE sessions (id BLOB, ticket_id BLOB, ended_at INTEGER, generation INTEGER);
                 INSERT INTO tickets VALUES (zeroblob(16), zeroblob(16)), (x'00112233445566778899aabbccddeeff', NULL);
                 INSERT INTO sessions VALUES (zeroblob(16), zeroblob(16), 5, 3)",
            )
            .expect("rows");
        let (facts, wrong) = sqlite(dir.path()).expect("facts");
        assert_eq!(wrong, Vec::<String>::new());
        assert_eq!(facts.tickets[&[0; 16]].session, Some([0; 16]));
        assert_eq!(facts.tickets.len(), 2);
        let session = SessionFact { ticket: Some([0; 16]), ended: true, generation: 3 };
        assert_eq!(facts.sessions[&[0; 16]], session);
    }
    #[test]
    fn a_damaged_file_is_a_finding() {
        let dir = TempDir::new("store").expect("directory");
        let path = dir.path().join("x.db");
        let connection = Connection::open(&path).expect("open");
        connection
            .execute_batch(
                "CREATE TABLE tickets (id BLOB, session_id BLOB);
                 CREATE TABLE sessions (id BLOB, ticket_id BLOB, ended_at INTEGER, generation INTEGER);
                 WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
                 INSERT INTO tickets SELECT randomblob(16), NULL FROM n",
            )
            .expect("rows");
        drop(connection);
        let mut file = std::fs::read(&path).expect("read");
        let half = file.len() / 2;
        file[half..].fill(0xff);
        std::fs::write(&path, file).expect("write");
        let (facts, wrong) = sqlite(dir.path()).expect("a finding, not a failure");
        assert_eq!((facts.tickets.len(), wrong.len()), (0, 1), "{wrong:?}");
    }
}
