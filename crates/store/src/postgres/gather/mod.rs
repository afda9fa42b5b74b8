//! What several requests want at once is one statement, and whatever came meanwhile is the next. No time is spent waiting for
//! company: who is alone goes alone.
//!
//! The connections for this keep their plans. Plans that are kept are dangerous where they rest on how full the tables were
//! ([`super::config`]); here only one plan is left, from index to index in the order in which the query names its tables
//! ([`PLANS`]). Which of several indexes it takes may still rest on that, so plans are kept for a second.

mod draft;
mod reads;
mod text;
mod together;

pub(super) use draft::Repeated;
pub(crate) use draft::{Draft, Kind};
pub(crate) use reads::Answer;
pub(super) use reads::Reads;
pub(super) use together::{Together, runs};

use super::error::PostgresError;
use super::session::Session;
use super::value::Bound;
use crate::queries::Result;
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
    /// Asks; all answers, each ending in the number of its question, unless there is but one.
    pub(super) async fn ask(&self, session: &Session) -> Result<Vec<Row>> {
        let statement = match self.only() {
            Some(_) => session.prepare(&self.sql).await?,
            None => self.for_many(session).await?,
        };
        let values = self.values(statement.params().len());
        let found = session.client().query(&statement, &values.refs()).await;
        Ok(found.map_err(PostgresError::from)?)
    }

    async fn for_many(&self, session: &Session) -> Result<Statement> {
        if let Some(statement) = session.kept(&self.sql) {
            return Ok(statement);
        }
        let one = session.prepare(&self.sql).await?;
        session.keep(&self.sql, &text::read(&self.sql, one.params())).await
    }

    /// Who is alone goes by the text for one: a plan for many takes longer to begin.
    fn only(&self) -> Option<&[Value]> {
        match &*self.rows {
            [row] => Some(row),
            _ => None,
        }
    }

    /// The values of each parameter, of which there are so many.
    fn values(&self, parameters: usize) -> Values<'_> {
        let columns = 0..parameters;
        match self.only() {
            Some(row) => Values::One(columns.map(|index| bound(row.get(index))).collect()),
            None => {
                let column = |index: usize| self.rows.iter().map(|row| bound(row.get(index))).collect();
                Values::Many(columns.map(column).collect())
            }
        }
    }
}

/// What is bound to a statement: values, or columns of them.
enum Values<'v> {
    One(Vec<Bound<'v>>),
    Many(Vec<Vec<Bound<'v>>>),
}

impl Values<'_> {
    fn refs(&self) -> Vec<&(dyn ToSql + Sync)> {
        match self {
            Self::One(values) => values.iter().map(|value| value as &(dyn ToSql + Sync)).collect(),
            Self::Many(columns) => columns.iter().map(|column| column as &(dyn ToSql + Sync)).collect(),
        }
    }
}

fn bound(value: Option<&Value>) -> Bound<'_> {
    Bound(value.map_or(ValueRef::Null, ValueRef::from))
}
