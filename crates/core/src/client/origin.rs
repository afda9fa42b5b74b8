//! Origins: which web pages may read our answers in a browser (RFC 6454 §6.2, the ASCII serialization).

use super::manage::ClientError;
use std::collections::HashSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The most origins that one client may register.
const MAX: usize = 20;
/// The longest host name (RFC 1035 §2.3.4), in characters.
const MAX_HOST: usize = 253;

/// Exactly what browsers send in `Origin`, so that comparing bytes is enough; each once.
pub(super) fn checked_origins(origins: Vec<String>) -> Result<Vec<String>, ClientError> {
    if origins.len() > MAX {
        return Err(ClientError::Origin("at most 20 origins"));
    }
    let mut seen = HashSet::new();
    for origin in &origins {
        check(origin).map_err(ClientError::Origin)?;
        if !seen.insert(origin) {
            return Err(ClientError::Origin("name each origin once"));
        }
    }
    Ok(origins)
}

/// Whether a page can have this origin, spelled as its browser spells it.
///
/// # Errors
/// Says what is wrong with it.
pub fn check(origin: &str) -> Result<(), &'static str> {
    if origin == "null" {
        return Err("null stands for every page without an origin of its own, so it names nobody");
    }
    if origin.contains('*') {
        return Err("no wildcards; name each origin");
    }
    let (scheme, authority) = origin.split_once("://").ok_or("expected https://HOST or https://HOST:PORT")?;
    if authority.contains(['/', '?', '#', '\\']) {
        return Err("an origin ends with its host or port; remove the slash and what follows");
    }
    if authority.contains('@') {
        return Err("an origin names no user");
    }
    if !origin.is_ascii() {
        return Err("write the host in ASCII, as browsers do (xn--…)");
    }
    if origin.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Err("write it in lower case, as browsers do");
    }
    let (host, port) = split_port(authority);
    if let Some(port) = port {
        check_port(scheme, port)?;
    }
    let is_loopback = check_host(host)?;
    match scheme {
        "https" => Ok(()),
        "http" if is_loopback => Ok(()),
        "http" => Err("plain http only for localhost, 127.0.0.1 and [::1]; use https"),
        _ => Err("only https, and http on this machine"),
    }
}

/// Host and port; an IPv6 host keeps its brackets.
pub(super) fn split_port(authority: &str) -> (&str, Option<&str>) {
    let end_of_host = authority.find(']').map_or(0, |bracket| bracket + 1);
    match authority[end_of_host..].find(':') {
        Some(colon) => (&authority[..end_of_host + colon], Some(&authority[end_of_host + colon + 1..])),
        None => (authority, None),
    }
}

fn check_port(scheme: &str, port: &str) -> Result<(), &'static str> {
    let number = port.parse::<u16>().ok().filter(|number| *number > 0 && number.to_string() == port);
    match (scheme, number) {
        (_, None) => Err("the port must be from 1 to 65535, without leading zeros"),
        ("https", Some(443)) | ("http", Some(80)) => Err("leave the scheme's own port out, as browsers do"),
        _ => Ok(()),
    }
}

/// Whether browsers read this as a host, in whatever case.
pub(super) fn is_host(host: &str) -> bool {
    check_host(&host.to_ascii_lowercase()).is_ok()
}

/// Whether the host is this machine.
fn check_host(host: &str) -> Result<bool, &'static str> {
    const UNKNOWN: &str = "the host is not understood";
    if let Some(inside) = host.strip_prefix('[') {
        let inside = inside.strip_suffix(']').ok_or(UNKNOWN)?;
        let ip = inside.parse::<Ipv6Addr>().map_err(|_| UNKNOWN)?;
        // Browsers never write an IPv4 address into an IPv6 one, as Rust does.
        return match ip.to_string() == inside && ip.to_ipv4_mapped().is_none() {
            true => Ok(ip.is_loopback()),
            false => Err("write the IPv6 address in its shortest form, as browsers do"),
        };
    }
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
    };
    if host.len() > MAX_HOST || !host.split('.').all(is_label) {
        return Err(UNKNOWN);
    }
    // Browsers read a host that ends in a number as an IPv4 address, and write it in its one form.
    let last = host.rsplit('.').next().unwrap_or_default();
    if last.starts_with("0x") || last.bytes().all(|b| b.is_ascii_digit()) {
        let ip = host.parse::<Ipv4Addr>().map_err(|_| "write the IPv4 address as four decimal numbers")?;
        return Ok(IpAddr::V4(ip).is_loopback());
    }
    Ok(host == "localhost" || host.ends_with(".localhost"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_browsers_send_is_an_origin() {
        for good in [
            "https://app.example.org",
            "https://app.example.org:8443",
            "https://xn--bcher-kva.example",
            "https://192.0.2.7",
            "https://[2001:db8::1]:8443",
            "https://intranet",
            "http://localhost:3000",
            "http://app.localhost",
            "http://127.0.0.1:5173",
            "http://[::1]",
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for bad in [
            "",
            "null",
            "*",
            "https://*",
            "https://*.example.org",
            "https://",
            "app.example.org",
            "//app.example.org",
            "https:app.example.org",
            "https://app.example.org/",
            "https://app.example.org/path",
            "https://app.example.org?x",
            "https://app.example.org#x",
            "https://app.example.org\\x",
            "https://user@app.example.org",
            "https://user:pass@app.example.org",
            "HTTPS://app.example.org",
            "https://App.example.org",
            "https://b\u{fc}cher.example",
            "https://app.example.org:443",
            "http://localhost:80",
            "https://app.example.org:",
            "https://app.example.org:0",
            "https://app.example.org:08443",
            "https://app.example.org:+1",
            "https://app.example.org:65536",
            "https://app..example.org",
            "https://app.example.org.",
            "https://app.example.org ",
            " https://app.example.org",
            "https://app.example.org\n",
            "https://a.example,https://b.example",
            "https://192.0.2.07",
            "https://192.0.2",
            "https://0x7f.1",
            "https://1.0x7f",
            "https://[2001:DB8::1]",
            "https://[2001:db8:0:0::1]",
            "https://[::ffff:192.0.2.1]",
            "https://[::ffff:c000:201]",
            "https://[::1",
            "https://[::1]x",
            "http://app.example.org",
            "http://localhost.example.org",
            "http://127.0.0.1.example.org",
            "http://192.168.0.1",
            "ftp://app.example.org",
            "file://",
            "capacitor://localhost",
            "chrome-extension://abcdefgh",
        ] {
            assert!(check(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn each_once_and_not_too_many() {
        let origin = |n: usize| format!("https://app{n}.example.org");
        assert!(checked_origins((0..MAX).map(origin).collect()).is_ok());
        assert!(checked_origins((0..=MAX).map(origin).collect()).is_err());
        assert!(checked_origins(vec![origin(1), origin(1)]).is_err());
    }
}
