//! What queries would do, noted instead of done, so that that of many requests can be done together.

use crate::queries::{Error, Result};
use rusqlite::types::{ToSql, ToSqlOutput, Value};
use std::cell::RefCell;

/// What is expected of a statement.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// That it is answered.
    Ask,
    /// That it changes any number of rows.
    Change,
    /// That it adds a row, after those noted before.
    Append,
    /// That it changes one row.
    ChangeOne,
    /// The same, by adding its last value.
    Count,
}

/// One statement, and the values of each time that it is to be executed.
pub(in crate::postgres) struct Repeated {
    /// As for one.
    pub(in crate::postgres) sql: Box<str>,
    pub(in crate::postgres) rows: Vec<Vec<Value>>,
    pub(in crate::postgres) kind: Kind,
}

/// Takes the place of a connection. It answers no questions: what is written must not depend on any.
#[derive(Default)]
pub(crate) struct Draft(RefCell<Vec<Repeated>>);

impl Draft {
    /// Notes a question, which ends the query; it is to be put again once there is an answer.
    pub(crate) fn ask(&self, sql: &str, params: &[&dyn ToSql]) -> Result<()> {
        self.note(sql, params, Kind::Ask)?;
        Err(Error::Asked)
    }

    /// Notes a change.
    pub(crate) fn note(&self, sql: &str, params: &[&dyn ToSql], kind: Kind) -> Result<()> {
        let row = params.iter().map(|param| owned(*param)).collect::<Result<_>>()?;
        let mut noted = self.0.borrow_mut();
        match noted.iter_mut().find(|repeated| *repeated.sql == *sql) {
            Some(repeated) => repeated.add(row),
            None => noted.push(Repeated { sql: sql.into(), rows: vec![row], kind }),
        }
        Ok(())
    }

    /// Statements in an order that is the same on all nodes, each with its rows in the order of their keys, which come first:
    /// so of two transactions that write the same rows one waits for the other, and never both. What is appended nobody else
    /// writes: it stays in the order in which it was noted.
    pub(in crate::postgres) fn into_order(self) -> Vec<Repeated> {
        let mut noted = self.0.into_inner();
        noted.sort_by(|a, b| a.sql.cmp(&b.sql));
        for repeated in noted.iter_mut().filter(|repeated| repeated.kind != Kind::Append) {
            repeated.rows.sort_by(|a, b| a.iter().map(rank).cmp(b.iter().map(rank)));
        }
        noted
    }
}

impl Repeated {
    fn add(&mut self, row: Vec<Value>) {
        if self.kind == Kind::Count
            && let Some((Value::Integer(more), key)) = row.split_last()
            && let Some(Value::Integer(sum)) =
                self.rows.iter_mut().find(|r| r.starts_with(key)).and_then(|r| r.last_mut())
        {
            *sum += more;
        } else {
            self.rows.push(row);
        }
    }
}

fn owned(param: &dyn ToSql) -> Result<Value> {
    match param.to_sql()? {
        ToSqlOutput::Borrowed(value) => Ok(value.try_into().map_err(|_| Error::Invalid(0))?),
        ToSqlOutput::Owned(value) => Ok(value),
        _ => Err(Error::Sqlite(rusqlite::Error::InvalidQuery)),
    }
}

/// Keys are identifiers, hashes, numbers and names.
fn rank(value: &Value) -> (u8, i64, &[u8]) {
    match value {
        Value::Null => (0, 0, &[]),
        Value::Integer(n) => (1, *n, &[]),
        // No key is one.
        Value::Real(_) => (2, 0, &[]),
        Value::Text(text) => (3, 0, text.as_bytes()),
        Value::Blob(bytes) => (4, 0, bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_noted_comes_in_the_order_of_texts_and_keys_whatever_came_first() {
        let draft = Draft::default();
        draft.note("UPDATE b", &[&[2_u8; 2]], Kind::ChangeOne).expect("noted");
        draft.note("INSERT a", &[&"x", &1], Kind::Change).expect("noted");
        draft.note("UPDATE b", &[&[1_u8; 2]], Kind::ChangeOne).expect("noted");
        let order = draft.into_order();
        let texts: Vec<_> = order.iter().map(|repeated| &*repeated.sql).collect();
        assert_eq!(texts, ["INSERT a", "UPDATE b"]);
        assert_eq!(order[1].rows, [[Value::Blob(vec![1; 2])], [Value::Blob(vec![2; 2])]]);
    }

    #[test]
    fn what_is_appended_stays_in_its_order() {
        let draft = Draft::default();
        for key in ["b", "a"] {
            draft.note("INSERT a", &[&key], Kind::Append).expect("noted");
        }
        let row = |key: &str| [Value::Text(key.to_owned())];
        assert_eq!(draft.into_order()[0].rows, [row("b"), row("a")]);
    }

    #[test]
    fn what_is_counted_under_one_key_is_summed() {
        let draft = Draft::default();
        for name in ["a", "b", "a"] {
            draft.note("INSERT c", &[&name, &1], Kind::Count).expect("noted");
        }
        let row = |name: &str, count| [Value::Text(name.to_owned()), Value::Integer(count)];
        assert_eq!(draft.into_order()[0].rows, [row("a", 2), row("b", 1)]);
    }

    #[test]
    fn a_question_is_noted_and_ends_the_query() {
        let draft = Draft::default();
        assert!(matches!(draft.ask("SELECT 1", &[&7]), Err(Error::Asked)));
        assert_eq!(draft.into_order()[0].rows, [[Value::Integer(7)]]);
    }
}
