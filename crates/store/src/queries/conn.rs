//! The engines as queries see them: one SQL for both, values as SQLite has them.

use super::columns::{Columns, Row};
use crate::postgres::{Answer, Draft, Kind, PostgresError, Session};
pub(super) use rusqlite::params;
pub(super) use rusqlite::types::ToSql;
use std::ops::ControlFlow;

/// What kept a query from its end.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// SQLite's.
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    /// PostgreSQL's.
    #[error(transparent)]
    Postgres(#[from] PostgresError),
    /// A statement that must change one row changed another number of them.
    #[error("{0} rows were changed, not one")]
    Changed(usize),
    /// A column, counted from 0, holds nothing that its type has.
    #[error("column {0} holds no value of its type")]
    Invalid(usize),
    /// A question was put where none can be answered yet.
    #[error("a question was put that is not answered here")]
    Asked,
}

/// The outcome of a query.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A connection of either engine.
#[derive(Clone, Copy)]
pub(crate) enum Conn<'c> {
    /// An open file.
    Sqlite(&'c rusqlite::Connection),
    /// A connection to a server; not to be used on a thread of a runtime.
    Postgres(&'c Session),
    /// None: what would be done on one is noted.
    Draft(&'c Draft),
    /// None: the answer to the first question has come.
    Answer(&'c Answer),
}

impl Conn<'_> {
    /// Visits the rows that answer, as they come.
    pub(super) fn each(
        self,
        sql: &str,
        params: &[&dyn ToSql],
        mut visit: impl FnMut(&mut Columns<'_>) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        match self {
            Self::Sqlite(conn) => {
                let mut statement = prepared(conn, sql)?;
                let mut rows = statement.query(params)?;
                while let Some(row) = rows.next()? {
                    if visit(&mut Columns::of(Row::Sqlite(row)))?.is_break() {
                        break;
                    }
                }
                Ok(())
            }
            Self::Postgres(session) => {
                session.each(sql, params, |row| visit(&mut Columns::of(Row::Postgres(row))))
            }
            Self::Draft(draft) => draft.ask(sql, params),
            Self::Answer(answer) => answer.each(|row| visit(&mut Columns::of(Row::Postgres(row)))),
        }
    }

    /// Executes a statement; how many rows it changed.
    pub(super) fn execute(self, sql: &str, params: &[&dyn ToSql]) -> Result<usize> {
        match self {
            Self::Sqlite(conn) => Ok(prepared(conn, sql)?.execute(params)?),
            Self::Postgres(session) => session.execute(sql, params),
            Self::Draft(_) | Self::Answer(_) => Err(Error::Asked),
        }
    }

    /// Executes a statement whose outcome does not matter to what comes after it.
    pub(super) fn change(self, sql: &str, params: &[&dyn ToSql]) -> Result<()> {
        match self {
            Self::Draft(draft) => draft.note(sql, params, Kind::Change),
            _ => self.execute(sql, params).map(drop),
        }
    }

    /// The same, of one that adds a row which nobody else writes, and whose place among others matters.
    pub(super) fn append(self, sql: &str, params: &[&dyn ToSql]) -> Result<()> {
        match self {
            Self::Draft(draft) => draft.note(sql, params, Kind::Append),
            _ => self.change_one(sql, params),
        }
    }

    /// The same, of one that must change exactly one row.
    pub(super) fn change_one(self, sql: &str, params: &[&dyn ToSql]) -> Result<()> {
        match self {
            Self::Draft(draft) => draft.note(sql, params, Kind::ChangeOne),
            _ => match self.execute(sql, params)? {
                1 => Ok(()),
                other => Err(Error::Changed(other)),
            },
        }
    }

    /// The same, of one that adds its last parameter to what is counted under the others.
    pub(super) fn count_one(self, sql: &str, params: &[&dyn ToSql]) -> Result<()> {
        match self {
            Self::Draft(draft) => draft.note(sql, params, Kind::Count),
            _ => self.change_one(sql, params),
        }
    }

    /// Whether there is a table of this name.
    pub(super) fn has_table(self, name: &str) -> Result<bool> {
        match self {
            Self::Sqlite(conn) => Ok(conn.table_exists(None, name)?),
            Self::Postgres(session) => {
                Ok(session.number(&format!("SELECT to_regclass('{name}') IS NOT NULL"))? != 0)
            }
            Self::Draft(_) | Self::Answer(_) => Err(Error::Asked),
        }
    }

    /// Reads several times from one snapshot.
    pub(crate) fn snapshot<T, E: From<Error>>(self, read: impl FnOnce(Self) -> Result<T, E>) -> Result<T, E> {
        match self {
            Self::Sqlite(conn) => {
                let snapshot = conn.unchecked_transaction().map_err(Error::from)?;
                let found = read(self)?;
                snapshot.finish().map_err(Error::from)?;
                Ok(found)
            }
            Self::Postgres(session) => session.snapshot(|| read(self)),
            Self::Draft(_) | Self::Answer(_) => Err(Error::Asked.into()),
        }
    }

    /// Writes all of it or nothing, where nobody else writes.
    pub(crate) fn whole<T, E: From<Error>>(self, write: impl FnOnce(Self) -> Result<T, E>) -> Result<T, E> {
        match self {
            Self::Sqlite(conn) => {
                let transaction = conn.unchecked_transaction().map_err(Error::from)?;
                let done = write(self)?;
                transaction.commit().map_err(Error::from)?;
                Ok(done)
            }
            Self::Postgres(session) => session.whole(|| write(self)),
            Self::Draft(_) | Self::Answer(_) => Err(Error::Asked.into()),
        }
    }

    /// Names the index that SQLite is to take. PostgreSQL takes no such advice: it knows how much there is of what.
    pub(super) fn indexed_by(self, index: &str) -> String {
        match self {
            Self::Sqlite(_) => format!("INDEXED BY {index}"),
            Self::Postgres(_) | Self::Draft(_) | Self::Answer(_) => String::new(),
        }
    }
}

fn prepared<'c>(conn: &'c rusqlite::Connection, sql: &str) -> Result<rusqlite::CachedStatement<'c>> {
    #[cfg(debug_assertions)]
    super::plan::check(conn, sql);
    Ok(conn.prepare_cached(sql)?)
}

/// What can be bound: `params![…]`, or an array of one type.
pub(super) trait Params {
    type Refs<'a>: AsRef<[&'a dyn ToSql]>
    where
        Self: 'a;
    fn refs(&self) -> Self::Refs<'_>;
}

impl Params for &[&dyn ToSql] {
    type Refs<'a>
        = &'a [&'a dyn ToSql]
    where
        Self: 'a;
    fn refs(&self) -> Self::Refs<'_> {
        self
    }
}

impl<T: ToSql, const N: usize> Params for [T; N] {
    type Refs<'a>
        = [&'a dyn ToSql; N]
    where
        Self: 'a;
    fn refs(&self) -> Self::Refs<'_> {
        self.each_ref().map(|param| param as &dyn ToSql)
    }
}
