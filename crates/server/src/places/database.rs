//! A database of addresses in the MaxMind format, from memory.

use std::borrow::Cow;
use std::net::IpAddr;
use std::path::Path;

use authms_core::time::Timestamp;
use maxminddb::Reader;
use serde::Deserialize;

use crate::failure::Failure;

/// An open database.
pub struct Database(Reader<Cow<'static, [u8]>>);

impl Database {
    /// The one in the binary; it is not copied.
    ///
    /// # Errors
    /// Only if the binary is damaged.
    pub fn bundled(bytes: &'static [u8]) -> Result<Self, Failure> {
        let broken =
            |error| Failure::new(format!("the database of countries in this binary is damaged: {error}"));
        Reader::from_source(Cow::Borrowed(bytes)).map(Self).map_err(broken)
    }

    /// One of the operator's, read into memory: a file that changes while it is mapped would take the process down.
    ///
    /// # Errors
    /// If it cannot be read, or is no such database; `setting` named it.
    pub fn read(setting: &str, file: &Path) -> Result<Self, Failure> {
        let bytes = std::fs::read(file)
            .map_err(|error| Failure::new(format!("cannot read `{setting}` {}: {error}", file.display())))?;
        Reader::from_source(Cow::Owned(bytes)).map(Self).map_err(|error| {
            Failure::new(format!("`{setting}` {} is no MaxMind database (.mmdb): {error}", file.display()))
        })
    }

    /// The row of an address; `None` if there is none, or it is of another kind.
    pub fn row<'a, T: Deserialize<'a>>(&'a self, ip: IpAddr) -> Option<T> {
        self.0.lookup(ip).ok()?.decode().ok()?
    }

    /// Days since it was made.
    pub fn age_days(&self, now: Timestamp) -> i64 {
        let made = i64::try_from(self.0.metadata().build_epoch).unwrap_or(0);
        now.as_seconds().saturating_sub(made).max(0) / 86_400
    }
}

/// What a row says of its country, in either of the forms in use.
#[derive(Deserialize)]
pub struct CountryRow<'a> {
    #[serde(borrow)]
    country_code: Option<&'a str>,
    #[serde(borrow)]
    country: Option<Nested<'a>>,
}

#[derive(Deserialize)]
struct Nested<'a> {
    iso_code: Option<&'a str>,
}

impl<'a> CountryRow<'a> {
    /// Its code.
    pub fn code(&self) -> Option<&'a str> {
        self.country_code.or_else(|| self.country.as_ref()?.iso_code)
    }
}

/// What a row says of the network's operator.
#[derive(Deserialize)]
pub struct OperatorRow {
    /// The autonomous system.
    pub autonomous_system_number: Option<u32>,
}

/// What a row says of its city, in either of the forms in use.
#[derive(Deserialize)]
pub struct CityRow<'a> {
    latitude: Option<f32>,
    longitude: Option<f32>,
    timezone: Option<&'a str>,
    #[serde(borrow)]
    location: Option<Location<'a>>,
}

#[derive(Deserialize)]
struct Location<'a> {
    latitude: Option<f64>,
    longitude: Option<f64>,
    time_zone: Option<&'a str>,
}

impl<'a> CityRow<'a> {
    /// Degrees north and east.
    pub fn point(&self) -> Option<(f32, f32)> {
        let nested = || {
            let location = self.location.as_ref()?;
            Some((location.latitude? as f32, location.longitude? as f32))
        };
        self.latitude.zip(self.longitude).or_else(nested)
    }

    /// The IANA name of its time zone.
    pub fn zone(&self) -> Option<&'a str> {
        self.timezone.or_else(|| self.location.as_ref()?.time_zone)
    }
}
