//! `authms on-behalf …` and `authms webhook …`

use super::home::Home;
use serde_json::{Value, json};

fn shown(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

#[test]
fn a_policy_is_shown_and_changed_member_by_member() {
    let home = Home::installed();
    let get = || shown(home.run(&["on-behalf", "policy", "get", "--json"]).line());
    assert_eq!((&get()["notice"], &get()["require_approval"]), (&json!("at_once"), &json!(false)));
    let file = home.path().join("policy.json");
    let set = |text: &str| {
        std::fs::write(&file, text).expect("written");
        home.run(&["on-behalf", "policy", "set", "--from", file.to_str().expect("a path"), "--json"])
    };
    let changed =
        shown(set(r#"{"notice": "daily", "require_approval": true, "rules": [{"write": true}]}"#).line());
    assert_eq!(changed, get());
    assert_eq!((&changed["notice"], &changed["rules"][0]["write"]), (&json!("daily"), &json!(true)));
    assert_eq!(
        shown(set(r#"{"require_reference": true}"#).line())["notice"],
        "daily",
        "what is not given stays"
    );
    for (wrong, said) in [
        (r#"{"notice": "weekly"}"#, "at_once, daily or off"),
        (r#"{"notice": "off"}"#, "notice_off_reason"),
        (r#"{"rules": 7}"#, "no policy"),
        ("", "no policy"),
    ] {
        let refused = set(wrong);
        assert_eq!(refused.code(), Some(4), "{wrong}");
        assert!(refused.stderr().contains(said), "{wrong}: {}", refused.stderr());
    }
    assert_eq!(get()["require_reference"], true);
}

#[test]
fn webhooks_are_made_listed_replayed_and_deleted() {
    let home = Home::installed();
    let url = "https://hooks.example.org/in";
    let made = home.run(&[
        "webhook",
        "create",
        "--url",
        url,
        "--event",
        "user.*",
        "--event",
        "login.failed",
        "--json",
    ]);
    let made = shown(made.line());
    assert!(made["secret"].as_str().is_some_and(|secret| secret.starts_with("whsec_")), "{made}");
    let id = made["id"].as_str().expect("an identifier");
    let listed = shown(home.run(&["webhook", "list", "--json"]).line());
    assert_eq!((&listed["total"], &listed["items"][0]["url"]), (&json!(1), &json!(url)));
    assert_eq!(listed["items"][0].get("secret"), None, "shown once");
    let told = shown(home.run(&["webhook", "deliveries", id, "--status", "dead", "--json"]).line());
    assert_eq!(told["total"], 0);
    home.run(&["webhook", "replay", id]).success();
    let event = "evt_0000000000000000000001";
    assert_eq!(
        home.run(&["webhook", "replay", id, "--event", event]).code(),
        Some(3),
        "it was not told that"
    );
    assert_eq!(home.run(&["webhook", "delete", id]).code(), Some(4), "nobody was asked");
    home.run(&["webhook", "delete", id, "--yes"]).success();
    assert_eq!(home.run(&["webhook", "delete", id, "--yes"]).code(), Some(3));
    let twice = home.run(&["webhook", "create", "--url", "http://10.0.0.1/", "--event", "*"]);
    assert_eq!(twice.code(), Some(4), "{}", twice.stderr());
}
