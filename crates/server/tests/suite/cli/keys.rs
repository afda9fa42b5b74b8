//! `authms keys rotate` beside a running server.

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
