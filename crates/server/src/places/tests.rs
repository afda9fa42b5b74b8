use super::*;
use crate::scratch::Scratch;

fn bundled() -> GeoPlaces {
    GeoPlaces::open(&Geo::default()).expect("the database in the binary opens")
}

#[test]
fn the_database_in_the_binary_knows_the_countries_of_well_known_addresses() {
    let places = bundled();
    for (ip, country) in [
        ("193.0.6.139", "NL"),        // RIPE NCC
        ("199.43.0.43", "US"),        // ARIN
        ("202.12.29.205", "AU"),      // APNIC
        ("::ffff:193.0.6.139", "NL"), // the same in IPv6's clothes
        ("2001:67c:2e8:22::c100:68b", "NL"),
    ] {
        let place = places.place(ip.parse().expect("an address"));
        assert_eq!(place.country.map(|c| c.to_string()).as_deref(), Some(country), "{ip}");
        assert_eq!((place.asn, place.hosting, place.point), (None, None, None), "nothing is made up");
    }
}

#[test]
fn private_addresses_are_nowhere() {
    let places = bundled();
    for ip in [
        "127.0.0.1",
        "::1",
        "10.1.2.3",
        "192.168.0.1",
        "172.16.0.1",
        "169.254.1.1",
        "100.64.0.1",
        "fd00::1",
        "fe80::1",
    ] {
        assert_eq!(places.place(ip.parse().expect("an address")), Place::default(), "{ip}");
    }
}

#[test]
fn the_age_of_each_database_is_told() {
    let ages = bundled().ages(Timestamp::from_millis(4_102_444_800_000));
    assert_eq!(ages.len(), 1);
    assert!(ages[0].starts_with("countries: ") && ages[0].ends_with(" days old"), "{}", ages[0]);
}

#[test]
fn lists_of_networks_hold_addresses_and_networks_of_both_kinds() {
    let list =
        Networks::parse("# bad\n198.51.100.0/24\n198.51.100.7 # within\n2001:db8::/32\n\n203.0.113.9\n");
    let list = list.unwrap_or_else(|line| panic!("line {line}"));
    for (ip, listed) in [
        ("198.51.100.255", true),
        ("198.51.101.0", false),
        ("203.0.113.9", true),
        ("203.0.113.10", false),
        ("2001:db8:ffff::1", true),
        ("2001:db9::", false),
        ("0.0.0.0", false),
    ] {
        assert_eq!(list.contains(ip.parse().expect("an address")), listed, "{ip}");
    }
    assert_eq!(Networks::parse("198.51.100.0/24\nnonsense").err(), Some(2));
}

#[test]
fn a_wrong_file_is_named() {
    let file = Some(std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")));
    for (config, setting) in [
        (Geo { country_file: file.clone(), ..Geo::default() }, "geo.country_file"),
        (Geo { city_file: file.clone(), ..Geo::default() }, "geo.city_file"),
        (Geo { bad_networks_file: file.clone(), ..Geo::default() }, "geo.bad_networks_file"),
        (Geo { asn_file: Some("/nowhere.mmdb".into()), ..Geo::default() }, "geo.asn_file"),
    ] {
        let Err(refused) = GeoPlaces::open(&config) else { panic!("{setting} is accepted") };
        assert!(refused.to_string().contains(setting), "{refused}");
    }
}

#[test]
fn operators_of_servers_are_sorted_so_that_each_is_found() {
    assert!(hosting::runs_servers(24_940) && hosting::runs_servers(396_982) && hosting::runs_servers(8_075));
    assert!(!hosting::runs_servers(3_320));
}

#[test]
fn files_that_change_are_taken_over_and_bad_ones_are_not() {
    let scratch = Scratch::new();
    let file = scratch.path().join("bad.txt");
    let write = |text: &str| std::fs::write(&file, text).expect("written");
    let ip = "198.51.100.7".parse().expect("an address");
    write("203.0.113.9\n");
    let places = LivePlaces::open(&Geo { bad_networks_file: Some(file.clone()), ..Geo::default() });
    let places = places.unwrap_or_else(|failure| panic!("{failure}"));
    assert!(!places.is_bad(ip));
    write("198.51.100.0/24\n");
    places.look(false);
    assert!(places.is_bad(ip), "the file changed");
    write("nonsense\n");
    places.look(false);
    assert!(places.is_bad(ip), "nonsense changes nothing");
    write("\n");
    places.look(true);
    assert!(!places.is_bad(ip), "SIGHUP asks at once");
}
