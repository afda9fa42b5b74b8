//! `authms tenant`

use serde_json::json;

use super::home::Home;

#[test]
fn a_tenant_is_created_shown_listed_renamed_disabled_and_enabled() {
    let home = Home::installed();
    let created = home.run(&["tenant", "create", "--name", "branch", "--json"]).json();
    assert_eq!((&created["name"], &created["is_default"]), (&json!("branch"), &json!(false)));
    let id = created["id"].as_str().expect("an identifier");
    assert_eq!(home.run(&["tenant", "get", id, "--json"]).json(), created);
    assert_eq!(home.run(&["tenant", "get", "branch", "--json"]).json(), created);
    let list = home.run(&["tenant", "list", "--json"]).json();
    assert_eq!((&list["total"], &list["items"][1]), (&json!(2), &created));
    assert!(home.run(&["tenant", "create", "--name", "branch"]).refused().contains("taken"));

    let renamed = home.run(&["tenant", "update", "branch", "--name", "subsidiary", "--json"]).json();
    assert_eq!((&renamed["id"], &renamed["name"]), (&json!(id), &json!("subsidiary")));
    home.run(&["tenant", "get", "branch"]).missing();
    let args = ["tenant", "update", "subsidiary", "--signing-algorithm", "EdDSA", "--json"];
    assert_eq!(home.run(&args).json()["signing_algorithm"], "EdDSA");
    assert_eq!(home.run(&["tenant", "update", "subsidiary"]).code(), Some(2));
    assert_eq!(home.run(&["tenant", "disable", "subsidiary", "--json"]).json()["status"], "disabled");
    assert_eq!(home.run(&["tenant", "enable", "subsidiary", "--json"]).json()["status"], "active");
    assert!(home.run(&["tenant", "disable", "default"]).refused().contains("default tenant"));
    assert!(home.run(&["tenant", "create", "--name", "other"]).line().starts_with("tnt_"));
}

#[test]
fn a_new_tenant_gets_its_administrator_at_the_command_line() {
    let home = Home::new();
    let server = home.serve();
    home.run(&["tenant", "create", "--name", "branch"]).line();
    assert!(home.run(&["admin", "ticket", "--tenant", "branch"]).missing().contains("no active super_admin"));
    let args = ["user", "create", "--tenant", "branch", "--username", "root", "--role", "super_admin"];
    home.run(&args).line();
    let ticket = home.run(&["admin", "ticket", "--tenant", "branch"]).line().to_owned();
    assert_eq!(server.post("/auth/ticket/signin", &json!({ "ticket": ticket })).0, 200);
    home.run(&["user", "get", "root"]).missing();
    home.run(&["user", "get", "root", "--tenant", "branch"]).success();
}

#[test]
fn a_tenant_named_like_anothers_identifier_is_never_meant() {
    let home = Home::installed();
    let id = home.run(&["tenant", "get", "default", "--json"]).json()["id"].clone();
    let id = id.as_str().expect("an identifier");
    let impostor = home.run(&["tenant", "create", "--name", id, "--json"]).json();
    assert_ne!(home.run(&["tenant", "get", id, "--json"]).json()["id"], impostor["id"]);
}
