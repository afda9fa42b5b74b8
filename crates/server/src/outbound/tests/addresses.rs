//! Which addresses are somebody's inner network.

use crate::outbound::Reach;
use std::net::IpAddr;

fn ip(text: &str) -> IpAddr {
    text.parse().expect(text)
}

#[test]
fn only_public_addresses_are_reached() {
    let reach = Reach::default();
    for public in [
        "1.1.1.1",
        "8.8.8.8",
        "93.184.216.34",
        "100.63.255.255",
        "100.128.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "168.63.129.15",
        "2606:4700:4700::1111",
        "2a00:1450::1",
        "2001:4860:4860::8888",
        "::ffff:8.8.8.8",
        "64:ff9b::8.8.8.8",
    ] {
        assert!(reach.allows(ip(public)), "{public}");
    }
    for inner in [
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "100.64.0.1",
        "100.100.100.200",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.255.254",
        "169.254.169.254",
        "169.254.170.2",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.192",
        "192.0.2.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "168.63.129.16",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "::ffff:10.0.0.1",
        "::127.0.0.1",
        "64:ff9b::127.0.0.1",
        "64:ff9b::169.254.169.254",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2001:10::1",
        "2002:7f00:1::",
        "2002:a9fe:a9fe::",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fec0::1",
        "ff02::1",
    ] {
        assert!(!reach.allows(ip(inner)), "{inner}");
    }
}

#[test]
fn what_the_operator_names_is_reached_in_whatever_form_it_comes() {
    let reach = Reach::new(vec!["10.1.0.0/16".parse().expect("a network")]);
    assert!(reach.allows(ip("10.1.2.3")) && reach.allows(ip("::ffff:10.1.2.3")));
    assert!(!reach.allows(ip("10.2.0.1")) && !reach.allows(ip("127.0.0.1")));
    assert!(reach.allows(ip("1.1.1.1")), "besides public ones");
}
