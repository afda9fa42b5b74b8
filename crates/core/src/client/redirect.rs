//! Redirect URIs: absolute, without a fragment (RFC 6749 §3.1.2), kept byte for byte. Only those that every reader of
//! URLs takes apart in the same way: where two disagree on the host, one checks it and another goes there.

use super::manage::ClientError;
use super::origin::{is_host, split_port};

/// The most that one client may register.
const MAX: usize = 20;
/// The longest, in characters.
const MAX_LENGTH: usize = 2048;
/// A page at these runs what is in the URI, or reads what is on the device.
const DANGEROUS: [&str; 9] =
    ["about", "blob", "data", "file", "filesystem", "javascript", "mailto", "vbscript", "view-source"];

pub(super) fn checked_uris(uris: Vec<String>) -> Result<Vec<String>, ClientError> {
    if uris.len() > MAX {
        return Err(ClientError::RedirectUri("at most 20 URIs"));
    }
    uris.iter().try_for_each(|uri| check(uri)).map_err(ClientError::RedirectUri)?;
    Ok(uris)
}

/// Whether users can be sent to this URI.
///
/// # Errors
/// Says what is wrong with it.
pub fn check(uri: &str) -> Result<(), &'static str> {
    if uri.len() > MAX_LENGTH {
        return Err("at most 2048 characters");
    }
    // RFC 3986 §2 has none of these; browsers take a backslash for a slash.
    if !uri.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte)) {
        return Err("it holds a character that a URI may not hold");
    }
    if uri.contains('#') {
        return Err("no fragment");
    }
    let (scheme, rest) = uri.split_once("://").ok_or("expected SCHEME://…")?;
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err("it must name no user");
    }
    check_scheme(scheme)?;
    check_authority(scheme, authority)?;
    if rest.is_empty() { Err("expected something after ://") } else { Ok(()) }
}

fn check_scheme(scheme: &str) -> Result<(), &'static str> {
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    if !is_scheme {
        return Err("expected SCHEME://…");
    }
    match DANGEROUS.iter().any(|known| known.eq_ignore_ascii_case(scheme)) {
        true => Err("nobody can be sent to that scheme safely"),
        false => Ok(()),
    }
}

fn check_authority(scheme: &str, authority: &str) -> Result<(), &'static str> {
    let (host, port) = split_port(authority);
    let fits = |port: &str| port.parse::<u16>().is_ok_and(|number| number.to_string() == port);
    if !port.is_none_or(fits) {
        return Err("the port must be a number up to 65535, without leading zeros");
    }
    let is_web = ["http", "https"].iter().any(|web| web.eq_ignore_ascii_case(scheme));
    // An app's own scheme needs no host.
    let is_app = !is_web && host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b));
    let fits = if host.is_empty() { is_app && port.is_none() } else { is_app || is_host(host) };
    if fits { Ok(()) } else { Err("the host is not understood") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_and_apps_can_be_redirected_to() {
        for good in [
            "https://shop.test/cb",
            "https://shop.test",
            "https://shop.test?x=y://z@a",
            "https://SHOP.test:443/cb/../x%20y",
            "https://[2001:db8::1]:8443/cb",
            "http://localhost:3000/cb",
            "http://127.0.0.1/",
            "com.example.app://callback",
            "com.example.app:///callback?x",
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn p18_what_readers_of_urls_disagree_on_is_no_redirect_uri() {
        for bad in [
            "",
            "/relative",
            "//shop.test/cb",
            "https:shop.test/cb",
            "https://",
            "https:///shop.test/cb",
            "https://shop.test/#f",
            "https://shop.test/ b",
            "https://\u{e9}.test/",
            "https://shop.test\\@evil.test/",
            "https://evil.test\\.shop.test/",
            "https://shop.test@evil.test/",
            "https://shop.test:80@evil.test/",
            "https://shop.test:0443/",
            "https://shop.test:65536/",
            "https://shop.test:/",
            "https://shop%2etest/",
            "https://shop..test/",
            "https://shop.test,evil.test/",
            "https://[::1",
            "https://[::1]evil.test/",
            "https://[v1.a]/",
            "https://0x7f.1/",
            "https://127.1/",
            "javascript://shop.test/%0aalert(1)",
            "JavaScript://shop.test/%0aalert(1)",
            "data://text/html,x",
            "file:///etc/passwd",
            "1https://shop.test/",
            "ht\ttps://shop.test/",
            "a_b://shop.test/",
            "app://a%zz/",
        ] {
            assert!(check(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn not_too_many_and_not_too_long() {
        let uri = |n: usize| format!("https://shop.test/{n}");
        assert!(checked_uris((0..MAX).map(uri).collect()).is_ok());
        assert!(checked_uris((0..=MAX).map(uri).collect()).is_err());
        let long = |n: usize| format!("https://shop.test/{}", "a".repeat(n - 18));
        assert_eq!((check(&long(MAX_LENGTH)), check(&long(MAX_LENGTH + 1)).is_err()), (Ok(()), true));
    }
}
