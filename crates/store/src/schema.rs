//! The schema as a binary finds it, the same on both engines: whether this binary may use it.

use crate::checksum::checksum;
use crate::queries::{Conn, Error, schema};

/// A step of the schema. Its version is its place among all of them, counted from 1.
pub(crate) struct Step {
    pub(crate) name: &'static str,
    pub(crate) sql: &'static str,
}

/// Why what is in a database is not for this binary, or not to be used.
#[derive(Debug, thiserror::Error)]
pub enum Unfit {
    /// What this binary needs is there no longer.
    #[error(
        "the database has schema version {found}, which serves no authms below version {lowest}; this authms knows {known}: \
         start a newer authms"
    )]
    Newer {
        /// The database's version.
        found: u32,
        /// The version that a binary must know at least.
        lowest: u32,
        /// The newest known one.
        known: u32,
    },
    /// The schema is older, and is not to be changed.
    #[error("the database has schema version {found}, this authms needs {known}; run `authms migrate`")]
    Older {
        /// The database's version.
        found: u32,
        /// The version needed.
        known: u32,
    },
    /// A migration is not the one that was applied.
    #[error(
        "migration {0} was applied with other contents than this authms has; start the authms that applied it"
    )]
    Changed(&'static str),
    /// It is a copy that is not whole.
    #[error(
        "the database is a copy that was cut off: run the same `authms migrate --from … --to …` again; or empty it, by deleting \
         the file, or dropping the database and creating it anew"
    )]
    Unfinished,
    /// The installation is elsewhere by now.
    #[error(
        "the installation was moved to {0}: start authms there. To come back with all that happened since, move it from there \
         into an empty place (`authms migrate --from … --to …`); to use what was left here, `authms restore --in-place` makes \
         void what had been given out"
    )]
    Moved(String),
    /// It cannot be read.
    #[error("the database cannot be read: {0}")]
    Unread(#[from] Error),
}

/// The schema's version, if this binary may use it: all steps that it knows are those that were applied, and what it needs was
/// not taken away by later ones.
pub(crate) fn check(conn: Conn<'_>, steps: &[Step]) -> Result<u32, Unfit> {
    let (found, known) = (schema::version(conn)?, latest(steps));
    let lowest = schema::lowest(conn)?;
    if found > known && lowest > known {
        return Err(Unfit::Newer { found, lowest, known });
    }
    match schema::applied(conn)?.into_iter().zip(steps).find(|(sum, step)| *sum != checksum(step.sql)) {
        Some((_, step)) => Err(Unfit::Changed(step.name)),
        None => Ok(found),
    }
}

/// Demands that the schema is up to date, or ahead by steps that leave this binary all that it needs.
pub(crate) fn require_latest(conn: Conn<'_>, steps: &[Step]) -> Result<(), Unfit> {
    let (found, known) = (check(conn, steps)?, latest(steps));
    if found > known {
        tracing::warn!(
            found,
            known,
            "the schema is ahead of this authms, which may still use it; replace it by the newer one"
        );
    }
    if found < known { Err(Unfit::Older { found, known }) } else { Ok(()) }
}

/// Demands the very schema of this binary: to copy it, every table must be known.
pub(crate) fn require_same(conn: Conn<'_>, steps: &[Step]) -> Result<(), Unfit> {
    match (check(conn, steps)?, latest(steps)) {
        (found, known) if found < known => Err(Unfit::Older { found, known }),
        (found, known) if found > known => Err(Unfit::Newer { found, lowest: found, known }),
        _ => Ok(()),
    }
}

/// Refuses a store that was left, or is not whole yet.
pub(crate) fn require_in_use(conn: Conn<'_>) -> Result<(), Unfit> {
    match schema::standing(conn)? {
        schema::Standing { copy_of: Some(_), .. } => Err(Unfit::Unfinished),
        schema::Standing { moved_to: Some(place), .. } => Err(Unfit::Moved(place)),
        _ => Ok(()),
    }
}

/// The newest version that is known.
pub(crate) const fn latest(steps: &[Step]) -> u32 {
    steps.len() as u32
}
