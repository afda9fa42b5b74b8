//! Lists of networks, one a line.

use std::net::IpAddr;
use std::path::Path;

use ipnet::IpNet;

use crate::failure::Failure;

/// Networks of one list, sorted, none within another.
#[derive(Default)]
pub struct Networks(Vec<IpNet>);

impl Networks {
    /// Reads a file: a network or an address a line, comments after `#`.
    ///
    /// # Errors
    /// If it cannot be read, or a line is neither; `setting` named it.
    pub fn read(setting: &str, file: &Path) -> Result<Self, Failure> {
        let text = std::fs::read_to_string(file)
            .map_err(|error| Failure::new(format!("cannot read `{setting}` {}: {error}", file.display())))?;
        Self::parse(&text).map_err(|line| {
            let file = file.display();
            Failure::new(format!(
                "`{setting}` {file}, line {line}: neither a network, as 192.0.2.0/24, nor an address"
            ))
        })
    }

    /// The list in a text, or the number of the first line that is wrong.
    pub fn parse(text: &str) -> Result<Self, usize> {
        let mut all = Vec::new();
        for (line, number) in text.lines().zip(1_usize..) {
            let line = line.split('#').next().unwrap_or_default().trim();
            if line.is_empty() {
                continue;
            }
            let network = line.parse::<IpNet>().or_else(|_| line.parse::<IpAddr>().map(IpNet::from));
            all.push(network.map_err(|_| number)?.trunc());
        }
        Ok(Self(IpNet::aggregate(&all)))
    }

    /// Whether one of them holds this address.
    pub fn contains(&self, ip: IpAddr) -> bool {
        let after = self.0.partition_point(|network| network.network() <= ip);
        after.checked_sub(1).is_some_and(|last| self.0[last].contains(&ip))
    }
}

/// Whether an address can be anywhere in the world, rather than in a network of its own.
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => {
            let shared = v4.octets()[0] == 100 && v4.octets()[1] & 0xc0 == 64;
            !(v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_unspecified() || shared)
        }
        IpAddr::V6(v6) => {
            !(v6.is_unique_local() || v6.is_loopback() || v6.is_unicast_link_local() || v6.is_unspecified())
        }
    }
}
