//! Moving a whole installation to another place, on the same engine or the other.

use super::rows::{self, Copied};
use super::side::Side;
use super::{CopyError, Doing, Installed, Place};
use crate::queries::schema::{self as found, Standing};
use crate::queries::table::{self, Table};
use crate::queries::{Conn, audit, installation};
use crate::schema::Unfit;
use authms_core::time::Timestamp;

/// An installation that is now elsewhere.
#[derive(Clone, Debug)]
pub struct Moved {
    /// The installation.
    pub installed: Installed,
    /// What it consists of.
    pub copied: Copied,
}

/// Moves the installation at `from` to `to`, which must be empty or hold the beginning of the same move; compares both, and
/// then marks the former place as left, so that no server starts there any more. `progress` is told how many rows of how many
/// are done.
///
/// Nothing is void afterwards: unlike a restore this does not go back in time, and only one of the two places is ever served.
/// At any moment either the one opens or the other, or neither until the move has come to its end.
///
/// # Errors
/// [`CopyError`]. What was copied stays, and another call goes on behind it.
pub fn relocate(
    from: &Place,
    to: &Place,
    at: Timestamp,
    progress: &mut dyn FnMut(Doing, u64, u64),
) -> Result<Moved, CopyError> {
    let source = Side::source(from)?;
    let Some(installed) = installation::known(source.conn())? else {
        return Err(CopyError::Empty(from.clone()));
    };
    let origin = origin(source.conn(), &installed)?;
    let left = standing_of_source(source.conn())?;
    let target = Side::target(to, at)?;
    let tables = table::tables(source.conn())?;
    if tables != table::tables(target.conn())? {
        return Err(CopyError::Foreign(to.to_string()));
    }
    match (found::standing(target.conn())?.copy_of, left) {
        (Some(of), _) if of == origin => {}
        (Some(_), _) => return Err(CopyError::OfAnother(to.clone())),
        (None, Some(place)) => return Err(Unfit::Moved(place).into()),
        (None, None) => {
            require_empty(&tables, target.conn(), to)?;
            found::stand(target.conn(), &Standing { copy_of: Some(origin.clone()), moved_to: None })?;
        }
    }
    let copied = source.conn().snapshot(|conn| {
        rows::copy(&tables, conn, target.conn(), progress)?;
        rows::compare(&tables, conn, target.conn(), progress)
    })?;
    // In this order: killed in between, neither place opens, and the same command goes on here.
    leave(&source, &installed, &origin, to)?;
    target.conn().whole(|conn| {
        table::renumber(conn)?;
        found::stand(conn, &Standing::default())
    })?;
    Ok(Moved { installed, copied })
}

/// Where the installation went, if it was left; it must be whole.
fn standing_of_source(conn: Conn<'_>) -> Result<Option<String>, CopyError> {
    match found::standing(conn)? {
        Standing { copy_of: Some(_), .. } => Err(Unfit::Unfinished.into()),
        Standing { moved_to, .. } => Ok(moved_to),
    }
}

/// What tells one source from another, and from itself before a change: every change leaves an audit row.
fn origin(conn: Conn<'_>, installed: &Installed) -> Result<String, CopyError> {
    let Installed { master_fingerprint, issuer, epoch } = installed;
    let (waiting, sealed) = audit::counts(conn)?;
    Ok(format!("{issuer} of master key {master_fingerprint}, epoch {epoch}, audit rows {waiting} + {sealed}"))
}

fn require_empty(tables: &[Table], conn: Conn<'_>, place: &Place) -> Result<(), CopyError> {
    for table in tables {
        if table.last(conn)?.is_some() {
            return Err(CopyError::NotEmpty(place.clone()));
        }
    }
    Ok(())
}

/// Marks the source as left, unless somebody used it meanwhile.
fn leave(source: &Side, installed: &Installed, copied: &str, to: &Place) -> Result<(), CopyError> {
    source.conn().whole(|conn| {
        source.keep_out()?;
        if origin(conn, installed)? != copied {
            return Err(CopyError::Changed);
        }
        Ok(found::stand(conn, &Standing { copy_of: None, moved_to: Some(to.to_string()) })?)
    })
}
