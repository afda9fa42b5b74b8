//! The targets, one file each.

mod bodies;
mod config;
mod hashes;
mod headers;
mod import;
mod jwt;
mod names;
mod passkeys;
mod paths;
mod places;
mod proxies;
mod redirects;
mod requests;
mod tickets;
mod totp;
mod wire;

/// Something to be fuzzed.
#[derive(Clone, Copy)]
pub struct Target {
    /// Its name, and that of the folder with its corpus.
    pub name: &'static str,
    /// Panics if something does not hold for these bytes.
    pub run: fn(&[u8]),
}

/// All targets.
pub const TARGETS: [Target; 16] = [
    Target { name: "bodies", run: bodies::run },
    Target { name: "config", run: config::run },
    Target { name: "hashes", run: hashes::run },
    Target { name: "headers", run: headers::run },
    Target { name: "import", run: import::run },
    Target { name: "jwt", run: jwt::run },
    Target { name: "names", run: names::run },
    Target { name: "passkeys", run: passkeys::run },
    Target { name: "paths", run: paths::run },
    Target { name: "places", run: places::run },
    Target { name: "proxies", run: proxies::run },
    Target { name: "redirects", run: redirects::run },
    Target { name: "requests", run: requests::run },
    Target { name: "tickets", run: tickets::run },
    Target { name: "totp", run: totp::run },
    Target { name: "wire", run: wire::run },
];

/// The target of this name.
pub fn target(name: &str) -> Option<Target> {
    TARGETS.into_iter().find(|target| target.name == name)
}
