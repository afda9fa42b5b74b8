//! Where a sign-in comes from, as far as databases tell, and with what.

use super::centroids;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use std::fmt;

/// A country by its two capital letters (ISO 3166-1 alpha-2).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country([u8; 2]);

impl Country {
    /// The country of that code; `None` if it is not two ASCII letters.
    pub fn parse(code: &str) -> Option<Self> {
        let letters: [u8; 2] = code.as_bytes().try_into().ok()?;
        letters.iter().all(u8::is_ascii_alphabetic).then(|| Self(letters.map(|l| l.to_ascii_uppercase())))
    }

    /// The code.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    pub(super) const fn letters(self) -> [u8; 2] {
        self.0
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Country {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Country {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::parse(&code).ok_or_else(|| D::Error::custom("not a country code"))
    }
}

/// A point on the globe.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Point {
    /// Degrees north, −90–90.
    pub latitude: f32,
    /// Degrees east, −180–180.
    pub longitude: f32,
}

/// Where an address is. `None`: not known, also if the database is too old to be believed.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Place {
    /// The country.
    pub country: Option<Country>,
    /// The number of the network's operator (autonomous system).
    pub asn: Option<u32>,
    /// Whether the network is one of servers, VPNs or proxies rather than of people.
    pub hosting: Option<bool>,
    /// The city, if the operator supplied a database of cities.
    pub point: Option<Point>,
    /// The IANA name of the place's time zone, likewise.
    pub zone: Option<String>,
}

impl Place {
    /// Where about that is: the city, else the middle of the country.
    pub(super) fn area(&self) -> Option<Area> {
        match (self.point, self.country) {
            (Some(middle), _) => Some(Area { middle, reach: 0.0 }),
            (None, Some(country)) => centroids::of(country),
            (None, None) => None,
        }
    }
}

/// A point, and how far from it one may be, in kilometres.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Area {
    pub middle: Point,
    pub reach: f32,
}

impl Area {
    /// How far two areas are apart at the least, in kilometres.
    pub fn apart(&self, other: &Self) -> f32 {
        (great_circle(self.middle, other.middle) - self.reach - other.reach).max(0.0)
    }
}

/// The haversine formula on a sphere of the Earth's mean radius.
fn great_circle(from: Point, to: Point) -> f32 {
    const EARTH: f32 = 6371.0;
    let (a, b) = (from.latitude.to_radians(), to.latitude.to_radians());
    let north = ((b - a) / 2.0).sin();
    let east = ((to.longitude - from.longitude).to_radians() / 2.0).sin();
    let h = north * north + a.cos() * b.cos() * east * east;
    2.0 * EARTH * h.clamp(0.0, 1.0).sqrt().asin()
}

/// The kind of a device as its user agent tells, without versions: `firefox/linux/desktop`. Anybody can claim any, so
/// that an unknown one counts against a sign-in, and a known one never for it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Agent(String);

impl Agent {
    /// The longest text that is kept, in bytes.
    pub const MAX: usize = 48;

    /// A kind of device, in lower case; what is too long is cut.
    pub fn new(kind: &str) -> Self {
        Self(
            kind.chars()
                .filter(|c| c.is_ascii_graphic())
                .take(Self::MAX)
                .collect::<String>()
                .to_ascii_lowercase(),
        )
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn city(latitude: f32, longitude: f32) -> Area {
        Area { middle: Point { latitude, longitude }, reach: 0.0 }
    }

    fn country(code: &str) -> Area {
        let country = Country::parse(code);
        Place { country, ..Place::default() }.area().expect("a centroid")
    }

    #[test]
    fn distances_are_those_of_a_globe() {
        let (berlin, sydney) = (city(52.5, 13.4), city(-33.9, 151.2));
        assert!((16_000.0..16_200.0).contains(&berlin.apart(&sydney)), "{}", berlin.apart(&sydney));
        assert!((0.0..1.0).contains(&city(0.0, 180.0).apart(&city(0.0, -180.0))));
        assert!((20_000.0..20_030.0).contains(&city(90.0, 0.0).apart(&city(-90.0, 0.0))));
    }

    #[test]
    fn neighbouring_countries_touch_and_distant_ones_do_not() {
        for (a, b) in [("DE", "FR"), ("US", "CA"), ("US", "MX"), ("CN", "RU"), ("CN", "VN"), ("BR", "AR")] {
            assert!(country(a).apart(&country(b)) < 1.0, "{a} and {b}");
        }
        for (a, b) in [("DE", "US"), ("DE", "CN"), ("BR", "JP"), ("GB", "ZA"), ("FR", "SG")] {
            assert!(country(a).apart(&country(b)) > 2_000.0, "{a} and {b}");
        }
    }

    #[test]
    fn a_country_is_two_letters() {
        assert_eq!(Country::parse("de").map(|c| c.to_string()).as_deref(), Some("DE"));
        for code in ["", "D", "DEU", "1A", "ö"] {
            assert_eq!(Country::parse(code), None, "{code}");
        }
    }
}
