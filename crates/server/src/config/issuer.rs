//! What may be an issuer. Others compare it letter by letter, so it has exactly one spelling.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Checks an issuer.
///
/// # Errors
/// Says what is wrong with it.
pub(super) fn check(url: &str) -> Result<(), &'static str> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let rest = rest.ok_or("it must begin with https:// or http://")?;
    if url.contains(['?', '#']) {
        return Err("it must have no query and no fragment");
    }
    if url.ends_with('/') {
        return Err("remove the slash at its end");
    }
    if !url.bytes().all(is_url_byte) {
        return Err("it holds a character that a URL may not hold");
    }
    let authority = rest.split('/').next().unwrap_or_default();
    if authority.contains('@') {
        return Err("it must name no user");
    }
    let (host, port) = split_port(authority)?;
    if port.is_some_and(|port| port.parse::<u16>().is_err() || port.starts_with(['0', '+'])) {
        return Err("its port must be from 1 to 65535");
    }
    check_host(host)
}

/// Whether tokens would cross a network in the clear: plain http to a host that is not this machine.
pub(super) fn is_exposed(url: &str) -> bool {
    url.starts_with("http://") && !is_local(url)
}

/// Whether a URL is one of this machine.
pub fn is_local(url: &str) -> bool {
    let Some((_, rest)) = url.split_once("://") else { return false };
    let authority = rest.split('/').next().unwrap_or_default();
    split_port(authority).is_ok_and(|(host, _)| is_loopback(host))
}

fn is_url_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~:/[]@!$&'()*+,;=%".contains(&byte)
}

/// Host and port; an IPv6 host keeps its brackets.
fn split_port(authority: &str) -> Result<(&str, Option<&str>), &'static str> {
    let host_end = match authority.find(']') {
        Some(bracket) => bracket + 1,
        None => authority.find(':').unwrap_or(authority.len()),
    };
    let (host, port) = authority.split_at(host_end);
    match port.strip_prefix(':') {
        Some(port) => Ok((host, Some(port))),
        None if port.is_empty() => Ok((host, None)),
        None => Err("its host is not understood"),
    }
}

fn check_host(host: &str) -> Result<(), &'static str> {
    if let Some(inside) = bracketed(host) {
        return inside.parse::<Ipv6Addr>().map(drop).map_err(|_| "its host is no IPv6 address");
    }
    if host.is_empty() {
        return Err("it must name a host");
    }
    if host.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Err("write its host in lower case");
    }
    let is_label = |label: &str| {
        !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    if host.split('.').all(is_label) { Ok(()) } else { Err("its host is not understood") }
}

fn is_loopback(host: &str) -> bool {
    match bracketed(host) {
        Some(inside) => {
            inside.parse::<Ipv6Addr>().is_ok_and(|ip| IpAddr::V6(ip).to_canonical().is_loopback())
        }
        None => {
            host == "localhost"
                || host.ends_with(".localhost")
                || host.parse::<Ipv4Addr>().is_ok_and(|ip| ip.is_loopback())
        }
    }
}

fn bracketed(host: &str) -> Option<&str> {
    host.strip_prefix('[')?.strip_suffix(']')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_absolute_url_is_an_issuer() {
        for good in [
            "https://id.example.org",
            "https://id.example.org:8443/auth/v1",
            "http://localhost:8080",
            "http://127.0.0.1",
            "http://[::1]:8080",
            "https://authms_internal",
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for bad in [
            "",
            "id.example.org",
            "ftp://id.example.org",
            "HTTPS://id.example.org",
            "https://",
            "https:///path",
            "https://id.example.org/",
            "https://id.example.org?x=1",
            "https://id.example.org#x",
            "https://user@id.example.org",
            "https://ID.example.org",
            "https://id..example.org",
            "https://id.example.org:",
            "https://id.example.org:0",
            "https://id.example.org:65536",
            "https://[::1]x",
            "https://[zz]",
            "https://id.example.org/a b",
            "https://id.example.org/\n",
            "https://bücher.example",
        ] {
            assert!(check(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn plain_http_is_exposed_unless_it_stays_on_this_machine() {
        for safe in ["https://a.example", "http://localhost", "http://127.9.9.9:80/x", "http://[::1]:8080"] {
            assert!(!is_exposed(safe), "{safe}");
        }
        for exposed in ["http://a.example", "http://localhost.example", "http://10.0.0.1", "http://[fd00::1]"]
        {
            assert!(is_exposed(exposed), "{exposed}");
        }
    }
}
