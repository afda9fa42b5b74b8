//! Writing to several tables by one statement. To begin one, to answer it and to wake whoever waits for the answer takes longer
//! than most of them do.

use super::draft::{Kind, Repeated};
use super::{Values, text};
use crate::postgres::error::PostgresError;
use crate::postgres::session::{Session, numbered};
use crate::queries::{Error, Result};
use tokio_postgres::Statement;
use tokio_postgres::types::ToSql;

/// Cuts what is to be written, in its order, into what can be written at once. The parts of one statement do not see what others
/// of it write, and of two changes of one row one would be lost (PostgreSQL, `WITH`, data-modifying statements), so each is about
/// a table of its own.
pub(in crate::postgres) fn runs(all: &[Repeated]) -> impl Iterator<Item = &[Repeated]> {
    let mut rest = all;
    std::iter::from_fn(move || {
        let (run, others) = rest.split_at(run(rest));
        rest = others;
        (!run.is_empty()).then_some(run)
    })
}

/// How many of the first are about a table of their own.
fn run(all: &[Repeated]) -> usize {
    let again = |end: usize| all[..end].iter().any(|before| table(&before.sql) == table(&all[end].sql));
    (0..all.len()).find(|end| again(*end)).unwrap_or(all.len())
}

/// The table that is written to.
fn table(sql: &str) -> Option<&str> {
    let mut words = sql.split_ascii_whitespace();
    match words.next() {
        Some("UPDATE") => words.next(),
        _ => words.nth(1),
    }
}

/// Several changes, ready to be written.
pub(in crate::postgres) struct Together<'d> {
    changes: &'d [Repeated],
    statement: Statement,
}

impl<'d> Together<'d> {
    /// What writes these changes, each about another table.
    ///
    /// # Errors
    /// One is none of those that can be put for many; the server's.
    pub(in crate::postgres) async fn prepare(session: &Session, changes: &'d [Repeated]) -> Result<Self> {
        let name = name(changes);
        let statement = match session.kept(&name) {
            Some(statement) => statement,
            None => session.keep(&name, &put(session, changes).await?).await?,
        };
        Ok(Self { changes, statement })
    }

    /// Writes them.
    ///
    /// # Errors
    /// [`Error::Changed`]: one did not change as many rows as it had to; the server's.
    pub(in crate::postgres) async fn write(&self, session: &Session) -> Result<()> {
        let values: Vec<Values<'_>> = self.changes.iter().map(|c| c.values(parameters(c))).collect();
        let values: Vec<&(dyn ToSql + Sync)> = values.iter().flat_map(Values::refs).collect();
        let changed =
            session.client().query_one(&self.statement, &values).await.map_err(PostgresError::from)?;
        for (index, change) in self.changes.iter().enumerate() {
            let rows: i64 = changed.try_get(index).map_err(PostgresError::from)?;
            let rows = usize::try_from(rows).unwrap_or(usize::MAX);
            let each = matches!(change.kind, Kind::Append | Kind::ChangeOne | Kind::Count);
            if each && rows != change.rows.len() {
                return Err(Error::Changed(rows));
            }
        }
        Ok(())
    }
}

fn parameters(change: &Repeated) -> usize {
    change.rows.first().map_or(0, Vec::len)
}

/// Other than that of any other changes: all of their texts, and which are for one and which for many.
fn name(changes: &[Repeated]) -> String {
    let mut name = String::with_capacity(4096);
    for change in changes {
        name.push_str(&change.sql);
        name.push(if change.only().is_some() { ';' } else { '*' });
    }
    name
}

/// The text: how many rows each of them changes.
async fn put(session: &Session, changes: &[Repeated]) -> Result<String> {
    let mut before = 0;
    let (mut parts, mut counts) = (Vec::new(), Vec::new());
    for (n, change) in changes.iter().enumerate() {
        let sql = match change.only() {
            Some(_) => numbered(&change.sql),
            None => text::write(&change.sql, session.prepare(&change.sql).await?.params())?,
        };
        parts.push(format!("w{n} AS ({} RETURNING 1)", text::after(&sql, before)));
        counts.push(format!("(SELECT count(*) FROM w{n})"));
        before += parameters(change);
    }
    Ok(format!("WITH {} SELECT {}", parts.join(", "), counts.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::types::Value;

    fn change(sql: &str, rows: usize) -> Repeated {
        Repeated { sql: sql.into(), rows: vec![vec![Value::Null]; rows], kind: Kind::Change }
    }

    #[test]
    fn each_run_has_a_table_once_and_the_order_stays() {
        let texts = [
            "DELETE FROM a WHERE x",
            "INSERT INTO b (x)",
            "INSERT INTO a (x)",
            "UPDATE c SET x",
            "UPDATE a SET x",
        ];
        let all = texts.map(|sql| change(sql, 1));
        let runs: Vec<Vec<&str>> = runs(&all).map(|run| run.iter().map(|c| &*c.sql).collect()).collect();
        assert_eq!(runs, [&texts[..2], &texts[2..4], &texts[4..]]);
    }

    #[test]
    fn what_is_for_one_and_what_is_for_many_have_other_names() {
        let one_of = |first, second| name(&[change("UPDATE a", first), change("UPDATE b", second)]);
        assert_eq!(one_of(2, 1), one_of(3, 1));
        assert_ne!(one_of(2, 1), one_of(1, 2));
        assert_ne!(one_of(1, 1), one_of(2, 1));
    }
}
