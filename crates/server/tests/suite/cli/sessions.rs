//! `authms session` beside a running server.

use serde_json::{Value, json};

use super::home::Home;
use super::running::Running;

fn sign_in(home: &Home, server: &Running, user: &str) -> Value {
    let ticket = home.run(&["ticket", "mint", "--user", user]).line().to_owned();
    let (status, body) = server.post("/auth/ticket/signin", &json!({ "ticket": ticket }));
    assert_eq!(status, 200, "{body}");
    body["refresh_token"].clone()
}

fn refresh(server: &Running, token: &Value) -> u16 {
    server.post("/auth/refresh", &json!({ "refresh_token": token })).0
}

#[test]
fn sessions_are_listed_shown_and_ended_at_once() {
    let home = Home::new();
    let server = home.serve();
    home.run(&["user", "create", "--username", "ada"]).line();
    let tokens = [(); 3].map(|()| sign_in(&home, &server, "ada"));
    let list = home.run(&["session", "list", "ada", "--json"]).json();
    assert_eq!(list["total"], 3);
    assert_eq!(
        (&list["items"][0]["method"], &list["items"][0]["current"]),
        (&json!("ticket"), &json!(false))
    );
    let page = home.run(&["session", "list", "ada", "--limit", "2", "--page", "2"]);
    assert_eq!(page.success().lines().count(), 2, "{page:?}");
    assert!(page.stderr().contains("page 2 of 2, 3 in all"), "{page:?}");

    // The newest is listed first, but which that is may be a matter of one millisecond.
    let id = list["items"][0]["id"].as_str().expect("an identifier");
    assert_eq!(home.run(&["session", "get", id, "--json"]).json(), list["items"][0]);
    assert_eq!(home.run(&["session", "end", id]).success(), "");
    home.run(&["session", "get", id]).missing();
    home.run(&["session", "end", id]).missing();
    let mut left: Vec<_> = tokens.iter().map(|token| refresh(&server, token)).collect();
    left.sort_unstable();
    assert_eq!(left, [200, 200, 401]);

    assert_eq!(home.run(&["session", "end", "--user", "ada"]).success(), "");
    assert_eq!(home.run(&["session", "list", "ada", "--json"]).json()["total"], 0);
    home.run(&["session", "end", "--user", "nobody"]).missing();
    for wrong in
        [&["session", "end"][..], &["session", "end", "ada"], &["session", "end", id, "--user", "ada"]]
    {
        assert_eq!(home.run(wrong).code(), Some(2), "{wrong:?}");
    }
}
