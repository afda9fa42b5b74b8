//! What is remembered of a user's sign-ins: enough to say what is usual, and no more. No full address is kept.

use super::place::{Agent, Area, Country, Place, Point};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

const DAY: i64 = 86_400;

/// Days after which a network, a country, an operator or a kind of device that was not seen again is forgotten.
const MEMORY: i64 = 180;

/// Sign-ins after which all counts are halved, so that old habits fade.
const FADE: u32 = 256;

/// Consecutive sign-ins in another time zone after which that is the user's.
const SETTLED: u8 = 10;

/// A habit is what at least one sign-in of so many shows.
const RARE: u32 = 20;

/// What is remembered of one user in one tenant. At most about 2 KiB as JSON.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct History {
    /// Sign-ins that were learned.
    #[serde(rename = "n")]
    learned: u32,
    /// Seconds since the epoch at the first of them.
    #[serde(rename = "f")]
    first: i64,
    #[serde(rename = "w")]
    networks: Seen<u64, 20>,
    #[serde(rename = "c")]
    countries: Seen<Country, 8>,
    #[serde(rename = "a")]
    operators: Seen<u32, 12>,
    #[serde(rename = "u")]
    agents: Seen<Agent, 8>,
    /// Sign-ins in each hour of the user's day.
    #[serde(rename = "h")]
    hours: [u16; 24],
    #[serde(rename = "z", skip_serializing_if = "Option::is_none")]
    zone: Option<String>,
    /// Consecutive sign-ins in another zone.
    #[serde(rename = "e", skip_serializing_if = "is_zero")]
    elsewhere: u8,
    #[serde(rename = "l", skip_serializing_if = "Option::is_none")]
    last: Option<Last>,
}

/// Seconds since the epoch, degrees north and east, and kilometres around.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
struct Last(i64, f32, f32, f32);

/// A sign-in that was granted and whose user was seen.
#[derive(Clone, PartialEq, Debug)]
pub struct SignInSeen {
    /// When.
    pub at: Timestamp,
    /// From which address.
    pub ip: Option<IpAddr>,
    /// From where.
    pub place: Place,
    /// With what kind of device.
    pub agent: Option<Agent>,
}

/// A journey that nobody makes.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Leap {
    /// At least so far.
    pub kilometres: f32,
    /// In so long.
    pub minutes: i64,
}

impl History {
    /// The form at rest that this program writes; it reads no other.
    const VERSION: u8 = 1;

    /// Sign-ins after which the learning period may end.
    pub const ENOUGH: u32 = 5;

    /// Nobody travels faster, in km/h.
    const FASTEST: f32 = 900.0;

    /// Databases err by so much, in kilometres.
    const NEAR: f32 = 100.0;

    /// From its form at rest; `None` if it is none of ours. A history that cannot be read is no history: everything is
    /// then new, which asks for more, never for less.
    pub fn from_json(text: &str) -> Option<Self> {
        #[derive(Deserialize)]
        struct Version {
            v: u8,
        }
        let Version { v } = serde_json::from_str(text).ok()?;
        if v == Self::VERSION { serde_json::from_str(text).ok() } else { None }
    }

    /// Its form at rest.
    pub fn to_json(&self) -> String {
        #[derive(Serialize)]
        struct Versioned<'a> {
            v: u8,
            #[serde(flatten)]
            history: &'a History,
        }
        serde_json::to_string(&Versioned { v: Self::VERSION, history: self })
            .expect("numbers, texts and lists always serialize")
    }

    /// Sign-ins that were learned.
    pub const fn learned(&self) -> u32 {
        self.learned
    }

    /// Whether too little is known to judge by.
    pub fn learning(&self, period_days: u16, now: Timestamp) -> bool {
        let over = self.first.saturating_add(i64::from(period_days) * DAY);
        self.learned < Self::ENOUGH || now.as_seconds() < over
    }

    /// Remembers a sign-in. Only what was granted may be learned, or else whoever fails often enough becomes usual.
    pub fn learn(&mut self, seen: &SignInSeen) {
        let (now, day) = (seen.at.as_seconds(), today(seen.at));
        if self.learned == 0 {
            self.first = now;
        }
        self.learned = self.learned.saturating_add(1);
        if self.learned.is_multiple_of(FADE) {
            self.fade();
        }
        if let Some(ip) = seen.ip {
            self.networks.see(&network(ip), day);
        }
        if let Some(country) = &seen.place.country {
            self.countries.see(country, day);
        }
        if let Some(asn) = &seen.place.asn {
            self.operators.see(asn, day);
        }
        if let Some(agent) = &seen.agent {
            self.agents.see(agent, day);
        }
        self.settle(seen.place.zone.as_deref());
        let hour = &mut self.hours[self.hour(seen.at)];
        *hour = hour.saturating_add(1);
        if let Some(Area { middle, reach }) = seen.place.area() {
            self.last = Some(Last(now, middle.latitude, middle.longitude, reach));
        }
    }

    /// Whether the user was seen in this network: the /24 of an IPv4 address, the /48 of an IPv6 address.
    pub(super) fn knows_network(&self, ip: IpAddr, now: Timestamp) -> bool {
        self.networks.knows(&network(ip), today(now))
    }

    /// Whether the user was seen in this country.
    pub(super) fn knows_country(&self, country: Country, now: Timestamp) -> bool {
        self.countries.knows(&country, today(now))
    }

    /// Whether the user is in this country now and then.
    pub(super) fn frequents(&self, country: Country, now: Timestamp) -> bool {
        self.countries.share(&country, today(now))
    }

    /// Whether the user was seen with this network operator.
    pub(super) fn knows_operator(&self, asn: u32, now: Timestamp) -> bool {
        self.operators.knows(&asn, today(now))
    }

    /// Whether the user was seen with this kind of device, or with none that told its kind.
    pub(super) fn knows_agent(&self, agent: &Agent, now: Timestamp) -> bool {
        self.agents.0.is_empty() || self.agents.knows(agent, today(now))
    }

    /// Whether the user is now and then seen at about this hour.
    pub(super) fn usual_hour(&self, now: Timestamp) -> bool {
        let hour = self.hour(now);
        let count = |hour: usize| u32::from(self.hours[hour % 24]);
        let about = count(hour + 23) + count(hour) + count(hour + 1);
        let all: u32 = self.hours.iter().map(|count| u32::from(*count)).sum();
        about > 0 && about.saturating_mul(RARE) >= all
    }

    /// The journey since the last sign-in, if nobody makes it.
    pub(super) fn leap(&self, place: &Place, now: Timestamp) -> Option<Leap> {
        let Last(at, latitude, longitude, reach) = self.last?;
        let before = Area { middle: Point { latitude, longitude }, reach };
        let kilometres = before.apart(&place.area()?);
        let seconds = now.as_seconds().saturating_sub(at).max(1);
        let speed = kilometres / (seconds as f32 / 3600.0);
        let leap = Leap { kilometres, minutes: seconds / 60 };
        (kilometres > Self::NEAR && speed > Self::FASTEST).then_some(leap)
    }

    /// The hour of the user's day, in their own time zone as far as that is known, else in UTC.
    fn hour(&self, at: Timestamp) -> usize {
        let offset = self.zone.as_deref().and_then(|zone| offset(zone, at)).unwrap_or(0);
        let hour = at.as_seconds().saturating_add(offset).div_euclid(3600).rem_euclid(24);
        usize::try_from(hour).unwrap_or(0)
    }

    /// The user's time zone is where they were first seen, until they have moved for good: a journey is no new home.
    fn settle(&mut self, zone: Option<&str>) {
        let Some(zone) = zone.filter(|zone| jiff::tz::TimeZone::get(zone).is_ok()) else { return };
        if self.zone.as_deref() == Some(zone) {
            self.elsewhere = 0;
        } else {
            self.elsewhere += 1;
            if self.zone.is_none() || self.elsewhere >= SETTLED {
                self.zone = Some(zone.to_owned());
                self.elsewhere = 0;
            }
        }
    }

    fn fade(&mut self) {
        self.hours.iter_mut().for_each(|count| *count /= 2);
        self.countries.fade();
    }
}

/// Seconds east of UTC.
fn offset(zone: &str, at: Timestamp) -> Option<i64> {
    let zone = jiff::tz::TimeZone::get(zone).ok()?;
    let at = jiff::Timestamp::from_second(at.as_seconds()).ok()?;
    Some(zone.to_offset(at).seconds().into())
}

fn today(at: Timestamp) -> i64 {
    at.as_seconds().div_euclid(DAY)
}

fn is_zero(count: &u8) -> bool {
    *count == 0
}

/// A number for the network: 24 bits of an IPv4 address, or 48 of an IPv6 address with a bit before them.
pub(super) fn network(ip: IpAddr) -> u64 {
    match ip.to_canonical() {
        IpAddr::V4(v4) => u64::from(v4.to_bits() >> 8),
        IpAddr::V6(v6) => u64::try_from(v6.to_bits() >> 80).unwrap_or(0) | 1 << 48,
    }
}

/// At most `N` things that were seen, how often, and on which day last.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct Seen<K, const N: usize>(Vec<(K, u32, i64)>);

impl<K, const N: usize> Default for Seen<K, N> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K: PartialEq + Clone, const N: usize> Seen<K, N> {
    fn knows(&self, key: &K, today: i64) -> bool {
        self.0.iter().any(|(known, _, day)| known == key && day + MEMORY >= today)
    }

    /// Whether it is at least one of [`RARE`].
    fn share(&self, key: &K, today: i64) -> bool {
        let all: u32 = self.0.iter().map(|(_, count, _)| count).sum();
        let often = |count: &u32| count.saturating_mul(RARE) >= all;
        self.0.iter().any(|(known, count, day)| known == key && day + MEMORY >= today && often(count))
    }

    /// What is full forgets what was not seen for longest.
    fn see(&mut self, key: &K, today: i64) {
        self.0.retain(|(_, _, day)| day + MEMORY >= today);
        match self.0.iter_mut().find(|(known, ..)| known == key) {
            Some((_, count, day)) => (*count, *day) = (count.saturating_add(1), today),
            None => {
                if self.0.len() >= N
                    && let Some(oldest) = (0..self.0.len()).min_by_key(|place| self.0[*place].2)
                {
                    self.0.remove(oldest);
                }
                self.0.push((key.clone(), 1, today));
            }
        }
    }

    fn fade(&mut self) {
        self.0.iter_mut().for_each(|(_, count, _)| *count = (*count / 2).max(1));
    }
}

#[cfg(test)]
mod tests;
