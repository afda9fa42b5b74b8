//! `authms client`

use serde_json::json;

use super::home::Home;

#[test]
fn a_client_is_created_shown_listed_changed_and_deleted() {
    let home = Home::installed();
    let mut created = home.run(&["client", "create", "--name", "shop", "--json"]).json();
    let secret = created.as_object_mut().expect("members").remove("client_secret").expect("a secret");
    let id = created["client_id"].as_str().expect("an identifier");
    for named in [id, "shop"] {
        let got = home.run(&["client", "get", named, "--json"]);
        assert_eq!(got.json(), created);
        assert!(!got.stdout().contains(secret.as_str().expect("text")));
    }
    let list = home.run(&["client", "list", "--json"]).json();
    assert_eq!((&list["total"], &list["items"][0]), (&json!(1), &created));
    assert!(home.run(&["client", "list"]).success().contains("  shop  sso       active  "));

    let uri = "https://shop.example.org/callback";
    let origin = "https://shop.example.org";
    let args = ["client", "update", "shop", "--name", "store", "--redirect-uri", uri];
    let updated = home.run(&[&args[..], &["--allowed-origin", origin, "--json"]].concat()).json();
    assert_eq!(updated["allowed_origins"], json!([origin]));
    assert_eq!((&updated["name"], &updated["redirect_uris"]), (&json!("store"), &json!([uri])));
    assert_eq!(updated["purposes"], created["purposes"]);
    assert_eq!(home.run(&["client", "update", "store"]).code(), Some(2));
    assert_eq!(home.run(&["client", "disable", "store", "--json"]).json()["status"], "disabled");
    assert_eq!(home.run(&["client", "enable", "store", "--json"]).json()["status"], "active");

    assert!(home.run(&["client", "delete", "store"]).refused().contains("--yes"));
    assert_eq!(home.run(&["client", "delete", "store", "--yes"]).success(), "");
    home.run(&["client", "get", id]).missing();
}

#[test]
fn a_rotated_secret_replaces_the_former_one() {
    let home = Home::installed();
    let first = home.run(&["client", "create", "--name", "shop", "--json"]).json();
    let second = home.run(&["client", "rotate-secret", "shop", "--json"]).json();
    assert_eq!(first["client_id"], second["client_id"]);
    let (old, new) = (first["client_secret"].as_str(), second["new_secret"].as_str());
    assert!(new.is_some_and(|new| new.starts_with("cs_")) && old != new);
    assert!(new.is_some_and(|new| new.ends_with(second["secret_last_four"].as_str().expect("text"))));
    let plain = home.run(&["client", "rotate-secret", "shop"]);
    assert!(plain.success().contains("\nclient_secret=cs_"), "{plain:?}");
}
