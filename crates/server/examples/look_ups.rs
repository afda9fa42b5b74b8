//! What the look-ups of a sign-in cost: the country of an address and the kind of a device.
//!
//! `look_ups 0` and `look_ups 10000` under callgrind or memcheck: the difference in instructions or allocations, by the
//! number, is what one of both costs.

use std::net::{IpAddr, Ipv4Addr};

use authms_core::ports::{Agents as _, Places as _};
use authms_server::agents::UserAgents;
use authms_server::config::Geo;
use authms_server::places::LivePlaces;

const AGENTS: [&str; 3] = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
];

fn main() {
    let count: u32 = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(10_000);
    let Ok(places) = LivePlaces::open(&Geo::default()) else {
        panic!("the database in the binary is damaged")
    };
    let mut known = 0_u32;
    for number in 0..count {
        // All over the address space.
        let ip = IpAddr::V4(Ipv4Addr::from(number.wrapping_mul(2_654_435_761)));
        let place = places.place(ip);
        let agent = UserAgents.agent(AGENTS[number as usize % AGENTS.len()]);
        known += u32::from(place.country.is_some() && agent.is_some());
    }
    println!("{known} of {count} known");
}
