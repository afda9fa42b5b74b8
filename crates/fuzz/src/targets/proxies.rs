//! Forwarding headers: whatever a client sends in them, it is seen at its own address or at that of a proxy of ours.

use crate::input::Input;
use authms_http::extract::address::of_client;
use axum::http::header::FORWARDED;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use ipnet::IpNet;
use std::net::IpAddr;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Where the client is, and how honest proxies tell of it in `Forwarded` (RFC 7239 §4).
const HONEST: [(&str, &str); 6] = [
    ("203.0.113.9", "for=203.0.113.9"),
    ("203.0.113.9", "for=\"203.0.113.9:4711\""),
    ("203.0.113.9", "by=10.0.0.1;for=203.0.113.9;host=\"id.example.test\";proto=https"),
    ("2001:db8::9", "for=\"[2001:db8::9]\""),
    ("2001:db8::9", "for=\"[2001:db8::9]:4711\";proto=https"),
    ("2001:db8::9", "proto=\"https\";for=\"[2001:db8::9]\";by=\"[fd00::1]\""),
];

/// A line that the client sends as `X-Forwarded-For`, and one that it sends as `Forwarded`.
pub fn run(data: &[u8]) {
    let mut input = Input(data);
    let (Ok(x), Ok(forwarded)) =
        (HeaderValue::from_bytes(input.line()), HeaderValue::from_bytes(input.line()))
    else {
        return;
    };
    let trusted: [IpNet; 2] = ["10.0.0.0/8", "fd00::/8"].map(|net| net.parse().expect("a network"));
    let proxy = IpAddr::from([10, 0, 0, 1]);

    let sent = [(X_FORWARDED_FOR, x.clone()), (FORWARDED, forwarded.clone())];
    for stranger in ["203.0.113.9", "2001:db8::9", "::ffff:203.0.113.9"] {
        let stranger: IpAddr = stranger.parse().expect("an address");
        let seen = of_client(stranger, &sent.clone().into_iter().collect(), &trusted);
        assert_eq!(seen, stranger.to_canonical(), "a stranger's headers say nothing");
    }
    for (client, told) in HONEST {
        let client: IpAddr = client.parse().expect("an address");
        // A proxy that appends to the header, and one that adds a header of its own.
        for name in [X_FORWARDED_FOR, FORWARDED] {
            let (theirs, ours) =
                if name == FORWARDED { (&forwarded, told.to_owned()) } else { (&x, client.to_string()) };
            let appended = [theirs.as_bytes(), b", ", ours.as_bytes()].concat();
            let appended = HeaderValue::from_bytes(&appended).expect("a value");
            let added = HeaderValue::try_from(ours).expect("a value");
            let one: HeaderMap = [(name.clone(), appended)].into_iter().collect();
            let mut two = HeaderMap::new();
            two.append(name.clone(), theirs.clone());
            two.append(name.clone(), added);
            for headers in [one, two] {
                let seen = of_client(proxy, &headers, &trusted);
                assert!(seen == client || seen == proxy, "{headers:?} moves {client} to {seen}");
            }
        }
    }
}
