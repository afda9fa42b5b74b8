//! A store in memory, written to by whoever calls: no thread, no file, no waiting. What simulations run on, so that what they
//! find out is about this store and not about another.

use super::apply::{Applied, apply};
use super::committer::Committer;
use super::error::OpenError;
use super::open::{self, Place};
use super::reader::Readers;
use super::writer::sweep;
use super::{Sqlite, SqliteStore, migrate};
use crate::limits::Limits;
use crate::sweep::Sweeper;
use authms_core::commit::Commit;
use authms_core::ports::{Clock, Down, Read};
use authms_core::retention::Retention;
use authms_core::time::Timestamp;
use rusqlite::Connection;
use std::sync::Arc;

/// Prepared statements kept: one connection does what reading and writing ones share elsewhere.
const STATEMENTS: usize = 512;

/// A database in memory: today's schema without any rows.
pub struct Memory(Connection);

impl Memory {
    /// A new one.
    ///
    /// # Errors
    /// [`OpenError`] if there is no memory for it.
    pub fn new() -> Result<Self, OpenError> {
        let mut conn = Connection::open_in_memory()?;
        open::common(&conn, &place())?;
        conn.set_prepared_statement_cache_capacity(STATEMENTS);
        migrate::migrate(&mut conn, Timestamp::default())?;
        Ok(Self(conn))
    }

    /// Without its rows, which is quicker than a new one.
    fn emptied(conn: Connection) -> Result<Self, OpenError> {
        let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
                       AND name NOT IN ('schema_migrations', 'store_state')";
        let tables: Vec<String> =
            conn.prepare_cached(sql)?.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        for table in tables {
            conn.prepare_cached(&format!("DELETE FROM {table}"))?.execute([])?;
        }
        Ok(Self(conn))
    }
}

fn place() -> Place {
    Place { path: ":memory:".into(), cache_kib: 4096 }
}

impl SqliteStore {
    /// The store in this memory. Its [`commit`](authms_core::ports::Store::commit) is unavailable: whoever decides when what is
    /// written calls [`apply`](Self::apply).
    pub fn in_memory(memory: Memory, clock: Arc<dyn Clock>) -> Self {
        let readers = Arc::new(Readers::of(memory.0, place()));
        Self(Sqlite { readers, committer: Committer::none(), limits: Limits::new(), clock })
    }

    /// Gives the memory back, emptied; `None` if the connection was lost.
    ///
    /// # Errors
    /// [`OpenError`] if it cannot be emptied.
    pub fn into_memory(self) -> Result<Option<Memory>, OpenError> {
        self.0.readers.take().map(Memory::emptied).transpose()
    }

    /// Writes a batch at this time, as the writing thread does: see [`apply`].
    ///
    /// # Errors
    /// [`Down`] if the connection was lost.
    pub fn apply(&self, batch: &[Commit], now: Timestamp) -> Read<Applied> {
        self.0.readers.with(|conn| apply(conn, batch, now)).ok_or(Down)
    }

    /// Sweeps until there is nothing more to do.
    ///
    /// # Errors
    /// [`Down`] if it failed.
    pub fn sweep_now(&self) -> Read<()> {
        let (now, keep) = (self.0.clock.now(), Retention::default());
        self.0.limits.sweep(now);
        let mut sweeper = Sweeper::default();
        let mut step = |conn: &mut Connection| sweep(&mut sweeper, conn, &keep, now);
        while self.0.readers.with(&mut step).ok_or(Down)?.map_err(|_| Down)? {}
        Ok(())
    }

    /// A number out of the database, for who checks it by other means than the store.
    ///
    /// # Errors
    /// [`Down`] if it failed.
    pub fn number(&self, sql: &str) -> Read<i64> {
        let number = |conn: &mut Connection| conn.prepare_cached(sql)?.query_row([], |row| row.get(0));
        self.0.readers.with(number).ok_or(Down)?.map_err(|_| Down)
    }
}
