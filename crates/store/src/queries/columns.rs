//! Reading a row from left to right, so that nouns can stand side by side in one SELECT.

use super::conn::{Error, Result};
use crate::postgres;
use authms_core::id::Id;
use authms_core::risk::{Level, Risk};
use authms_core::signin::Fences;
use authms_core::time::Timestamp;
use rusqlite::types::{FromSql, ValueRef};

/// A row of either engine.
#[derive(Clone, Copy)]
pub(super) enum Row<'r> {
    Sqlite(&'r rusqlite::Row<'r>),
    Postgres(&'r tokio_postgres::Row),
}

impl<'r> Row<'r> {
    fn value(self, index: usize) -> Result<ValueRef<'r>> {
        match self {
            Self::Sqlite(row) => Ok(row.get_ref(index)?),
            Self::Postgres(row) => Ok(postgres::value(row, index)?),
        }
    }
}

/// A row and how much of it has been read.
pub(crate) struct Columns<'r> {
    row: Row<'r>,
    next: usize,
}

impl<'r> Columns<'r> {
    /// The row from its start.
    pub(super) fn of(row: Row<'r>) -> Self {
        Self { row, next: 0 }
    }

    /// The same of PostgreSQL's.
    pub(crate) fn of_postgres(row: &'r tokio_postgres::Row) -> Self {
        Self::of(Row::Postgres(row))
    }

    fn value(&mut self) -> Result<(usize, ValueRef<'r>)> {
        let index = self.next;
        self.next += 1;
        Ok((index, self.row.value(index)?))
    }

    /// The next value.
    pub(super) fn take<T: FromSql>(&mut self) -> Result<T> {
        let (index, value) = self.value()?;
        T::column_result(value).map_err(|_| Error::Invalid(index))
    }

    /// Says that what was read last fits no value.
    pub(super) fn invalid(&self) -> Error {
        Error::Invalid(self.next.saturating_sub(1))
    }

    /// The next identifier.
    pub(crate) fn id<K>(&mut self) -> Result<Id<K>> {
        self.take().map(Id::from_bytes)
    }

    /// The next identifier, if it is one.
    pub(super) fn id_if<K>(&mut self) -> Result<Option<Id<K>>> {
        Ok(self.take::<Option<_>>()?.map(Id::from_bytes))
    }

    /// The next time.
    pub(super) fn time(&mut self) -> Result<Timestamp> {
        self.take().map(Timestamp::from_millis)
    }

    /// The next time, if it is one.
    pub(super) fn time_if(&mut self) -> Result<Option<Timestamp>> {
        Ok(self.take::<Option<_>>()?.map(Timestamp::from_millis))
    }

    /// The next revision or count.
    pub(crate) fn count(&mut self) -> Result<u64> {
        self.take::<i64>().map(i64::unsigned_abs)
    }

    /// The next value of an enumeration, by its name.
    pub(super) fn named<T>(&mut self, parse: impl FnOnce(&str) -> Option<T>) -> Result<T> {
        let (index, value) = self.value()?;
        value.as_str().ok().and_then(parse).ok_or(Error::Invalid(index))
    }

    /// The next value of an enumeration, if it is one.
    pub(super) fn named_if<T>(&mut self, parse: impl FnOnce(&str) -> Option<T>) -> Result<Option<T>> {
        match self.value()? {
            (_, ValueRef::Null) => Ok(None),
            (index, value) => value.as_str().ok().and_then(parse).map(Some).ok_or(Error::Invalid(index)),
        }
    }

    /// The next names separated by spaces.
    pub(super) fn words<T>(&mut self, parse: impl Fn(&str) -> Option<T>) -> Result<Vec<T>> {
        self.named(|text| text.split(' ').filter(|w| !w.is_empty()).map(parse).collect())
    }

    /// The next list of texts; NULL: none.
    pub(super) fn texts(&mut self) -> Result<Vec<String>> {
        Ok(self.named_if(|text| serde_json::from_str(text).ok())?.unwrap_or_default())
    }

    /// The next score and level, if there are any.
    pub(super) fn risk_if(&mut self) -> Result<Option<Risk>> {
        let (score, level) = (self.take::<Option<u8>>()?, self.named_if(Level::parse)?);
        Ok(score.zip(level).map(|(score, level)| Risk { score, level }))
    }

    /// The next seven columns, in the order of [`FENCES`].
    pub(super) fn fences(&mut self) -> Result<Fences> {
        Ok(Fences {
            user: self.take()?,
            tenant: self.take()?,
            membership: self.take()?,
            client: self.take()?,
            key: self.take()?,
            actor: self.take()?,
            actor_membership: self.take()?,
        })
    }
}

/// The columns of stored fences.
pub(super) const FENCES: [&str; 7] = [
    "fence_user",
    "fence_tenant",
    "fence_membership",
    "fence_client",
    "fence_key",
    "fence_actor",
    "fence_actor_membership",
];

/// A SELECT list of these columns of one table.
pub(super) fn list(alias: &str, names: &[&str]) -> String {
    names.iter().map(|name| format!("{alias}.{name}")).collect::<Vec<_>>().join(", ")
}

/// What an `ON CONFLICT … DO UPDATE SET` puts in place of a row that is there: all of the new one.
pub(super) fn replace(names: &[&str]) -> String {
    names.iter().map(|name| format!("{name} = excluded.{name}")).collect::<Vec<_>>().join(", ")
}

/// `?1, ?2, …`, as many as there are columns.
pub(super) fn placeholders(names: &[&str]) -> String {
    (1..=names.len()).map(|n| format!("?{n}")).collect::<Vec<_>>().join(", ")
}
