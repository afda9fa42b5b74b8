//! What a store says of itself before it is used.

use super::conn::{Conn, Result, params};
use super::{all, change_one, first};

/// The first version that says it.
const SINCE: u32 = 22;

/// Whether a store may be used where it is.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Standing {
    /// Of what it is a copy that is not whole yet.
    pub(crate) copy_of: Option<String>,
    /// Where the installation is now.
    pub(crate) moved_to: Option<String>,
}

/// The schema's version; 0: there is none yet.
pub(crate) fn version(conn: Conn<'_>) -> Result<u32> {
    if !conn.has_table("schema_migrations")? {
        return Ok(0);
    }
    let sql = "SELECT coalesce(max(version), 0) FROM schema_migrations";
    Ok(first(conn, sql, params![], |c| c.take())?.unwrap_or(0))
}

/// The schema that a binary must know at least.
pub(crate) fn lowest(conn: Conn<'_>) -> Result<u32> {
    match version(conn)? {
        older @ ..SINCE => Ok(older),
        _ => Ok(first(conn, "SELECT lowest FROM store_state", params![], |c| c.take())?.unwrap_or(u32::MAX)),
    }
}

/// The checksums of the steps that were applied, in their order.
pub(crate) fn applied(conn: Conn<'_>) -> Result<Vec<i64>> {
    match version(conn)? {
        0 => Ok(Vec::new()),
        _ => all(conn, "SELECT checksum FROM schema_migrations ORDER BY version", params![], |c| c.take()),
    }
}

/// Whether it may be used.
pub(crate) fn standing(conn: Conn<'_>) -> Result<Standing> {
    if version(conn)? < SINCE {
        return Ok(Standing::default());
    }
    let read = |c: &mut super::Columns<'_>| Ok(Standing { copy_of: c.take()?, moved_to: c.take()? });
    let sql = "SELECT copy_of, moved_to FROM store_state";
    Ok(first(conn, sql, params![], read)?.unwrap_or_default())
}

/// Writes the same.
pub(crate) fn stand(conn: Conn<'_>, standing: &Standing) -> Result<()> {
    let Standing { copy_of, moved_to } = standing;
    change_one(conn, "UPDATE store_state SET copy_of = ?1, moved_to = ?2", params![copy_of, moved_to])
}
