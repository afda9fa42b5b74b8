//! `authms admin ticket` beside a running server.

use serde_json::json;

use super::home::Home;

fn is_ticket(text: &str) -> bool {
    let rest = text.strip_prefix("tkt_");
    rest.is_some_and(|rest| rest.len() > 60 && rest.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

#[test]
fn a_ticket_is_printed_alone_and_signs_the_administrator_in() {
    let home = Home::new();
    let server = home.serve();
    let printed = home.run(&["admin", "ticket"]);
    let ticket = printed.line();
    assert!(is_ticket(ticket), "{ticket}");
    assert_eq!(printed.stderr(), "");

    let (status, body) = server.post("/auth/ticket/signin", &json!({ "ticket": ticket }));
    assert_eq!(status, 200, "{body}");
}

#[test]
fn a_printed_ticket_signs_in_once() {
    let home = Home::new();
    let server = home.serve();
    let ticket = home.run(&["admin", "ticket"]).line().to_owned();
    for expected in [200, 400, 400] {
        let (status, body) = server.post("/auth/ticket/signin", &json!({ "ticket": ticket }));
        assert_eq!(status, expected, "{body}");
    }
}

#[test]
fn a_ticket_works_without_a_server_too_and_for_a_named_tenant_alone() {
    let home = Home::installed();
    assert!(is_ticket(home.run(&["admin", "ticket"]).line()));
    let refused = home.run(&["admin", "ticket", "--tenant", "tnt_0000000000000000000001"]);
    assert!(refused.missing().contains("no tenant \"tnt_0000000000000000000001\""), "{refused:?}");
    assert!(is_ticket(home.run(&["admin", "ticket", "--tenant", "default"]).line()));
    home.run(&["admin", "ticket", "--tenant", "Default"]).missing();
}

#[test]
fn a_user_s_ticket_signs_that_user_in() {
    let home = Home::new();
    let server = home.serve();
    let user =
        home.run(&["user", "create", "--username", "ada", "--email", "ada@example.org"]).line().to_owned();
    for named in [user.as_str(), "ada", "Ada", "ada@example.org"] {
        let minted = home.run(&["ticket", "mint", "--user", named, "--ttl", "10", "--json"]).json();
        assert_eq!(minted["expires_in"], 10);
        assert!(minted["id"].as_str().expect("text").starts_with("tid_"));
        let (status, body) = server.post("/auth/ticket/signin", &json!({ "ticket": minted["ticket"] }));
        assert_eq!(status, 200, "{named}: {body}");
    }
    assert!(is_ticket(home.run(&["ticket", "mint", "--user", "ada"]).line()));
    for named in ["nobody", "usr_0000000000000000000001", ""] {
        home.run(&["ticket", "mint", "--user", named]).missing();
    }
    for ttl in ["9", "601", "ten"] {
        assert_eq!(home.run(&["ticket", "mint", "--user", "ada", "--ttl", ttl]).code(), Some(2));
    }
}
