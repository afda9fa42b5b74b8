//! From text to values. Each function refuses with the words for what it expected.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr as _;

use authms_core::text::unmapped;
use authms_crypto::{Peppers, SecretString};
use ipnet::IpNet;

use super::model::{StorePlace, SyslogAt};
use super::settings::Kind;
use super::{LogLevels, issuer, passkeys};

/// Checks a text by its kind alone.
///
/// # Errors
/// Says what was expected. Never repeats the text.
pub(super) fn check(kind: Kind, text: &str) -> Result<(), String> {
    match kind {
        Kind::Number { .. } => number(kind, text).map(drop),
        Kind::Listen => listen(text).map(drop),
        Kind::Issuer => issuer::check(text).map_err(|what| format!("{}; {what}", expected(kind))),
        Kind::Networks => networks(text).map(drop),
        Kind::Domain => passkeys::check_domain(text).map_err(|what| format!("{}; {what}", expected(kind))),
        Kind::Origins => passkeys::origins(text).map(drop),
        Kind::Text if is_word(text) => Ok(()),
        Kind::Path if !text.is_empty() && !text.contains('\0') => Ok(()),
        Kind::Choice(words) if words.contains(&text) => Ok(()),
        Kind::Text | Kind::Path | Kind::Choice(_) => Err(expected(kind)),
        Kind::Levels => LogLevels::from_str(text).map(drop).map_err(|()| expected(kind)),
        Kind::StoreUrl => store_place(text).map(drop),
        // The form of the key is the business of whoever unlocks with it.
        Kind::MasterKey => Ok(()),
        Kind::Peppers => {
            Peppers::default().with(text).map(drop).map_err(|why| format!("{}; {why}", expected(kind)))
        }
        Kind::Secret if (1..=1024).contains(&text.len()) && !text.chars().any(char::is_control) => Ok(()),
        Kind::Email if authms_core::text::email(text).is_ok() => Ok(()),
        Kind::Url if is_safe_url(text) => Ok(()),
        Kind::Json if text.len() <= 4096 && serde_json::from_str::<serde_json::Value>(text).is_ok() => Ok(()),
        Kind::Syslog => syslog(text).map(drop),
        Kind::Secret | Kind::Email | Kind::Url | Kind::Json => Err(expected(kind)),
    }
}

/// What a kind of setting takes, in words.
pub(super) fn expected(kind: Kind) -> String {
    match kind {
        Kind::Number { min, max, unit } => format!("a whole number from {min} to {max} ({unit})"),
        Kind::Listen => "an IP address and port such as 127.0.0.1:8080 or [::]:8080".into(),
        Kind::Issuer => "an absolute URL such as https://id.example.org, without trailing slash".into(),
        Kind::Networks => "IP networks such as 10.0.0.0/8 or single addresses".into(),
        Kind::Domain => "a domain such as example.org, without scheme and port".into(),
        Kind::Origins => "origins such as https://app.example.org".into(),
        Kind::Text => "1 to 255 characters without spaces".into(),
        Kind::Path => "a path".into(),
        Kind::Choice(words) => format!("one of {}", words.join(", ")),
        Kind::Levels => {
            "off, error, warn, info, debug or trace, or a list such as info,authms_http=debug".into()
        }
        Kind::StoreUrl => "`sqlite:<path>` or `postgres://user:password@host:port/database`".into(),
        Kind::MasterKey => "the master key as text".into(),
        Kind::Peppers => "a list of name:key, each key 32 random bytes as text".into(),
        Kind::Secret => "1 to 1024 characters on one line".into(),
        Kind::Email => "an e-mail address".into(),
        Kind::Url => "a URL such as https://app.example.org/reset, https off this machine".into(),
        Kind::Syslog => "a server such as tls://logs.example.org:6514 or tcp://127.0.0.1:601".into(),
        Kind::Json => "JSON of at most 4096 characters".into(),
    }
}

pub(super) fn number(kind: Kind, text: &str) -> Result<u32, String> {
    let Kind::Number { min, max, .. } = kind else { return Err(expected(kind)) };
    // `parse` would take a leading plus.
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = if digits { text.parse().ok() } else { None };
    number.filter(|number| (min..=max).contains(number)).ok_or_else(|| expected(kind))
}

pub(super) fn listen(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| expected(Kind::Listen))
}

fn is_word(text: &str) -> bool {
    (1..=255).contains(&text.chars().count()) && !text.chars().any(|c| c.is_whitespace() || c.is_control())
}

/// An absolute URL: over TLS, or on this machine.
fn is_safe_url(url: &str) -> bool {
    let safe = url.starts_with("https://") || (url.starts_with("http://") && issuer::is_local(url));
    safe && url.len() <= 2048 && url.bytes().all(|byte| byte.is_ascii_graphic()) && !url.contains('@')
}

/// A comma separated list; empty text is the empty list.
pub(super) fn networks(text: &str) -> Result<Vec<IpNet>, String> {
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    text.split(',').map(|item| network(item.trim())).collect()
}

fn network(text: &str) -> Result<IpNet, String> {
    let net = match text.parse::<IpAddr>() {
        Ok(address) => IpNet::from(address),
        Err(_) => text.parse().map_err(|_| expected(Kind::Networks))?,
    };
    if net.addr() != net.network() {
        return Err(format!(
            "a network; {net} is none, write {} or {}",
            net.trunc(),
            IpNet::from(net.addr())
        ));
    }
    Ok(unmapped(net))
}

/// Whether two networks share an address, an IPv4 address and its IPv6 form being the same one.
pub(super) fn overlap(a: &IpNet, b: &IpNet) -> bool {
    let (a, b) = (as_v6(a), as_v6(b));
    let shorter = a.1.min(b.1);
    let mask = u128::MAX.checked_shl(128 - u32::from(shorter)).unwrap_or(0);
    u128::from(a.0) & mask == u128::from(b.0) & mask
}

fn as_v6(net: &IpNet) -> (Ipv6Addr, u8) {
    match net {
        IpNet::V4(net) => (net.network().to_ipv6_mapped(), net.prefix_len() + 96),
        IpNet::V6(net) => (net.network(), net.prefix_len()),
    }
}

/// The server of syslog of a URL.
pub(super) fn syslog(url: &str) -> Result<SyslogAt, String> {
    let wrong = || expected(Kind::Syslog);
    let (scheme, place) = url.split_once("://").ok_or_else(wrong)?;
    let (is_tls, usual) = match scheme {
        "tls" => (true, 6514),
        "tcp" => (false, 601),
        _ => return Err(wrong()),
    };
    let bracketed = place.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    let (host, port) = match bracketed {
        Some((host, rest)) => (host, rest.strip_prefix(':').or((!rest.is_empty()).then_some(rest))),
        None => place.split_once(':').map_or((place, None), |(host, port)| (host, Some(port))),
    };
    let port = port.map_or(Ok(usual), |port| port.parse().map_err(|_| wrong()))?;
    let is_host = !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:_".contains(&b));
    if is_host { Ok(SyslogAt { is_tls, host: host.to_owned(), port }) } else { Err(wrong()) }
}

/// The database of a URL.
///
/// # Errors
/// What was expected.
pub fn store_place(url: &str) -> Result<StorePlace, String> {
    if !["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme)) {
        return store_path(url).map(StorePlace::File);
    }
    authms_store::postgres::check_url(url).map_err(|what| what.to_string())?;
    Ok(StorePlace::Server(SecretString::new(url.to_owned())))
}

/// The file of an SQLite URL, `sqlite:<path>` or `sqlite:///<absolute path>`.
fn store_path(url: &str) -> Result<PathBuf, String> {
    let path =
        url.strip_prefix("sqlite:").filter(|path| !path.is_empty() && !path.contains(['?', '#', '\0']));
    let path = path.ok_or_else(|| expected(Kind::StoreUrl))?;
    let path = match path.strip_prefix("//") {
        // `sqlite://dir/file` would name a host called `dir`.
        Some(rest) if !rest.starts_with('/') => return Err(expected(Kind::StoreUrl)),
        Some(rest) => rest,
        None => path,
    };
    // A store that is forgotten with the process is no store.
    if path.starts_with(':') {
        return Err(expected(Kind::StoreUrl));
    }
    Ok(path.into())
}
