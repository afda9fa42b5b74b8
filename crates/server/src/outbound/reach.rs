//! Which addresses requests of ours may go to: public ones, and what the operator adds. Everything else is somebody's inner network,
//! this machine, or the service that tells a cloud's machines their credentials.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

/// IPv4 addresses that are nobody's on the Internet (IANA's special-purpose registry), and multicast.
const CLOSED_V4: [([u8; 4], u8); 18] = [
    ([0, 0, 0, 0], 8),
    ([10, 0, 0, 0], 8),
    ([100, 64, 0, 0], 10),
    ([127, 0, 0, 0], 8),
    ([169, 254, 0, 0], 16),
    ([172, 16, 0, 0], 12),
    ([192, 0, 0, 0], 24),
    ([192, 0, 2, 0], 24),
    ([192, 31, 196, 0], 24),
    ([192, 52, 193, 0], 24),
    ([192, 88, 99, 0], 24),
    ([192, 168, 0, 0], 16),
    ([192, 175, 48, 0], 24),
    ([198, 18, 0, 0], 15),
    ([198, 51, 100, 0], 24),
    ([203, 0, 113, 0], 24),
    ([224, 0, 0, 0], 3),
    // Public by its number, and in Azure the machine's own metadata.
    ([168, 63, 129, 16], 32),
];

/// The same of IPv6, within what is public (2000::/3).
const CLOSED_V6: [([u16; 3], u8); 5] = [
    // Protocol assignments, with Teredo and ORCHID in it.
    ([0x2001, 0, 0], 23),
    ([0x2001, 0xdb8, 0], 32),
    // 6to4: an IPv4 address is in it.
    ([0x2002, 0, 0], 16),
    ([0x2620, 0x4f, 0x8000], 48),
    ([0x3fff, 0, 0], 20),
];

/// NAT64 (RFC 6052): the last four bytes are an IPv4 address, which is where it goes.
const NAT64: [u16; 6] = [0x64, 0xff9b, 0, 0, 0, 0];

/// Where requests may go to.
#[derive(Clone, Debug, Default)]
pub struct Reach {
    allowed: Vec<IpNet>,
}

impl Reach {
    /// To public addresses, and these networks.
    pub fn new(allowed: Vec<IpNet>) -> Self {
        Self { allowed }
    }

    /// Whether a request may go there.
    pub fn allows(&self, ip: IpAddr) -> bool {
        let ip = ip.to_canonical();
        self.allowed.iter().any(|network| network.contains(&ip)) || is_public(ip)
    }
}

fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            !CLOSED_V4.iter().any(|(network, bits)| is_within(ip.into(), (*network).into(), *bits, 32))
        }
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [a, b, c, d, e, f, g, h] = ip.segments();
    if [a, b, c, d, e, f] == NAT64 {
        let ([g, g2], [h, h2]) = (g.to_be_bytes(), h.to_be_bytes());
        return is_public(Ipv4Addr::new(g, g2, h, h2).into());
    }
    let closed = CLOSED_V6.iter().any(|([x, y, z], bits)| {
        is_within(ip.into(), Ipv6Addr::new(*x, *y, *z, 0, 0, 0, 0, 0).into(), *bits, 128)
    });
    a >> 13 == 1 && !closed
}

/// Whether the first bits of an address are those of a network.
fn is_within(ip: IpAddr, network: IpAddr, bits: u8, of: u8) -> bool {
    let number = |ip: IpAddr| match ip {
        IpAddr::V4(ip) => u128::from(ip.to_bits()),
        IpAddr::V6(ip) => ip.to_bits(),
    };
    (number(ip) ^ number(network)) >> (of - bits) == 0
}
