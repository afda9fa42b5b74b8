//! Whole tables, whatever they hold: what copies are made of. The schema itself is asked for them, so that no table of a later
//! migration is forgotten.

use super::conn::{Conn, Error, Result, ToSql, params};
use super::{all, first};
use rusqlite::types::Value;

/// Tables that belong to a place and to no installation: the schema's own books, and the traffic budgets that PostgreSQL counts
/// for all nodes.
const NOT_COPIED: [&str; 3] = ["schema_migrations", "store_state", "limits"];

/// Values that are read or written together: SQLite takes 32,766 parameters, PostgreSQL 65,535.
const VALUES: usize = 16_000;

/// Rows that are.
const ROWS: usize = 1000;

/// A table: its columns by name, and those of its primary key in their order there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Table {
    pub(crate) name: String,
    columns: Vec<String>,
    key: Vec<String>,
}

/// What stands in some columns of a row.
pub(crate) type Row = Vec<Value>;

/// The tables of an installation, by name.
pub(crate) fn tables(conn: Conn<'_>) -> Result<Vec<Table>> {
    let mut columns: Vec<(String, String, u32)> =
        all(conn, columns_sql(conn), params![], |c| Ok((c.take()?, c.take()?, c.take()?)))?;
    columns.sort_unstable();
    let mut tables: Vec<Table> = Vec::new();
    for of_one in columns.chunk_by(|a, b| a.0 == b.0) {
        let mut key: Vec<_> = of_one.iter().filter(|(_, _, place)| *place > 0).collect();
        key.sort_unstable_by_key(|(_, _, place)| *place);
        let name = of_one[0].0.clone();
        if !NOT_COPIED.contains(&name.as_str()) {
            let columns = of_one.iter().map(|(_, column, _)| column.clone()).collect();
            tables.push(Table { name, columns, key: key.into_iter().map(|(_, c, _)| c.clone()).collect() });
        }
    }
    Ok(tables)
}

impl Table {
    /// How many rows it has.
    pub(crate) fn count(&self, conn: Conn<'_>) -> Result<u64> {
        let sql = format!("SELECT count(*) FROM {}", self.name);
        Ok(first(conn, &sql, params![], |c| c.count())?.unwrap_or(0))
    }

    /// The next rows behind this key, in the order of the key, which is the same on both engines.
    pub(crate) fn rows(&self, conn: Conn<'_>, after: Option<&Row>) -> Result<Vec<Row>> {
        let (columns, key) = (quoted(&self.columns), quoted(&self.key));
        let behind = match after {
            Some(_) => format!("WHERE ({key}) > ({})", places(0, self.key.len())),
            None => String::new(),
        };
        let sql =
            format!("SELECT {columns} FROM {} {behind} ORDER BY {key} LIMIT {}", self.name, self.at_once());
        let after: Vec<_> = after.into_iter().flatten().map(|value| value as &dyn ToSql).collect();
        all(conn, &sql, after.as_slice(), |c| self.columns.iter().map(|_| c.take()).collect())
    }

    /// The key in a row of all columns.
    pub(crate) fn key_of(&self, row: &Row) -> Row {
        let value = |key| self.columns.iter().zip(row).find(|(column, _)| *column == key);
        self.key.iter().filter_map(value).map(|(_, value)| value.clone()).collect()
    }

    /// The key of the last row.
    pub(crate) fn last(&self, conn: Conn<'_>) -> Result<Option<Row>> {
        let down: Vec<_> = self.key.iter().map(|column| format!("\"{column}\" DESC")).collect();
        let sql =
            format!("SELECT {} FROM {} ORDER BY {} LIMIT 1", quoted(&self.key), self.name, down.join(", "));
        first(conn, &sql, params![], |c| self.key.iter().map(|_| c.take()).collect())
    }

    /// Writes rows, all or none of them.
    pub(crate) fn append(&self, conn: Conn<'_>, rows: &[Row]) -> Result<()> {
        let width = self.columns.len();
        let one = |row: usize| format!("({})", places(row * width, width));
        let sql = format!(
            "INSERT INTO {} ({}) {} VALUES {}",
            self.name,
            quoted(&self.columns),
            keeping_numbers(conn),
            (0..rows.len()).map(one).collect::<Vec<_>>().join(", ")
        );
        let values: Vec<_> = rows.iter().flatten().map(|value| value as &dyn ToSql).collect();
        match conn.execute(&sql, &values)? {
            written if written == rows.len() => Ok(()),
            written => Err(Error::Changed(written)),
        }
    }

    /// Empties it.
    pub(crate) fn clear(&self, conn: Conn<'_>) -> Result<()> {
        let how = match conn {
            Conn::Sqlite(_) => "DELETE FROM",
            _ => "TRUNCATE",
        };
        conn.execute(&format!("{how} {}", self.name), params![]).map(drop)
    }

    fn at_once(&self) -> usize {
        (VALUES / self.columns.len().max(1)).clamp(1, ROWS)
    }
}

/// Has columns that the engine numbers go on behind the greatest number that is there. SQLite does so by itself.
pub(crate) fn renumber(conn: Conn<'_>) -> Result<()> {
    let Conn::Postgres(_) = conn else { return Ok(()) };
    let numbered = "SELECT table_name::text, column_name::text FROM information_schema.columns
                    WHERE table_schema = current_schema() AND is_identity = 'YES'";
    for (table, column) in all(conn, numbered, params![], |c| Ok((c.take::<String>()?, c.take::<String>()?)))?
    {
        let sql = format!(
            "SELECT setval(pg_get_serial_sequence('{table}', '{column}'), coalesce(max({column}), 1), max({column}) IS NOT NULL)
             FROM {table}"
        );
        first(conn, &sql, params![], |c| c.take::<i64>())?;
    }
    Ok(())
}

/// Has an INSERT keep the numbers that it brings, where the engine would give its own.
const fn keeping_numbers(conn: Conn<'_>) -> &'static str {
    match conn {
        Conn::Sqlite(_) => "",
        _ => "OVERRIDING SYSTEM VALUE",
    }
}

/// Asks for all columns of all tables: the table, the column, and its place in the primary key counted from 1, or 0.
const fn columns_sql(conn: Conn<'_>) -> &'static str {
    match conn {
        Conn::Sqlite(_) => {
            r"SELECT t.name, c.name, c.pk FROM sqlite_schema t, pragma_table_info(t.name) c
              WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite\_%' ESCAPE '\'"
        }
        _ => {
            "SELECT c.table_name::text, c.column_name::text, coalesce(k.ordinal_position, 0)::bigint
             FROM information_schema.tables t
             JOIN information_schema.columns c USING (table_schema, table_name)
             LEFT JOIN information_schema.table_constraints p
               ON p.table_schema = t.table_schema AND p.table_name = t.table_name AND p.constraint_type = 'PRIMARY KEY'
             LEFT JOIN information_schema.key_column_usage k
               ON k.constraint_schema = p.constraint_schema AND k.constraint_name = p.constraint_name
              AND k.table_name = c.table_name AND k.column_name = c.column_name
             WHERE t.table_schema = current_schema() AND t.table_type = 'BASE TABLE'"
        }
    }
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
}

fn places(before: usize, many: usize) -> String {
    (1..=many).map(|n| format!("?{}", before + n)).collect::<Vec<_>>().join(", ")
}
