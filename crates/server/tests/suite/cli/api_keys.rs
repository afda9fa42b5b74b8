//! `authms key`

use serde_json::json;

use super::home::Home;

#[test]
fn a_key_is_created_shown_listed_switched_and_deleted() {
    let home = Home::installed();
    let create = ["key", "create", "--name", "backend", "--scope", "ticket:mint", "--json"];
    let mut created = home.run(&create).json();
    let raw = created.as_object_mut().expect("members").remove("raw_key").expect("a key");
    let id = created["id"].as_str().expect("an identifier");
    for named in [id, "backend"] {
        let got = home.run(&["key", "get", named, "--json"]);
        assert_eq!(got.json(), created);
        assert!(!got.stdout().contains(raw.as_str().expect("text")));
    }
    let list = home.run(&["key", "list", "--json"]).json();
    assert_eq!((&list["total"], &list["items"][0]), (&json!(1), &created));
    assert_eq!(home.run(&["key", "disable", "backend", "--json"]).json()["status"], "inactive");
    assert_eq!(home.run(&["key", "enable", "backend", "--json"]).json()["status"], "active");
    assert!(home.run(&["key", "delete", "backend"]).refused().contains("--yes"));
    assert_eq!(home.run(&["key", "delete", "backend", "--yes"]).success(), "");
    home.run(&["key", "get", id]).missing();
}

#[test]
fn a_key_is_changed_one_thing_at_a_time() {
    let home = Home::installed();
    let client = home.run(&["client", "create", "--name", "shop", "--json"]).json()["client_id"].clone();
    let create = ["key", "create", "--name", "backend", "--scope", "ticket:mint", "--network", "10.1.0.0/16"];
    home.run(&[&create[..], &["--client", "shop"]].concat()).line();
    let update = |more: &[&str]| home.run(&[&["key", "update", "backend", "--json"], more].concat());
    let scopes = ["--scope", "ticket:mint", "--scope", "user:read"];
    assert_eq!(update(&scopes).json()["scopes"], json!(["ticket:mint", "user:read"]));
    let networks = |key: serde_json::Value| {
        let all = key["ip_restrictions"].as_array().expect("an array").clone();
        all.iter().map(|one| one["value"].as_str().expect("text").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(networks(update(&["--add-network", "192.0.2.7"]).json()), ["10.1.0.0/16", "192.0.2.7"]);
    assert_eq!(networks(update(&["--remove-network", "10.1.0.0/16"]).json()), ["192.0.2.7"]);
    update(&["--remove-network", "10.1.0.0/16"]).missing();
    assert!(update(&["--add-network", "everywhere"]).refused().contains("network"));
    let key = home.run(&["key", "get", "backend", "--json"]).json();
    assert_eq!(key["client_ids"], json!([client]));
    assert_eq!(update(&["--any-client"]).json()["client_ids"], json!([]));
    update(&["--client", "nobody"]).missing();
    assert_eq!(update(&[]).code(), Some(2));
    assert_eq!(update(&["--any-client", "--add-network", "192.0.2.8"]).code(), Some(2));
}

#[test]
fn a_key_is_rotated_with_an_overlap_and_declared_compromised_for_good() {
    let home = Home::new();
    let server = home.serve();
    let user = home.run(&["user", "create", "--username", "ada"]).line().to_owned();
    let mint = |key: &str| server.post_as(key, "/auth/generate-ticket", &json!({ "user_id": user })).0;
    let first = home.run(&["key", "create", "--name", "backend", "--scope", "ticket:mint"]).line().to_owned();
    let second = home.run(&["key", "rotate", "backend"]).line().to_owned();
    assert_eq!([mint(&first), mint(&second)], [200, 200], "both work for a day");
    let third = home.run(&["key", "rotate", "backend", "--overlap", "0", "--json"]).json();
    let third = third["raw_key"].as_str().expect("a key");
    assert_eq!([mint(&first), mint(&second), mint(third)], [401, 401, 200]);
    assert!(home.run(&["key", "rotate", "backend", "--overlap", "604801"]).refused().contains("604800"));

    assert!(home.run(&["key", "compromised", "backend"]).refused().contains("--yes"));
    assert_eq!(home.run(&["key", "compromised", "backend", "--yes"]).success(), "");
    assert_eq!(mint(third), 401);
    assert!(home.run(&["key", "enable", "backend"]).refused().contains("compromised"));
    let list = home.run(&["key", "list", "--status", "compromised", "--json"]).json();
    assert_eq!((&list["total"], &list["items"][0]["name"]), (&json!(1), &json!("backend")));
}

#[test]
fn a_name_that_several_keys_have_is_refused_with_all_of_them() {
    let home = Home::installed();
    let create =
        || home.run(&["key", "create", "--name", "backend", "--scope", "ticket:mint", "--json"]).json();
    let ids = [create(), create()].map(|key| key["id"].as_str().expect("text").to_owned());
    let refused = home.run(&["key", "delete", "backend", "--yes"]);
    let said = refused.refused();
    assert!(said.contains("2 API keys") && ids.iter().all(|id| said.contains(id)), "{said}");
    home.run(&["key", "delete", &ids[0], "--yes"]).success();
    home.run(&["key", "delete", "backend", "--yes"]).success();
}
