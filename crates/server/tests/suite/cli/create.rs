//! Creating users, clients and API keys.

use super::home::Home;

#[test]
fn a_user_is_created_and_its_identifier_alone_is_printed() {
    let home = Home::installed();
    let plain = home.run(&["user", "create", "--username", "grace"]);
    assert!(plain.line().starts_with("usr_") && plain.stderr().is_empty(), "{plain:?}");

    let args =
        ["user", "create", "--username", "Ada", "--phone", "+49 170 1234567", "--role", "admin", "--json"];
    let ada = home.run(&args).json();
    assert!(ada["id"].as_str().expect("text").starts_with("usr_"));
    assert_eq!((&ada["username"], &ada["phone"]), (&"ada".into(), &"+491701234567".into()));
    assert_eq!((&ada["role"], &ada["email"]), (&"admin".into(), &serde_json::Value::Null));

    let taken = home.run(&["user", "create", "--username", "ADA"]);
    assert!(taken.refused().contains("taken"), "{taken:?}");
    let malformed = home.run(&["user", "create", "--email", "nobody"]);
    assert!(malformed.refused().contains("email"), "{malformed:?}");
    assert_eq!(home.run(&["user", "create"]).code(), Some(2));
    assert_eq!(home.run(&["user", "create", "--username", "x", "--role", "god"]).code(), Some(2));
}

#[test]
fn a_first_password_comes_from_standard_input() {
    let home = Home::installed();
    let create = |name: &str, input: &str| {
        home.run_with_input(&["user", "create", "--username", name, "--password-stdin"], input)
    };
    create("ada", "correct horse battery staple\n").line();
    create("grace", "correct horse battery staple").line();
    for (input, why) in [
        ("", "no password"),
        ("\n", "no password"),
        ("short\n", "at least 15 characters"),
        (&"x".repeat(1025), "1024 bytes"),
        ("correct horse\0battery staple", "none of them zero"),
        ("i am kurt and nobody else", "name"),
    ] {
        let refused = create("kurt", input);
        assert!(refused.refused().contains(why), "{input:?}: {refused:?}");
    }
}

#[test]
fn a_client_is_created_with_its_secret() {
    let home = Home::installed();
    let plain = home.run(&["client", "create", "--name", "one"]);
    let lines: Vec<_> = plain.success().lines().collect();
    let [id, secret] = lines[..] else { panic!("two lines: {plain:?}") };
    assert!(id.starts_with("client_id=cli_") && secret.starts_with("client_secret=cs_"), "{plain:?}");
    assert_eq!(plain.stderr(), "");

    let uri = "https://app.example.org/callback";
    let args = ["client", "create", "--name", "two", "--purpose", "sso", "--purpose", "on_behalf"];
    let two = home.run(&[&args[..], &["--redirect-uri", uri, "--json"]].concat()).json();
    assert!(two["client_id"].as_str().expect("text").starts_with("cli_"));
    assert!(two["client_secret"].as_str().expect("text").starts_with("cs_"));

    let taken = home.run(&["client", "create", "--name", "two"]);
    assert!(taken.refused().contains("taken"), "{taken:?}");
    let relative = home.run(&["client", "create", "--name", "three", "--redirect-uri", "/callback"]);
    assert!(relative.refused().contains("redirect_uris"), "{relative:?}");
    assert_eq!(home.run(&["client", "create", "--name", "x", "--purpose", "any"]).code(), Some(2));
}

#[test]
fn an_api_key_is_created_and_shown_once() {
    let home = Home::installed();
    let plain = home.run(&["key", "create", "--name", "backend", "--scope", "ticket:mint"]);
    assert!(plain.line().starts_with("ak_") && plain.stderr().is_empty(), "{plain:?}");

    let args = [
        "key",
        "create",
        "--name",
        "ops",
        "--scope",
        "user:read",
        "--scope",
        "user:write",
        "--rank",
        "admin",
    ];
    let more = ["--expires-in-days", "30", "--environment", "test", "--json"];
    let key = home.run(&[&args[..], &more].concat()).json();
    assert!(key["id"].as_str().expect("text").starts_with("key_"));
    assert!(key["raw_key"].as_str().expect("text").starts_with("ak_"));
    assert_eq!(key["scopes"], serde_json::json!(["user:read", "user:write"]));
    assert_eq!((&key["rank"], &key["environment"]), (&"admin".into(), &"test".into()));
    assert!(key["expires_at"].is_string());

    for wrong in [
        &["--scope", "everything"][..],
        // A system never acts on somebody's behalf.
        &["--scope", "ticket:on_behalf"],
        &["--scope", "ticket:mint", "--expires-in-days", "0"],
        &[],
    ] {
        let args = [&["key", "create", "--name", "x"][..], wrong].concat();
        assert_eq!(home.run(&args).code(), Some(2), "{wrong:?}");
    }
}
