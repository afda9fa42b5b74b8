//! `authms keys` beside a running server.

use std::collections::BTreeSet;

use super::home::Home;
use super::running::{Running, until};

fn published(server: &Running) -> BTreeSet<String> {
    let (status, set) = server.get("/.well-known/jwks.json");
    assert_eq!(status, 200, "{set}");
    let keys = set["keys"].as_array().expect("keys");
    keys.iter().map(|key| key["kid"].as_str().expect("a kid").to_owned()).collect()
}

#[test]
fn a_rotation_is_scheduled_until_the_next_key_has_been_published_long_enough() {
    let home = Home::installed();
    let rotated = home.run(&["keys", "rotate", "--json"]).json();
    assert_eq!(rotated["state"], "scheduled");
    assert!(rotated["from"].is_string() && rotated["kid"].is_string());
    let plain = home.run(&["keys", "rotate"]);
    assert_eq!(plain.line(), rotated["kid"]);
    assert!(plain.stderr().contains("signs from"), "{plain:?}");
}

#[test]
fn a_running_server_follows_a_rotation() {
    let home = Home::new();
    let server = home.serve();
    let before = published(&server);
    let rotated = home.run(&["keys", "rotate", "--now", "--json"]).json();
    assert_eq!(rotated["state"], "active");
    let kid = rotated["kid"].as_str().expect("a kid");
    assert!(before.contains(kid), "what signs was published before");

    let after =
        until("the server has the new keys", || Some(published(&server)).filter(|now| *now != before));
    assert!(after.is_superset(&before), "the former key stays published");
    server.stop();
}

#[test]
fn keys_are_listed_and_a_leaked_one_is_retired() {
    let home = Home::new();
    let server = home.serve();
    let listed = |state: &str, algorithm: &str| -> Vec<String> {
        let keys = home.run(&["keys", "list", "--json"]).json();
        let keys = keys.as_array().expect("an array").iter();
        let of = keys.filter(|key| key["state"] == state && key["algorithm"] == algorithm);
        of.map(|key| key["kid"].as_str().expect("a kid").to_owned()).collect()
    };
    let leaked = listed("active", "ES256").pop().expect("a key that signs");
    assert_eq!(listed("next", "ES256").len(), 1);

    let refused = home.run(&["keys", "retire", &leaked]);
    assert_eq!(refused.code(), Some(1));
    assert!(refused.stderr().contains("authms keys rotate --algorithm ES256 --now"), "{refused:?}");
    home.run(&["keys", "rotate", "--now"]).success();
    assert_eq!(listed("retired", "ES256"), std::slice::from_ref(&leaked));
    let retired = home.run(&["keys", "retire", &leaked]);
    assert_eq!((retired.code(), retired.stdout()), (Some(0), ""));
    until("the server has dropped it", || Some(()).filter(|()| !published(&server).contains(&leaked)));
    let unknown = home.run(&["keys", "retire", &leaked]);
    assert!(unknown.code() == Some(1) && unknown.stderr().contains("authms keys list"), "{unknown:?}");

    let first = home.run(&["keys", "rotate", "--algorithm", "RS256", "--json"]).json();
    assert_eq!(first["state"], "scheduled", "the first key of an algorithm is published first");
    assert_eq!(listed("next", "RS256"), [first["kid"].as_str().expect("a kid").to_owned()]);
    let table = home.run(&["keys", "list"]);
    let text = table.success();
    assert!(text.starts_with("KID") && text.lines().count() == 4, "{text}");
    let row = text.lines().find(|line| line.contains("RS256")).expect("its row");
    assert!(row.contains("next") && row.ends_with(first["from"].as_str().expect("a time")), "{row}");
    server.stop();
}
