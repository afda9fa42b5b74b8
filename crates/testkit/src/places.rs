//! A small world, in which tests say where somebody is.

use authms_core::ports::{Agents, Places};
use authms_core::risk::{Agent, Country, Place};
use std::net::IpAddr;

/// An address at home: in Germany, with an operator for people.
pub const HOME: &str = "198.18.49.7";
/// Another operator in the same country.
pub const CAFE: &str = "198.18.50.7";
/// In Japan.
pub const JAPAN: &str = "198.18.81.7";
/// A server in Germany.
pub const SERVER: &str = "198.18.66.7";
/// A bad server in Japan.
pub const BAD: &str = "198.18.99.7";

/// Knows the addresses above and their neighbours; all others are nowhere.
pub struct SmallWorld;

impl Places for SmallWorld {
    fn place(&self, ip: IpAddr) -> Place {
        let (country, asn, hosting) = match third_octet(ip) {
            Some(49) => ("DE", 64_500, false),
            Some(50) => ("DE", 64_501, false),
            Some(81) => ("JP", 64_502, false),
            Some(66) => ("DE", 64_503, true),
            Some(99) => ("JP", 64_504, true),
            _ => return Place::default(),
        };
        Place { country: Country::parse(country), asn: Some(asn), hosting: Some(hosting), ..Place::default() }
    }

    fn is_bad(&self, ip: IpAddr) -> bool {
        third_octet(ip) == Some(99)
    }
}

impl Agents for SmallWorld {
    fn agent(&self, user_agent: &str) -> Option<Agent> {
        user_agent.split('/').next().map(Agent::new)
    }
}

fn third_octet(ip: IpAddr) -> Option<u8> {
    match ip {
        IpAddr::V4(v4) if v4.octets()[..2] == [198, 18] => Some(v4.octets()[2]),
        _ => None,
    }
}
