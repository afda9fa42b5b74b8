//! `authms ticket list`, `get`, `revoke` and `report` beside a running server.

use serde_json::json;

use super::home::Home;

#[test]
fn tickets_are_listed_shown_and_revoked_and_never_give_their_secret_away() {
    let home = Home::new();
    let server = home.serve();
    home.run(&["user", "create", "--username", "ada"]).line();
    home.run(&["client", "create", "--name", "shop"]).success();
    let mint =
        |more: &[&str]| home.run(&[&["ticket", "mint", "--user", "ada", "--json"], more].concat()).json();
    let (bound, plain) = (mint(&["--client", "shop"]), mint(&[]));
    let secret = |minted: &serde_json::Value| minted["ticket"].as_str().expect("a ticket")[26..].to_owned();
    let list = home.run(&["ticket", "list", "--user", "ada", "--status", "issued", "--json"]);
    assert_eq!(list.json()["total"], 2);
    assert!(!list.stdout().contains(&secret(&bound)) && !list.stdout().contains(&secret(&plain)));
    let of_client = home.run(&["ticket", "list", "--client", "shop", "--json"]).json();
    assert_eq!((&of_client["total"], &of_client["items"][0]["id"]), (&json!(1), &bound["id"]));
    assert_eq!(home.run(&["ticket", "list"]).success().lines().count(), 3);

    let id = plain["id"].as_str().expect("an identifier");
    let got = home.run(&["ticket", "get", id, "--json"]).json();
    assert_eq!((&got["status"], &got["minter"]["type"]), (&json!("issued"), &json!("console")));
    assert_eq!(home.run(&["ticket", "revoke", id, "--json"]).json()["status"], "revoked");
    assert_eq!(server.post("/auth/ticket/signin", &json!({ "ticket": plain["ticket"] })).0, 400);
    assert_eq!(home.run(&["ticket", "revoke", "--user", "ada"]).line(), "1");
    assert_eq!(home.run(&["ticket", "list", "--status", "revoked", "--json"]).json()["total"], 2);

    let spent = mint(&[]);
    assert_eq!(server.post("/auth/ticket/signin", &json!({ "ticket": spent["ticket"] })).0, 200);
    let refused = home.run(&["ticket", "revoke", spent["id"].as_str().expect("text")]);
    assert!(refused.refused().contains("ses_"), "names the session to end: {refused:?}");
    home.run(&["ticket", "get", "tid_0000000000000000000001"]).missing();
    home.run(&["ticket", "list", "--minter", "nobody"]).missing();
    for wrong in
        [&["ticket", "revoke"][..], &["ticket", "get", "tkt_x"], &["ticket", "list", "--since", "now"]]
    {
        assert_eq!(home.run(wrong).code(), Some(2), "{wrong:?}");
    }
}

#[test]
fn a_leaked_ticket_is_reported_by_itself_and_a_redeemed_one_names_its_session() {
    let home = Home::new();
    let server = home.serve();
    home.run(&["user", "create", "--username", "ada"]).line();
    let mint = || home.run(&["ticket", "mint", "--user", "ada"]).line().to_owned();
    let sign_in = |ticket: &str| server.post("/auth/ticket/signin", &json!({ "ticket": ticket })).0;
    let report = |ticket: &str| home.run_with_input(&["ticket", "report", "--note", "in a log"], ticket);

    let leaked = mint();
    assert!(!report(&format!("{leaked}\n")).success().contains("ses_"));
    assert_eq!(sign_in(&leaked), 400);
    let spent = mint();
    assert_eq!(sign_in(&spent), 200);
    let told = report(&spent);
    told.success();
    assert!(format!("{told:?}").contains("ses_"), "{told:?}");
    // Whatever it was, nothing is told of it.
    report("tkt_of_nobody").success();
    report("").refused();
}
