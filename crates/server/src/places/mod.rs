//! Where addresses are: the database in the binary, files that the operator supplies, and lists of networks.

mod database;
mod hosting;
mod live;
mod networks;

use std::net::IpAddr;

use authms_core::ports::Places;
use authms_core::risk::{Country, Place, Point};
use authms_core::time::Timestamp;

use crate::config::Geo;
use crate::failure::Failure;
use database::{CityRow, CountryRow, Database, OperatorRow};
use networks::Networks;

pub use live::LivePlaces;

/// Countries by address, from the registries' own records (CC0-1.0). Part of the binary: its pages are read when they are
/// looked into, and count as cache, not as memory of ours.
const COUNTRIES: &[u8] = include_bytes!("../../data/country.mmdb");

/// Everything that tells where addresses are.
pub struct GeoPlaces {
    country: Database,
    asn: Option<Database>,
    city: Option<Database>,
    hosting: Option<Networks>,
    bad: Networks,
}

impl GeoPlaces {
    /// Opens what the configuration names.
    ///
    /// # Errors
    /// A file that is missing, or not what it should be, by name.
    pub fn open(config: &Geo) -> Result<Self, Failure> {
        let optional =
            |setting, file: &Option<_>| file.as_deref().map(|file| Database::read(setting, file)).transpose();
        let lists =
            |setting, file: &Option<_>| file.as_deref().map(|file| Networks::read(setting, file)).transpose();
        let country = match optional("geo.country_file", &config.country_file)? {
            Some(file) => file,
            None => Database::bundled(COUNTRIES)?,
        };
        Ok(Self {
            country,
            asn: optional("geo.asn_file", &config.asn_file)?,
            city: optional("geo.city_file", &config.city_file)?,
            hosting: lists("geo.hosting_networks_file", &config.hosting_networks_file)?,
            bad: lists("geo.bad_networks_file", &config.bad_networks_file)?.unwrap_or_default(),
        })
    }

    /// How old each database is at this time, in words.
    pub fn ages(&self, now: Timestamp) -> Vec<String> {
        let all = [
            ("countries", Some(&self.country)),
            ("networks", self.asn.as_ref()),
            ("cities", self.city.as_ref()),
        ];
        let age = |(what, database): (&str, Option<&Database>)| {
            database.map(|database| format!("{what}: {} days old", database.age_days(now)))
        };
        all.into_iter().filter_map(age).collect()
    }

    /// Whether the network is one of servers: by the operator's list, else by who runs it; `None` if neither tells.
    fn hosting(&self, ip: IpAddr, asn: Option<u32>) -> Option<bool> {
        let listed = self.hosting.as_ref().map(|networks| networks.contains(ip));
        match (listed, asn) {
            (Some(true), _) => Some(true),
            (_, Some(asn)) => Some(hosting::runs_servers(asn)),
            (listed, None) => listed,
        }
    }
}

impl Places for GeoPlaces {
    fn place(&self, ip: IpAddr) -> Place {
        let ip = ip.to_canonical();
        if !networks::is_public(ip) {
            return Place::default();
        }
        let city: Option<CityRow<'_>> = self.city.as_ref().and_then(|database| database.row(ip));
        let country: Option<CountryRow<'_>> = self.country.row(ip);
        let operator: Option<OperatorRow> = self.asn.as_ref().and_then(|database| database.row(ip));
        let asn = operator.and_then(|row| row.autonomous_system_number).filter(|asn| *asn != 0);
        Place {
            country: country.and_then(|row| Country::parse(row.code()?)),
            asn,
            hosting: self.hosting(ip, asn),
            point: city
                .as_ref()
                .and_then(CityRow::point)
                .map(|(latitude, longitude)| Point { latitude, longitude }),
            zone: city.as_ref().and_then(CityRow::zone).map(str::to_owned),
        }
    }

    fn is_bad(&self, ip: IpAddr) -> bool {
        self.bad.contains(ip.to_canonical())
    }
}

#[cfg(test)]
mod tests;
