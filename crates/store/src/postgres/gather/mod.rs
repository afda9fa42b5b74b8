//! What several requests want at once is one statement, and whatever came meanwhile is the next. No time is spent waiting for
//! company: who is alone goes alone.
//!
//! The connections for this keep their plans. Plans that are kept are dangerous where they rest on how full the tables were
//! ([`super::config`]); here only one plan is left, from index to index in the order in which the query names its tables
//! ([`PLANS`]). Which of several indexes it takes may still rest on that, so plans are kept for a second.

mod draft;
mod reads;
mod text;

pub(super) use draft::Repeated;
pub(crate) use draft::{Draft, Kind};
pub(crate) use reads::Answer;
pub(super) use reads::Reads;

use super::error::PostgresError;
use super::session::Session;
use super::value::Bound;
use crate::queries::{Error, Result};
use rusqlite::types::{Value, ValueRef};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Row, Statement};

/// Connections that read: with two, what comes at the same moment would be two queries.
pub(super) const CONNECTIONS: u32 = 1;

/// Told to each connection that gathers.
pub(super) const PLANS: &str = "SET plan_cache_mode = force_generic_plan; SET jit = off;
     SET join_collapse_limit = 1; SET from_collapse_limit = 1;
     SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off;
     SET enable_material = off; SET enable_memoize = off;";

impl Repeated {
    /// Asks; all answers.
    pub(super) async fn ask(&self, session: &Session) -> Result<Vec<Row>> {
        let statement = session.gathered(&self.sql, |sql, types| Ok(text::read(sql, types))).await?;
        let columns = self.columns(&statement);
        let found = session.client().query(&statement, &refs(&columns)).await;
        Ok(found.map_err(PostgresError::from)?)
    }

    /// The statement that writes it.
    pub(super) async fn prepare(&self, session: &Session) -> Result<Statement> {
        session.gathered(&self.sql, text::write).await
    }

    /// Writes.
    pub(super) async fn write(&self, session: &Session, statement: &Statement) -> Result<()> {
        let columns = self.columns(statement);
        let changed = session.client().execute(statement, &refs(&columns)).await;
        let changed = usize::try_from(changed.map_err(PostgresError::from)?).unwrap_or(usize::MAX);
        let each = matches!(self.kind, Kind::Append | Kind::ChangeOne | Kind::Count);
        if each && changed != self.rows.len() { Err(Error::Changed(changed)) } else { Ok(()) }
    }

    fn columns(&self, statement: &Statement) -> Vec<Vec<Bound<'_>>> {
        let column = |index: usize| self.rows.iter().map(|row| bound(row.get(index))).collect();
        (0..statement.params().len()).map(column).collect()
    }
}

fn bound(value: Option<&Value>) -> Bound<'_> {
    Bound(value.map_or(ValueRef::Null, ValueRef::from))
}

fn refs<'a>(columns: &'a [Vec<Bound<'_>>]) -> Vec<&'a (dyn ToSql + Sync)> {
    columns.iter().map(|column| column as &(dyn ToSql + Sync)).collect()
}
