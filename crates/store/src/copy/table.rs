//! What there is to copy, asked of the schema itself, so that no table of a later migration is forgotten.

use rusqlite::{Connection, Result};

/// Tables that belong to a place and to no installation: the schema's own books, and the traffic budgets that PostgreSQL counts
/// for all nodes.
pub(super) const NOT_COPIED: [&str; 3] = ["schema_migrations", "store_state", "limits"];

/// A table: its columns by name, and the columns of its primary key in their order there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Table {
    pub(super) name: String,
    pub(super) columns: Vec<String>,
    pub(super) key: Vec<String>,
}

/// The tables of an SQLite database, by name.
pub(super) fn of_sqlite(conn: &Connection) -> Result<Vec<Table>> {
    let sql = "SELECT t.name, c.name, c.pk FROM sqlite_schema t, pragma_table_info(t.name) c
               WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY t.name, c.name";
    let mut statement = conn.prepare(sql)?;
    let columns =
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?.collect::<Result<_>>()?;
    Ok(gathered(columns))
}

/// Tables out of their columns: table, column, place in the primary key counted from 1 or 0; in the order of the names.
pub(super) fn gathered(columns: Vec<(String, String, u32)>) -> Vec<Table> {
    let mut tables: Vec<(Table, Vec<(u32, String)>)> = Vec::new();
    for (name, column, place) in columns {
        if NOT_COPIED.contains(&name.as_str()) {
            continue;
        }
        if tables.last().is_none_or(|(table, _)| table.name != name) {
            tables.push((Table { name, columns: Vec::new(), key: Vec::new() }, Vec::new()));
        }
        let Some((table, key)) = tables.last_mut() else { continue };
        if place > 0 {
            key.push((place, column.clone()));
        }
        table.columns.push(column);
    }
    tables
        .into_iter()
        .map(|(table, mut key)| {
            key.sort_unstable();
            Table { key: key.into_iter().map(|(_, column)| column).collect(), ..table }
        })
        .collect()
}
