//! One connection, used by a thread at a time, with the statements that were prepared on it.

use super::error::PostgresError;
use super::value::{Bound, value};
use crate::queries::{Error, Result};
use futures_util::TryStreamExt as _;
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use std::collections::HashMap;
use std::future::poll_fn;
use std::ops::ControlFlow;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::runtime::Handle;
use tokio_postgres::types::ToSql as PostgresToSql;
use tokio_postgres::{AsyncMessage, Client, Connection, Row, Socket, Statement};

/// Statements kept prepared; beyond, all are forgotten. The texts of all queries are some hundred.
const PREPARED: usize = 512;

/// How long a plan is kept where plans are.
const PLANS_KEPT: Duration = Duration::from_secs(1);

type Prepared = HashMap<Box<str>, Statement>;

/// An open connection. Its calls, but those that are `async`, block: they are not for threads of a runtime.
pub(crate) struct Session {
    client: Client,
    runtime: Handle,
    patience: Duration,
    prepared: Mutex<Prepared>,
    /// Those that do for many what texts do for one, by these.
    gathered: Mutex<Prepared>,
    /// The server has warned of something.
    warned: Arc<AtomicBool>,
    /// When kept plans were last thrown away.
    planned: Mutex<Instant>,
    /// An answer did not come: what comes next may be it.
    broken: AtomicBool,
}

impl Session {
    /// A session on this client, whose answers are waited for so long. To be called within the runtime.
    pub(super) fn start<T>(client: Client, connection: Connection<Socket, T>, patience: Duration) -> Self
    where
        T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let warned = Arc::new(AtomicBool::new(false));
        tokio::spawn(pump(connection, Arc::clone(&warned)));
        let (prepared, gathered, broken) = Default::default();
        let planned = Mutex::new(Instant::now());
        Self { client, runtime: Handle::current(), patience, prepared, gathered, planned, warned, broken }
    }

    /// The same, whose answers are waited for so long.
    pub(super) fn patient(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Whether it can be used no longer.
    pub(super) fn is_closed(&self) -> bool {
        self.client.is_closed() || self.broken.load(Relaxed)
    }

    /// Whether the server is a standby, or was told to write nothing.
    pub(super) fn only_reads(&self) -> Result<bool> {
        let sql = "SELECT pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on'";
        self.number(sql).map(|n| n != 0)
    }

    /// The number that is all of the answer.
    pub(crate) fn number(&self, sql: &str) -> Result<i64> {
        let mut found = None;
        self.each(sql, &[], |row| {
            found = value(row, 0)?.as_i64().ok();
            Ok(ControlFlow::Break(()))
        })?;
        found.ok_or(Error::Invalid(0))
    }

    /// Ends a transaction. Once a wait for a synchronous standby is broken off by hand, the server says that all is well and
    /// only warns; then it is not known whether it will last.
    pub(super) fn commit(&self) -> Result<()> {
        self.wait(self.end())
    }

    /// [`Session::commit`], for a runtime's own thread.
    pub(super) async fn end(&self) -> Result<()> {
        self.warned.store(false, Relaxed);
        self.say("COMMIT").await?;
        if self.warned.load(Relaxed) { Err(PostgresError::SILENT.into()) } else { Ok(()) }
    }

    /// Throws kept plans away that rest on how full the tables were a while ago.
    pub(super) async fn renew_plans(&self) -> Result<()> {
        let due = {
            let mut planned = self.planned.lock().unwrap_or_else(PoisonError::into_inner);
            let due = planned.elapsed() >= PLANS_KEPT;
            if due {
                *planned = Instant::now();
            }
            due
        };
        if due { self.say("DISCARD PLANS").await } else { Ok(()) }
    }

    /// The client itself, for several statements under way at once.
    pub(super) const fn client(&self) -> &Client {
        &self.client
    }

    /// Runs statements without parameters.
    pub(super) async fn say(&self, sql: &str) -> Result<()> {
        Ok(self.client.batch_execute(sql).await.map_err(PostgresError::from)?)
    }

    /// The statement that is kept under this name.
    pub(super) fn kept(&self, name: &str) -> Option<Statement> {
        locked(&self.gathered).get(name).cloned()
    }

    /// Prepares a statement, and keeps it under a name.
    pub(super) async fn keep(&self, name: &str, sql: &str) -> Result<Statement> {
        let statement = self.client.prepare(sql).await.map_err(PostgresError::from)?;
        keep(&self.gathered, name, &statement);
        Ok(statement)
    }

    /// Visits the rows that answer, as they come. `visit` must not use the connection.
    pub(crate) fn each(
        &self,
        sql: &str,
        params: &[&dyn ToSql],
        mut visit: impl FnMut(&Row) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        let bound = bind(params)?;
        let bound = values(&bound)?;
        self.wait(async {
            let statement = self.prepare(sql).await?;
            let mut rows =
                pin!(self.client.query_raw(&statement, bound.iter()).await.map_err(PostgresError::from)?);
            while let Some(row) = rows.try_next().await.map_err(PostgresError::from)? {
                if visit(&row)?.is_break() {
                    break;
                }
            }
            Ok(())
        })
    }

    /// Executes a statement; how many rows it changed.
    pub(crate) fn execute(&self, sql: &str, params: &[&dyn ToSql]) -> Result<usize> {
        let bound = bind(params)?;
        let bound = values(&bound)?;
        self.wait(async {
            let statement = self.prepare(sql).await?;
            let changed =
                self.client.execute_raw(&statement, bound.iter()).await.map_err(PostgresError::from)?;
            Ok(usize::try_from(changed).unwrap_or(usize::MAX))
        })
    }

    /// Executes a statement of this engine's own; all rows that answer.
    pub(super) fn run(&self, sql: &str, params: &[&(dyn PostgresToSql + Sync)]) -> Result<Vec<Row>> {
        self.wait(async {
            let statement = self.prepare(sql).await?;
            Ok(self.client.query(&statement, params).await.map_err(PostgresError::from)?)
        })
    }

    /// Runs statements without parameters.
    pub(super) fn batch(&self, sql: &str) -> Result<()> {
        self.wait(self.say(sql))
    }

    /// Reads several times from one snapshot.
    pub(crate) fn snapshot<T, E: From<Error>>(&self, read: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        self.batch("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")?;
        let found = read();
        let ended = self.batch(if found.is_ok() { "COMMIT" } else { "ROLLBACK" });
        let found = found?;
        ended?;
        Ok(found)
    }

    /// Writes all of it or nothing.
    pub(crate) fn whole<T, E: From<Error>>(&self, write: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        self.batch("BEGIN")?;
        let done = write();
        match &done {
            Ok(_) => self.commit()?,
            // If this does not arrive either, the connection is lost, and the transaction with it.
            Err(_) => drop(self.batch("ROLLBACK")),
        }
        done
    }

    pub(super) async fn prepare(&self, sql: &str) -> Result<Statement> {
        if let Some(statement) = locked(&self.prepared).get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(&numbered(sql)).await.map_err(PostgresError::from)?;
        keep(&self.prepared, sql, &statement);
        Ok(statement)
    }

    /// Waits for an answer, but not for ever.
    pub(super) async fn within<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        let silent = |_| {
            self.broken.store(true, Relaxed);
            Err(PostgresError::SILENT.into())
        };
        tokio::time::timeout(self.patience, work).await.unwrap_or_else(silent)
    }

    /// The same, for a thread that may block.
    pub(super) fn wait<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        self.runtime.block_on(self.within(work))
    }
}

fn locked(prepared: &Mutex<Prepared>) -> MutexGuard<'_, Prepared> {
    prepared.lock().unwrap_or_else(PoisonError::into_inner)
}

fn keep(prepared: &Mutex<Prepared>, sql: &str, statement: &Statement) {
    let mut prepared = locked(prepared);
    if prepared.len() >= PREPARED {
        prepared.clear();
    }
    prepared.insert(sql.into(), statement.clone());
}

/// Keeps the connection going until either side closes it.
async fn pump<T>(mut connection: Connection<Socket, T>, warned: Arc<AtomicBool>)
where
    T: AsyncRead + AsyncWrite + Unpin,
{
    while let Some(message) = poll_fn(|cx| connection.poll_message(cx)).await {
        match message {
            Ok(AsyncMessage::Notice(notice)) if notice.severity() == "WARNING" => {
                warned.store(true, Relaxed);
                tracing::warn!("PostgreSQL warns: {} ({})", notice.message(), notice.code().code());
            }
            Ok(_) => {}
            Err(error) => {
                let error = PostgresError::from(error);
                tracing::warn!(%error, "a connection was lost");
                return;
            }
        }
    }
}

fn bind<'p>(params: &'p [&dyn ToSql]) -> Result<Vec<ToSqlOutput<'p>>> {
    params.iter().map(|param| Ok(param.to_sql()?)).collect()
}

fn values<'p>(params: &'p [ToSqlOutput<'p>]) -> Result<Vec<Bound<'p>>> {
    let value = |param: &'p ToSqlOutput<'p>| match param {
        ToSqlOutput::Borrowed(value) => Ok(Bound(*value)),
        ToSqlOutput::Owned(value) => Ok(Bound(ValueRef::from(value))),
        _ => Err(Error::Sqlite(rusqlite::Error::InvalidQuery)),
    };
    params.iter().map(value).collect()
}

/// `?1` as PostgreSQL writes it: `$1`. Texts in quotes stay as they are.
pub(super) fn numbered(sql: &str) -> String {
    let mut quoted = false;
    let number = |c| {
        quoted ^= c == '\'';
        if c == '?' && !quoted { '$' } else { c }
    };
    sql.chars().map(number).collect()
}

#[cfg(test)]
mod tests {
    use super::numbered;

    #[test]
    fn parameters_are_numbered_as_postgresql_does_and_texts_stay() {
        assert_eq!(numbered("SELECT '?1', ?2 WHERE a LIKE ?1"), "SELECT '?1', $2 WHERE a LIKE $1");
    }
}
