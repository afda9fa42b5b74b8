//! `authms user` and `authms member`: the whole life of an account.

use serde_json::json;

use super::home::Home;
use super::running::Running;

fn sign_in(home: &Home, server: &Running, user: &str) -> u16 {
    let ticket = home.run(&["ticket", "mint", "--user", user]).line().to_owned();
    server.post("/auth/ticket/signin", &json!({ "ticket": ticket })).0
}

#[test]
fn a_user_is_created_shown_listed_changed_and_deleted() {
    let home = Home::installed();
    let args = ["user", "create", "--username", "ada", "--email", "ada@example.org", "--nickname", "Ada L."];
    let created = home.run(&[&args[..], &["--json"]].concat()).json();
    let id = created["id"].as_str().expect("an identifier");
    assert_eq!((&created["username"], &created["nickname"]), (&json!("ada"), &json!("Ada L.")));
    let created = home.run(&["user", "get", id, "--json"]).json();
    for named in ["ada", "ADA", "ada@example.org"] {
        assert_eq!(home.run(&["user", "get", named, "--json"]).json(), created, "{named}");
    }
    let shown = home.run(&["user", "get", "ada"]);
    assert!(shown.success().contains("nickname              Ada L.\n"), "{shown:?}");

    let list = home.run(&["user", "list", "--search", "example", "--json"]).json();
    assert_eq!((&list["items"][0], &list["total"]), (&created, &json!(1)));
    assert_eq!(list["pagination"]["has_next"], false);
    let table = home.run(&["user", "list"]);
    let lines: Vec<_> = table.success().lines().collect();
    assert!(lines[0].starts_with("ID ") && lines[0].contains("  USERNAME  "), "{table:?}");
    assert_eq!(lines.len(), 3, "the header, the first administrator, ada: {table:?}");

    let updated = home
        .run(&["user", "update", "ada", "--phone", "+49 30 901820", "--role", "support", "--json"])
        .json();
    assert_eq!((&updated["phone"], &updated["role"]), (&json!("+4930901820"), &json!("support")));
    assert_eq!(updated["email"], created["email"]);
    let spoken = home.run(&["user", "update", "ada", "--locale", "zh-CN", "--json"]).json();
    assert_eq!(spoken["locale"], "zh");
    assert_eq!(home.run(&["user", "update", "ada", "--locale", "fr"]).code(), Some(2));
    let updated = spoken;
    assert_eq!(home.run(&["user", "get", "+49 30 901820", "--json"]).json(), updated);

    let kept = home.run(&["user", "delete", "ada"]);
    assert!(kept.refused().contains("--yes"), "{kept:?}");
    assert_eq!(home.run(&["user", "delete", "ada", "--yes"]).success(), "");
    home.run(&["user", "get", "ada"]).missing();
    home.run(&["user", "get", id]).missing();
    home.run(&["user", "delete", id, "--yes"]).missing();
    let deleted = home.run(&["user", "list", "--status", "deleted", "--json"]).json();
    assert_eq!((&deleted["items"][0]["id"], &deleted["items"][0]["email"]), (&json!(id), &json!(null)));
}

#[test]
fn a_disabled_user_signs_in_no_more_until_enabled() {
    let home = Home::new();
    let server = home.serve();
    home.run(&["user", "create", "--username", "ada"]).line();
    let before = home.run(&["ticket", "mint", "--user", "ada"]).line().to_owned();
    assert_eq!(home.run(&["user", "disable", "ada", "--json"]).json()["status"], "disabled");
    assert_eq!(server.post("/auth/ticket/signin", &json!({ "ticket": before })).0, 400);
    assert!(home.run(&["ticket", "mint", "--user", "ada"]).refused().contains("not active"));
    let list = home.run(&["user", "list", "--status", "disabled", "--json"]).json();
    assert_eq!(list["items"][0]["username"], "ada");
    assert_eq!(home.run(&["user", "enable", "ada", "--json"]).json()["status"], "active");
    assert_eq!(sign_in(&home, &server, "ada"), 200);
}

#[test]
fn a_new_password_comes_from_standard_input() {
    let home = Home::new();
    let server = home.serve();
    home.run(&["user", "create", "--username", "ada"]).line();
    let set = |input: &str| home.run_with_input(&["user", "set-password", "ada", "--json"], input);
    assert!(set("").refused().contains("no password"));
    assert!(set("short").refused().contains("at least 15 characters"));
    assert_eq!(set("correct horse battery staple\n").json()["must_change_password"], true);
    let login = json!({ "identity": "ada", "password": "correct horse battery staple" });
    assert_eq!(server.post("/auth/login", &login).0, 200);
}

#[test]
fn the_last_administrator_stays() {
    let home = Home::installed();
    for act in [
        &["user", "delete", "admin", "--yes"][..],
        &["user", "disable", "admin"],
        &["user", "update", "admin", "--role", "member"],
        &["member", "set-role", "admin", "admin"],
        &["member", "remove", "admin", "--yes"],
    ] {
        let refused = home.run(act);
        assert!(refused.refused().contains("last super_admin must stay"), "{act:?}: {refused:?}");
    }
    home.run(&["user", "create", "--username", "second", "--role", "super_admin"]).line();
    home.run(&["user", "delete", "admin", "--yes"]).success();
}

#[test]
fn members_are_listed_promoted_and_removed() {
    let home = Home::installed();
    home.run(&["user", "create", "--username", "ada"]).line();
    let list = home.run(&["member", "list", "ada", "--json"]).json();
    assert_eq!((&list["total"], &list["items"][0]["tenant_name"]), (&json!(1), &json!("default")));
    let promoted = home.run(&["member", "set-role", "ada", "admin", "--json"]).json();
    assert_eq!(promoted["role"], "admin");
    assert!(home.run(&["member", "list", "ada"]).success().contains("  default      admin  active  "));
    assert!(home.run(&["member", "remove", "ada"]).refused().contains("--yes"));
    assert_eq!(home.run(&["member", "remove", "ada", "--yes"]).success(), "");
    home.run(&["user", "get", "ada"]).missing();
    home.run(&["member", "list", "ada"]).missing();
}

#[test]
fn what_the_console_does_stands_in_the_audit_log() {
    let home = Home::installed();
    home.run(&["user", "create", "--username", "ada"]).line();
    home.run(&["user", "update", "ada", "--nickname", "A", "--role", "support"]).success();
    home.run(&["user", "disable", "ada"]).success();
    home.run(&["user", "delete", "ada", "--yes"]).success();
    let store = rusqlite::Connection::open(home.data().join("authms.db")).expect("opened");
    let mut rows = store.prepare("SELECT name, body FROM audit_log ORDER BY seq").expect("SQL");
    let rows = rows.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, Vec<u8>>(1)?)));
    let mut names = Vec::new();
    for (name, body) in rows.expect("rows").map(|row| row.expect("a row")) {
        let body: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
        assert_eq!(body["actor"], "console", "{body}");
        names.push(name);
    }
    let made = ["installation.created", "user.created"];
    let done = ["user.created", "user.updated", "membership.changed", "user.disabled", "user.deleted"];
    assert_eq!(names, [&made[..], &done].concat());
}

#[test]
fn factors_are_reset_once_the_operator_agrees() {
    let home = Home::installed();
    home.run(&["user", "create", "--username", "ada"]).line();
    let kept = home.run(&["user", "reset-mfa", "ada"]);
    assert!(kept.refused().contains("--yes"), "{kept:?}");
    assert_eq!(home.run(&["user", "reset-mfa", "ada", "--yes"]).success(), "");
    home.run(&["user", "reset-mfa", "nobody", "--yes"]).missing();
    assert_eq!(home.run(&["user", "reset-mfa", "admin", "--yes"]).success(), "", "the operator is above all");
}

#[test]
fn passwords_are_marked_as_compromised_one_or_many() {
    let home = Home::installed();
    for name in ["ada", "bob", "carl"] {
        home.run(&["user", "create", "--username", name]).line();
        home.run_with_input(&["user", "set-password", name], "correct horse battery staple").success();
    }
    home.run(&["user", "create", "--username", "dora"]).line();
    let kept = home.run(&["user", "mark-compromised", "ada"]);
    assert!(kept.refused().contains("--yes"), "{kept:?}");
    let mark = ["user", "mark-compromised", "--yes"];
    let done = home.run(&[&mark[..], &["ada", "--reason", "in a list"]].concat());
    assert_eq!(done.success(), "");
    assert!(home.run(&[&mark[..], &["dora"]].concat()).refused().contains("no password"));
    home.run(&[&mark[..], &["nobody"]].concat()).missing();

    let many =
        home.run_with_input(&[&mark[..], &["--from", "-"]].concat(), "bob\n\n nobody \r\ndora\ncarl\n");
    assert_eq!(many.code(), Some(4), "{many:?}");
    let told: Vec<Vec<_>> = many.stdout().lines().map(|line| line.split('\t').collect()).collect();
    let short: Vec<_> = told.iter().map(|line| (line[0], line[1])).collect();
    assert_eq!(short, [("bob", "marked"), ("nobody", "refused"), ("dora", "refused"), ("carl", "marked")]);
    assert!(told[0][2].starts_with("usr_") && told[2][2].contains("no password"), "{told:?}");
    assert!(many.stderr().contains("2 of 4 were refused"), "{many:?}");
    let without = home.run_with_input(&["user", "mark-compromised", "--from", "-"], "bob\n");
    assert!(without.refused().contains("--yes"), "{without:?}");
    let names = home.path().join("names.txt");
    std::fs::write(&names, "ada\n").expect("written");
    let from_file = home.run(&[&mark[..], &["--from", names.to_str().expect("UTF-8")]].concat());
    assert!(from_file.line().starts_with("ada\tmarked\tusr_"), "{from_file:?}");
    home.run(&[&mark[..], &["--from", "/nowhere"]].concat()).refusal();
}
