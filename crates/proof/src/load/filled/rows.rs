//! Rows by the million, written straight into the database of a server that does not run: copies of what the server
//! itself wrote, each with identifiers and times of its own.

use super::Args;
use crate::Result;
use crate::api::{Client, body, path};
use crate::rng::Rng;
use crate::setup::Site;
use crate::wire::Request;
use authms_core::id::UserId;
use rusqlite::{Connection, params};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// The number of a tree that is not there.
const TREE: i64 = 1_000_000;

/// Rows in a transaction.
const AT_ONCE: u64 = 50_000;
/// Over how long users came and sessions were opened. None is old enough to be reaped.
const USERS_MS: u64 = 300 * 86_400_000;
const SESSIONS_MS: u64 = 29 * 86_400_000;

/// Has the server write one of each, and stops it.
pub(super) async fn template(site: &Site) -> Result<()> {
    let server = site.plan.start()?;
    let mut client = Client::new(site.plan.address);
    let ticket = site.mint(&mut client, 0).await?;
    client.must(Request::post(path::SIGN_IN, &body::sign_in(&ticket))).await?;
    // The session has its place by its user once the sweep has carried it over.
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    server.stop()
}

/// Fills the store; some of its users.
pub(super) fn fill(database: &Path, args: &Args, told: impl Fn(&str)) -> Result<Vec<String>> {
    let conn = Connection::open(database)?;
    // What is lost at a crash of the machine is filled again.
    conn.execute_batch("PRAGMA synchronous = OFF; PRAGMA cache_size = -262144; PRAGMA temp_store = FILE")?;
    let store = Filling {
        conn,
        now: SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis() as u64,
        users: args.users,
    };
    store.users()?;
    told("users");
    store.sessions(args.sessions)?;
    told("sessions");
    store.audit(args.audit)?;
    store.conn.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")?;
    told("audit rows");
    let mut rng = Rng::new(7);
    let any = |rng: &mut Rng| store.user(rng.next() % args.users.max(1));
    Ok((0..args.asked).map(|_| UserId::from_bytes(any(&mut rng)).to_string()).collect())
}

struct Filling {
    conn: Connection,
    now: u64,
    users: u64,
}

impl Filling {
    fn user(&self, number: u64) -> [u8; 16] {
        identifier(self.now - USERS_MS + spread(number, self.users, USERS_MS), number)
    }

    fn users(&self) -> Result<()> {
        // Whoever has just signed in: the others are like them.
        let model: [u8; 16] =
            self.conn
                .query_row("SELECT user_id FROM sessions ORDER BY id DESC LIMIT 1", [], |row| row.get(0))?;
        let users = self.copy("users", &["id", "username"], "id = ?1")?;
        let memberships = self.copy("memberships", &["user_id"], "user_id = ?1")?;
        let names =
            self.copy("user_identifiers", &["user_id", "key"], "user_id = ?1 AND kind = 'username'")?;
        self.batches(self.users, |number| {
            let (id, name) = (self.user(number), format!("filled{number:012}"));
            self.conn.prepare_cached(&users)?.execute(params![model, id, name])?;
            self.conn.prepare_cached(&memberships)?.execute(params![model, id])?;
            self.conn.prepare_cached(&names)?.execute(params![model, id, name])?;
            Ok(())
        })
    }

    fn sessions(&self, count: u64) -> Result<()> {
        let model: [u8; 16] =
            self.conn.query_row("SELECT id FROM sessions ORDER BY id DESC LIMIT 1", [], |row| row.get(0))?;
        let changed = ["id", "user_id", "created_at", "refreshed_at", "expires_at"];
        let sessions = self.copy("sessions", &changed, "id = ?1")?;
        let mut rng = Rng::new(11);
        let owners: Vec<u64> = (0..count).map(|_| rng.next() % self.users.max(1)).collect();
        self.batches(count, |number| {
            let at = self.now - SESSIONS_MS + spread(number, count, SESSIONS_MS);
            let row = params![
                model,
                identifier(at, number),
                self.user(owners[number as usize]),
                at as i64,
                at as i64,
                (at + 30 * 86_400_000) as i64
            ];
            self.conn.prepare_cached(&sessions)?.execute(row)?;
            Ok(())
        })?;
        self.conn.execute_batch(
            "INSERT OR IGNORE INTO session_users (user_id, session_id)
             SELECT user_id, id FROM sessions ORDER BY user_id, id",
        )?;
        Ok(())
    }

    fn audit(&self, count: u64) -> Result<()> {
        let model = "SELECT name, body FROM (SELECT name, body FROM audit_log UNION ALL SELECT name, body FROM audit_rows)
                     WHERE name = 'ticket.redeemed' LIMIT 1";
        let (name, body): (String, Vec<u8>) =
            self.conn.query_row(model, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
        // Of a tree that nobody seals: the rows are there, and that is what they are for.
        let sql = "INSERT OR IGNORE INTO audit_rows (place, tree, id, name, salt, body)
                   VALUES (?1, ?2, ?3, ?4, zeroblob(16), ?5)";
        self.batches(count, |number| {
            let (place, id) = ((TREE << 40) + number as i64, identifier(self.now, number));
            self.conn.prepare_cached(sql)?.execute(params![place, TREE, id, name, body])?;
            Ok(())
        })
    }

    /// A statement that copies a row, with other values of these columns: `?2` and so on.
    fn copy(&self, table: &str, changed: &[&str], model: &str) -> Result<String> {
        let sql = "SELECT name FROM pragma_table_info(?1)";
        let columns: Vec<String> =
            self.conn.prepare(sql)?.query_map([table], |row| row.get(0))?.collect::<Result<_, _>>()?;
        let value = |column: &String| match changed.iter().position(|name| name == column) {
            Some(at) => format!("?{}", at + 2),
            None => column.clone(),
        };
        let values: Vec<_> = columns.iter().map(value).collect();
        let (columns, values) = (columns.join(", "), values.join(", "));
        Ok(format!(
            "INSERT OR IGNORE INTO {table} ({columns}) SELECT {values} FROM {table} WHERE {model} LIMIT 1"
        ))
    }

    fn batches(&self, count: u64, mut write: impl FnMut(u64) -> Result<()>) -> Result<()> {
        for begin in (0..count).step_by(AT_ONCE as usize) {
            let transaction = self.conn.unchecked_transaction()?;
            (begin..count.min(begin + AT_ONCE)).try_for_each(&mut write)?;
            transaction.commit()?;
        }
        Ok(())
    }
}

/// The place of `number` among `count`, evenly over so long.
fn spread(number: u64, count: u64, over: u64) -> u64 {
    (u128::from(over) * u128::from(number) / u128::from(count.max(1))) as u64
}

/// In the layout of our identifiers: by time, then by number.
fn identifier(at_ms: u64, number: u64) -> [u8; 16] {
    let mut id = [0; 16];
    id[..6].copy_from_slice(&at_ms.to_be_bytes()[2..]);
    id[6] = 0x70;
    id[8..].copy_from_slice(&(number | 1 << 63).to_be_bytes());
    id
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_in_order_and_differ() {
        let all: Vec<_> = (0..1000).map(|n| identifier(1_000_000 + spread(n, 1000, 50), n)).collect();
        assert!(all.is_sorted());
        assert_eq!(all.iter().collect::<std::collections::BTreeSet<_>>().len(), 1000);
    }
}
