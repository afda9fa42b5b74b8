//! What a URL says of where to.

use std::net::IpAddr;

use hyper::Uri;

/// Where a request goes.
#[derive(Clone, Debug)]
pub struct Target {
    /// Whether TLS is spoken.
    pub(super) is_tls: bool,
    /// The host's name or address, without brackets.
    pub(super) host: String,
    pub(super) port: u16,
    /// Host and port as they stand in the URL.
    pub(super) authority: String,
    pub(super) path: String,
}

impl Target {
    /// Of an absolute URL of http or https that names no user.
    pub fn parse(url: &str) -> Option<Self> {
        let uri: Uri = url.parse().ok()?;
        let is_tls = match uri.scheme_str()? {
            "https" => true,
            "http" => false,
            _ => return None,
        };
        let authority = uri.authority().filter(|authority| !authority.as_str().contains('@'))?;
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        let port = authority.port_u16().unwrap_or(if is_tls { 443 } else { 80 });
        let path = uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        (!host.is_empty()).then_some(Self {
            is_tls,
            host,
            port,
            authority: authority.as_str().to_owned(),
            path,
        })
    }

    /// Whether TLS is spoken there.
    pub fn is_tls(&self) -> bool {
        self.is_tls
    }

    /// Its host, if that is an address.
    pub(super) fn literal(&self) -> Option<(IpAddr, u16)> {
        Some((self.host.parse().ok()?, self.port))
    }
}
