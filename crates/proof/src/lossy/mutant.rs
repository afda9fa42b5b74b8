//! Builds that are wrong on purpose, to see that race and torture notice: the real server over a file layer or a database that
//! does not do what it says. Nothing of them is in the released binary.
#![allow(unsafe_code)]

use rusqlite::auto_extension::{init_auto_extension, register_auto_extension};
use rusqlite::{Connection, ffi};
use std::ffi::{c_char, c_int};

/// How the server under test is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Mutant {
    /// `xSync` answers OK and syncs nothing: `synchronous=OFF`.
    SyncOff,
    /// `xSync` answers at once, and syncs each eighth time: most answers leave before their commit is durable.
    EarlyAnswer,
    /// A spent ticket is issued again at once, so that the guard that asks for that always holds.
    NoTicketGuard,
    /// A rotated refresh token is the head again at once, so that the guard that asks for that always holds.
    NoFamilyGuard,
}

impl Mutant {
    /// The name on the command line.
    pub(crate) fn name(self) -> String {
        use clap::ValueEnum as _;
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    /// Makes every connection that this process opens from now on wrong, if the mutant is one of the database's.
    pub(crate) fn infect(self) -> rusqlite::Result<()> {
        let entry = match self {
            Self::SyncOff | Self::EarlyAnswer => return Ok(()),
            Self::NoTicketGuard => no_ticket_guard,
            Self::NoFamilyGuard => no_family_guard,
        };
        // SAFETY: the entries open, close and register nothing.
        unsafe { register_auto_extension(entry) }
    }

    /// Makes one connection wrong.
    pub(super) fn spoil(self, connection: &Connection) -> rusqlite::Result<()> {
        // As the store sets it: a change afterwards would drop what is temporary.
        connection.pragma_update(None, "temp_store", "MEMORY")?;
        connection.execute_batch(match self {
            Self::SyncOff | Self::EarlyAnswer => "",
            Self::NoTicketGuard => {
                "CREATE TEMP TRIGGER unspent AFTER UPDATE OF state ON main.tickets WHEN new.state = 'spent'
                 BEGIN UPDATE tickets SET state = 'issued' WHERE id = new.id; END"
            }
            Self::NoFamilyGuard => {
                "CREATE TEMP TRIGGER unrotated AFTER UPDATE OF generation ON main.sessions
                     WHEN new.generation = old.generation + 1
                 BEGIN UPDATE sessions SET generation = old.generation, refresh_hash = old.refresh_hash
                     WHERE id = new.id; END"
            }
        })
    }
}

unsafe extern "C" fn no_ticket_guard(
    db: *mut ffi::sqlite3,
    error: *mut *mut c_char,
    _: *const ffi::sqlite3_api_routines,
) -> c_int {
    // A connection to a database that has no tables yet stays as it is: the schema is made before the server runs.
    // SAFETY: called by SQLite with a new connection.
    unsafe {
        init_auto_extension(db, error, |connection| Mutant::NoTicketGuard.spoil(&connection).or(Ok(())))
    }
}

unsafe extern "C" fn no_family_guard(
    db: *mut ffi::sqlite3,
    error: *mut *mut c_char,
    _: *const ffi::sqlite3_api_routines,
) -> c_int {
    // SAFETY: as above.
    unsafe {
        init_auto_extension(db, error, |connection| Mutant::NoFamilyGuard.spoil(&connection).or(Ok(())))
    }
}
