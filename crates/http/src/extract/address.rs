//! The client's address, behind proxies that are trusted by configuration.

use super::forwarded;
use axum::http::{HeaderMap, HeaderName, header::FORWARDED};
use ipnet::IpNet;
use std::net::{IpAddr, SocketAddr};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Who sent the request that `peer` handed us. Headers count only if `peer` is a trusted proxy; they are read from
/// the right, skipping trusted proxies, since everything left of the last honest entry may be forged.
///
/// A proxy that maintains one of `X-Forwarded-For` and `Forwarded` usually passes a client's own version of the other
/// through: if both are there and disagree, neither is believed.
pub fn of_client(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let peer = peer.to_canonical();
    if !is_trusted(peer, trusted) {
        return peer;
    }
    let by_x_forwarded_for = headers.contains_key(X_FORWARDED_FOR).then(|| {
        let hops = values(headers, X_FORWARDED_FOR).flat_map(|v| v.rsplit(','));
        first_stranger(peer, hops.map(parse), trusted)
    });
    let by_forwarded = headers.contains_key(FORWARDED).then(|| {
        let hops = values(headers, FORWARDED).flat_map(forwarded::hops_from_right);
        first_stranger(peer, hops.map(|hop| parse(&hop)), trusted)
    });
    match (by_x_forwarded_for, by_forwarded) {
        (Some(a), Some(b)) if a != b => peer,
        (Some(ip), _) | (None, Some(ip)) => ip,
        (None, None) => peer,
    }
}

/// The header's values, the last one first; an unreadable one as an entry that is no address.
fn values(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &str> {
    let values: Vec<_> = headers.get_all(name).iter().collect();
    values.into_iter().rev().map(|v| v.to_str().unwrap_or("unknown"))
}

/// The first address, from our end, that is no trusted proxy; before an entry that is no address, the last proxy.
fn first_stranger(peer: IpAddr, hops: impl Iterator<Item = Option<IpAddr>>, trusted: &[IpNet]) -> IpAddr {
    let mut nearest = peer;
    for hop in hops {
        let Some(ip) = hop else { break };
        nearest = ip;
        if !is_trusted(ip, trusted) {
            break;
        }
    }
    nearest
}

fn is_trusted(ip: IpAddr, trusted: &[IpNet]) -> bool {
    trusted.iter().any(|net| net.contains(&ip))
}

/// `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:80`.
fn parse(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bracketed = text.strip_prefix('[').and_then(|t| t.strip_suffix(']'));
    let ip = bracketed.unwrap_or(text).parse().ok();
    ip.or_else(|| text.parse::<SocketAddr>().ok().map(|s| s.ip())).map(|ip| ip.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use proptest::prelude::*;

    fn seen(peer: &str, headers: &[(&'static str, &str)]) -> String {
        let trusted = ["10.0.0.0/8".parse().expect("a net"), "fd00::/8".parse().expect("a net")];
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_str(value).expect("a value"));
        }
        of_client(peer.parse().expect("an address"), &map, &trusted).to_string()
    }

    #[test]
    fn s51_forged_proxy_headers_from_untrusted_peer_are_ignored() {
        for peer in ["203.0.113.9", "::ffff:203.0.113.9"] {
            for header in
                ["x-forwarded-for", "x-real-ip", "x-client-ip", "cf-connecting-ip", "true-client-ip"]
            {
                assert_eq!(seen(peer, &[(header, "192.0.2.1")]), "203.0.113.9", "{peer} {header}");
            }
            assert_eq!(seen(peer, &[("forwarded", "for=192.0.2.1")]), "203.0.113.9");
        }
    }

    #[test]
    fn s51_forged_entries_left_of_the_proxys_own_are_ignored() {
        let forged = [("x-forwarded-for", "192.0.2.1, 203.0.113.9")];
        assert_eq!(seen("10.0.0.1", &forged), "203.0.113.9");
        let twice = [("x-forwarded-for", "192.0.2.1"), ("x-forwarded-for", "203.0.113.9, 10.0.0.2")];
        assert_eq!(seen("10.0.0.1", &twice), "203.0.113.9");
        let forged = [("forwarded", "for=192.0.2.1, for=\"203.0.113.9:80\";proto=https")];
        assert_eq!(seen("10.0.0.1", &forged), "203.0.113.9");
    }

    #[test]
    fn s51_a_second_header_that_disagrees_is_not_believed() {
        let passed_through = [("x-forwarded-for", "203.0.113.9"), ("forwarded", "for=192.0.2.1")];
        assert_eq!(seen("10.0.0.1", &passed_through), "10.0.0.1");
        let agreeing = [("x-forwarded-for", "203.0.113.9"), ("forwarded", "for=203.0.113.9")];
        assert_eq!(seen("10.0.0.1", &agreeing), "203.0.113.9");
    }

    #[test]
    fn what_is_no_address_ends_the_walk() {
        assert_eq!(seen("10.0.0.1", &[("x-forwarded-for", "203.0.113.9, unknown, 10.0.0.2")]), "10.0.0.2");
        assert_eq!(seen("10.0.0.1", &[("x-forwarded-for", "")]), "10.0.0.1");
        assert_eq!(seen("10.0.0.1", &[("forwarded", "for=_hidden, for=10.0.0.3")]), "10.0.0.3");
    }

    #[test]
    fn all_proxies_trusted_means_the_farthest() {
        assert_eq!(seen("10.0.0.1", &[("x-forwarded-for", "10.0.0.3, 10.0.0.2")]), "10.0.0.3");
        assert_eq!(seen("fd00::1", &[("x-forwarded-for", "[2001:db8::7]:443")]), "2001:db8::7");
        assert_eq!(seen("::ffff:10.0.0.1", &[("x-forwarded-for", "::ffff:192.0.2.1")]), "192.0.2.1");
    }

    proptest! {
        #[test]
        fn p27_no_header_moves_an_untrusted_peer(a in "[ -~]{0,60}", b in "[ -~]{0,60}") {
            prop_assert_eq!(seen("203.0.113.9", &[("x-forwarded-for", &a), ("forwarded", &b)]), "203.0.113.9");
        }

        #[test]
        fn p27_behind_a_proxy_only_its_own_entry_counts(forged in "[ -~]{0,60}") {
            let header = format!("{forged}, 203.0.113.9");
            prop_assert_eq!(seen("10.0.0.1", &[("x-forwarded-for", &header)]), "203.0.113.9");
        }
    }
}
