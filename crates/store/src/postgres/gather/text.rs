//! The texts that do for many what a query does for one: made from its own, so that there is only that one to be maintained.

use crate::queries::{Error, Result};
use tokio_postgres::types::Type;

/// Asks the same of many: each row of the answer ends in the number, from 1, of what it answers.
///
/// `OFFSET 0` has the inner query planned as it stands, for one.
pub(super) fn read(sql: &str, types: &[Type]) -> String {
    let given = given(types, " WITH ORDINALITY", ", n");
    format!("SELECT q.*, g.n FROM {given}, LATERAL ({} OFFSET 0) q", of_given(sql))
}

/// Writes the same of many. Each must concern another row: of two changes of one row only one would be made.
///
/// # Errors
/// It is no `INSERT … VALUES`, `UPDATE … WHERE` or `DELETE … WHERE`.
pub(super) fn write(sql: &str, types: &[Type]) -> Result<String> {
    let given = given(types, "", "");
    let parts = match sql.split_ascii_whitespace().next() {
        Some("INSERT") => insert(sql, &given),
        Some("UPDATE") => before_where(sql, "FROM", &given),
        Some("DELETE") => before_where(sql, "USING", &given),
        _ => None,
    };
    parts.map(|sql| of_given(&sql)).ok_or(Error::Asked)
}

/// The same statement after others whose parameters come first: `$1` becomes `$3` after two. Texts in quotes stay as they are.
pub(super) fn after(sql: &str, parameters: usize) -> String {
    let mut quoted = false;
    let mut out = String::with_capacity(sql.len() + 32);
    let mut rest = sql.chars().peekable();
    while let Some(c) = rest.next() {
        quoted ^= c == '\'';
        out.push(c);
        if c == '$' && !quoted {
            let mut number = 0;
            while let Some(digit) = rest.peek().and_then(|c| c.to_digit(10)) {
                number = number * 10 + digit as usize;
                rest.next();
            }
            out.push_str(&(number + parameters).to_string());
        }
    }
    out
}

fn insert(sql: &str, given: &str) -> Option<String> {
    let (into, rest) = sql.split_once("VALUES (")?;
    let (values, rest) = rest.split_once(')')?;
    Some(format!("{into}SELECT {values} FROM {given}{rest}"))
}

fn before_where(sql: &str, word: &str, given: &str) -> Option<String> {
    let (what, condition) = sql.split_once("WHERE ")?;
    Some(format!("{what}{word} {given} WHERE {condition}"))
}

/// All values of each parameter, side by side.
fn given(types: &[Type], numbered: &str, number: &str) -> String {
    let each = |n: fn(usize, &Type) -> String| {
        types.iter().enumerate().map(|(i, ty)| n(i + 1, ty)).collect::<Vec<_>>().join(", ")
    };
    let (arrays, names) = (each(|n, ty| format!("${n}::{}[]", ty.name())), each(|n, _| format!("p{n}")));
    format!("unnest({arrays}){numbered} AS g({names}{number})")
}

/// `?1` as the value that is given for it. Texts in quotes stay as they are.
fn of_given(sql: &str) -> String {
    let mut quoted = false;
    let mut out = String::with_capacity(sql.len() + 64);
    for c in sql.chars() {
        quoted ^= c == '\'';
        match c {
            '?' if !quoted => out.push_str("g.p"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const TYPES: [Type; 2] = [Type::BYTEA, Type::INT8];

    #[test]
    fn a_query_of_one_is_put_for_many() {
        assert_eq!(
            read("SELECT a FROM t WHERE id = ?1 AND b > ?2 AND c = '?'", &TYPES),
            "SELECT q.*, g.n FROM unnest($1::bytea[], $2::int8[]) WITH ORDINALITY AS g(p1, p2, n), \
             LATERAL (SELECT a FROM t WHERE id = g.p1 AND b > g.p2 AND c = '?' OFFSET 0) q"
        );
    }

    #[test]
    fn parameters_come_after_those_of_others_and_texts_stay() {
        assert_eq!(after("SELECT '$1', $2 WHERE a = $10", 3), "SELECT '$1', $5 WHERE a = $13");
    }

    #[test]
    fn changes_of_one_are_put_for_many() {
        let put = |sql| write(sql, &TYPES).expect("a change");
        assert_eq!(
            put("INSERT INTO t (id, n, one) VALUES (?1, ?2, 1) ON CONFLICT DO NOTHING"),
            "INSERT INTO t (id, n, one) SELECT g.p1, g.p2, 1 FROM unnest($1::bytea[], $2::int8[]) AS g(p1, p2) ON CONFLICT DO NOTHING"
        );
        assert_eq!(
            put("UPDATE t SET n = ?2 WHERE id = ?1"),
            "UPDATE t SET n = g.p2 FROM unnest($1::bytea[], $2::int8[]) AS g(p1, p2) WHERE id = g.p1"
        );
        assert_eq!(
            put("DELETE FROM t WHERE id = ?1 AND n = ?2"),
            "DELETE FROM t USING unnest($1::bytea[], $2::int8[]) AS g(p1, p2) WHERE id = g.p1 AND n = g.p2"
        );
        assert!(write("SELECT 1", &TYPES).is_err());
    }
}
