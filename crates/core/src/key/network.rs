//! Where an API key may be used from.

use crate::id::RestrictionId;
use ipnet::IpNet;
use std::fmt;

/// A network that an API key may be used from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Restriction {
    /// What names it.
    pub id: RestrictionId,
    /// The network; a single address is one of full length.
    pub network: IpNet,
    /// What it is, for people: 1–100 characters.
    pub label: Option<String>,
}

impl Restriction {
    /// The most that a key may have.
    pub const MAX: usize = 32;

    /// The address, or the network as CIDR.
    pub fn value(&self) -> impl fmt::Display + use<> {
        Value(self.network)
    }
}

struct Value(IpNet);

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.prefix_len() == self.0.max_prefix_len() {
            fmt::Display::fmt(&self.0.addr(), f)
        } else {
            fmt::Display::fmt(&self.0, f)
        }
    }
}

/// A network to be allowed, as it was written.
#[derive(Clone, Debug)]
pub struct NewRestriction {
    /// An address or a network as CIDR, IPv4 or IPv6.
    pub value: String,
    /// What it is, for people: 1–100 characters.
    pub label: Option<String>,
}
