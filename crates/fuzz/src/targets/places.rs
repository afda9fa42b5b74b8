//! Where a request comes from: user agents, addresses, and lists of networks, compared with looking at each network.

use crate::input::Input;
use authms_core::ports::{Agents, Places};
use authms_core::risk::Agent;
use authms_server::agents::UserAgents;
use authms_server::config::Geo;
use authms_server::places::GeoPlaces;
use authms_testkit::dir::TempDir;
use ipnet::IpNet;
use std::net::IpAddr;
use std::sync::LazyLock;

static DIR: LazyLock<TempDir> = LazyLock::new(|| TempDir::new("authms-fuzz"));

/// Sixteen bytes of address; the rest is a user agent, and a list of networks.
pub fn run(data: &[u8]) {
    let mut input = Input(data);
    let v6 = IpAddr::from(input.array::<16>());
    let v4 = IpAddr::from(<[u8; 4]>::try_from(&data.get(..4).unwrap_or(&[0; 4])[..4]).expect("four"));
    let Some(text) = input.text() else { return };
    if let Some(agent) = UserAgents.agent(text) {
        let name = agent.as_str();
        assert!(
            (1..=Agent::MAX).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_graphic()),
            "{name:?}"
        );
    }
    let file = DIR.path().join("bad.txt");
    std::fs::write(&file, text).expect("a file");
    let config = Geo { bad_networks_file: Some(file), ..Geo::default() };
    let Ok(places) = GeoPlaces::open(&config) else { return };
    let listed: Vec<IpNet> = text.lines().filter_map(network).collect();
    for ip in [v4, v6, IpAddr::from([198, 51, 100, 7])] {
        let ip = ip.to_canonical();
        assert_eq!(places.is_bad(ip), listed.iter().any(|net| net.contains(&ip)), "{ip} in {listed:?}");
        let place = places.place(ip);
        assert_eq!(places.place(ip), place);
        assert!(place.country.is_none_or(|country| country.to_string().len() == 2));
    }
}

fn network(line: &str) -> Option<IpNet> {
    let line = line.split('#').next()?.trim();
    line.parse().or_else(|_| line.parse::<IpAddr>().map(IpNet::from)).ok()
}
