//! One side of a copy, on either engine, while nobody else uses it.

use super::{CopyError, Place};
use crate::postgres::{self, Alone};
use crate::queries::{Conn, schema as found};
use crate::schema;
use crate::sqlite::{self, OpenError};
use authms_core::time::Timestamp;
use rusqlite::Connection;

/// An open database.
pub(super) struct Side {
    place: Place,
    open: Open,
}

enum Open {
    Sqlite(Connection),
    Postgres(Box<Alone>),
}

impl Side {
    /// What is to be copied; its schema must be that of this binary.
    pub(super) fn source(place: &Place) -> Result<Self, CopyError> {
        if let Place::Sqlite(path) = place
            && !path.exists()
        {
            return Err(OpenError::Missing(path.clone()).into());
        }
        let side = Self::open(place, None)?;
        side.require_alone()?;
        side.require_installation()?;
        Ok(side)
    }

    /// A server's database beside those who use it; its schema must be that of this binary.
    pub(super) fn served(url: &authms_crypto::SecretString) -> Result<Self, CopyError> {
        let side = Self::open(&Place::Postgres(url.clone()), None)?;
        side.require_installation()?;
        Ok(side)
    }

    /// Where something is to be copied, made and brought to the schema of this binary.
    pub(super) fn target(place: &Place, at: Timestamp) -> Result<Self, CopyError> {
        let side = Self::open(place, Some(at))?;
        side.require_alone()?;
        Ok(side)
    }

    fn open(place: &Place, migrate: Option<Timestamp>) -> Result<Self, CopyError> {
        let open = match place {
            Place::Sqlite(path) => {
                let mut conn = sqlite::open_alone(path)?;
                if let Some(at) = migrate {
                    sqlite::migrate(&mut conn, at)?;
                }
                Open::Sqlite(conn)
            }
            Place::Postgres(url) => Open::Postgres(Box::new(Alone::open(url.expose(), migrate)?)),
        };
        Ok(Self { place: place.clone(), open })
    }

    /// The connection.
    pub(super) fn conn(&self) -> Conn<'_> {
        match &self.open {
            Open::Sqlite(conn) => Conn::Sqlite(conn),
            Open::Postgres(alone) => Conn::Postgres(alone.session()),
        }
    }

    /// Refuses a database that somebody else uses. A file is locked for as long as it is open here.
    pub(super) fn require_alone(&self) -> Result<(), CopyError> {
        match &self.open {
            Open::Postgres(alone) if alone.is_shared()? => Err(CopyError::InUse(self.place.clone())),
            _ => Ok(()),
        }
    }

    /// Within a transaction: nobody comes to use it until that ends, and nobody has come already.
    pub(super) fn keep_out(&self) -> Result<(), CopyError> {
        if let Open::Postgres(alone) = &self.open {
            alone.keep_out()?;
        }
        self.require_alone()
    }

    fn require_installation(&self) -> Result<(), CopyError> {
        if found::version(self.conn())? == 0 {
            return Err(CopyError::Empty(self.place.clone()));
        }
        let steps = match self.open {
            Open::Sqlite(_) => sqlite::STEPS,
            Open::Postgres(_) => postgres::STEPS,
        };
        Ok(schema::require_same(self.conn(), steps)?)
    }
}
