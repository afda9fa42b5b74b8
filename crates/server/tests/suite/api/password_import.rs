//! Taking over password hashes of other systems.

use authms_core::access::{Permission, Role};
use authms_testkit::{Answer, TestApp, Tokens};
use serde_json::json;

const PASSWORD: &str = "correct horse battery staple";
const BCRYPT: &str = "$2b$04$abcdefghijklmnopqrstuu7EJV7kdjBBQxyb0HjTh9KS7.Lah/6CG";
const LONG: &str = "01234567890123456789012345678901234567890123456789012345678901234567890123456789";
const BCRYPT_LONG: &str = "$2b$04$abcdefghijklmnopqrstuum2G75IXDN/xsgbNa/hCiPSKyIHQd70S";

#[tokio::test]
async fn s17_an_imported_hash_signs_in_and_is_made_anew_at_the_first_success() {
    let app = TestApp::start().await;
    let admin = app.sign_in(app.admin).await.access;
    for (n, hash) in [
        BCRYPT,
        "$scrypt$ln=4,r=8,p=1$c2FsdHNhbHRzYWx0c2FsdA$jkBzE6t+3YTzAuQ1ol2ZxJUOk0akIbgat0w+kf21AT0",
        "pbkdf2_sha256$1000$xGZ2bDzUfVqK$VN20sCNlXPSM3rKBzSz0QRNEoTnxmgeII07Tvg1ghU0=",
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("user{n}");
        assert_eq!(import(&app, &admin, &name, hash).await.status, 201, "{hash}");
        assert_eq!(app.login(&name, "sorry, another password").await.status, 401);
        assert_eq!(stored(&app, &name), hash, "nothing changes by guessing");
        let first = app.login(&name, PASSWORD).await;
        assert_eq!(first.status, 200, "{}", first.body);
        assert_eq!(first.body["must_change_password"], false, "the user chose it themselves");
        assert!(stored(&app, &name).starts_with("$pepper$0$argon2id$v=19$"), "{}", stored(&app, &name));
        assert_eq!(app.login(&name, PASSWORD).await.status, 200);
        assert_eq!(app.login(&name, "sorry, another password").await.status, 401);
    }
    assert_eq!(app.audit("user.password_rehashed").len(), 3);
    let imported = app.audit("user.created").into_iter().filter(|row| row["password"] == "imported");
    assert_eq!(imported.count(), 3);
}

#[tokio::test]
async fn p31_what_bcrypt_never_read_of_a_long_password_counts_from_the_first_sign_in_on() {
    let app = TestApp::start().await;
    let admin = app.sign_in(app.admin).await.access;
    for name in ["alice", "bob"] {
        assert_eq!(import(&app, &admin, name, BCRYPT_LONG).await.status, 201);
    }
    // The old system took the first 72 bytes for the whole; so does the hash that it left.
    assert_eq!(app.login("alice", &LONG[..71]).await.status, 401);
    assert_eq!(app.login("alice", LONG).await.status, 200);
    assert_eq!(app.login("alice", &LONG[..72]).await.status, 401, "all of it counts now");
    assert_eq!(app.login("alice", &format!("{LONG}x")).await.status, 401);
    assert_eq!(app.login("alice", LONG).await.status, 200);
    assert_eq!(app.login("bob", &LONG[..72]).await.status, 200, "as in the old system, once");
}

#[tokio::test]
async fn s29_only_a_super_administrator_in_person_takes_hashes_over() {
    let app = TestApp::start().await;
    let manager = app.user("manager", Role::Admin).await;
    let manager = app.sign_in(manager).await.access;
    assert_eq!(import(&app, &manager, "alice", BCRYPT).await.refusal(), (403, 40000010));
    let key = app.api_key(&[Permission::UserWrite, Permission::TenantWrite], Role::SuperAdmin).await;
    assert_eq!(import(&app, &key, "alice", BCRYPT).await.refusal(), (403, 40000013));

    let admin = app.sign_in(app.admin).await.access;
    let both = json!({ "username": "alice", "password": PASSWORD, "password_hash": BCRYPT });
    assert_eq!(app.post("/admin/users", &admin, both).await.refusal(), (400, 40000001));
    assert_eq!(app.count("SELECT count(*) FROM users"), 2);
    assert_eq!(import(&app, &admin, "alice", BCRYPT).await.status, 201);
}

#[tokio::test]
async fn a_hash_that_would_exhaust_the_machine_or_is_none_is_refused_with_the_reason() {
    let app = TestApp::start().await;
    let admin = app.sign_in(app.admin).await.access;
    let own = stored_after_sign_up(&app).await;
    for (hash, why) in [
        ("$2b$15$abcdefghijklmnopqrstuu7EJV7kdjBBQxyb0HjTh9KS7.Lah/6CG", "costs too much"),
        ("$scrypt$ln=20,r=8,p=1$c2FsdA$jkBzE6t+3YTzAuQ1ol2ZxJUOk0akIbgat0w+kf21AT0", "costs too much"),
        ("$argon2id$v=19$m=1048576,t=1,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4", "costs"),
        ("$2b$04$short", "is not written as"),
        ("5f4dcc3b5aa765d61d8327deb882cf99", "is none of"),
        (own.as_str(), "is none of"),
    ] {
        let answer = import(&app, &admin, "alice", hash).await;
        assert_eq!(answer.refusal(), (400, 40000504), "{hash}");
        let said = answer.body["message"].as_str().unwrap_or_default();
        assert!(said.contains(why) && !said.contains(hash), "{said}");
    }
    let batch = json!({ "users": [
        { "username": "alice", "password_hash": BCRYPT }, { "username": "bob", "password_hash": "$2b$31$x" },
    ] });
    let answer = app.post("/admin/users/batch", &admin, batch).await;
    assert_eq!((answer.body["data"]["succeeded"].as_u64(), answer.status), (Some(1), 200), "{}", answer.body);
    assert_eq!(app.login("alice", PASSWORD).await.status, 200);
}

#[tokio::test]
async fn the_hash_at_rest_is_never_shown() {
    let app = TestApp::start().await;
    let admin = app.sign_in(app.admin).await.access;
    let made = import(&app, &admin, "alice", BCRYPT).await;
    let mine = Tokens::of(app.login("alice", PASSWORD).await);
    let id = made.body["data"]["user"]["id"].as_str().unwrap_or_default();
    let shown = app.get(&format!("/admin/users/{id}"), &admin).await;
    for body in [&made.body, &mine.answer, &shown.body, &app.me(&mine.access).await.body] {
        assert!(!body.to_string().contains("$2b$") && !body.to_string().contains("argon2"), "{body}");
    }
}

async fn import(app: &TestApp, bearer: &str, name: &str, hash: &str) -> Answer {
    app.post("/admin/users", bearer, json!({ "username": name, "password_hash": hash })).await
}

fn stored(app: &TestApp, name: &str) -> String {
    app.query(&format!("SELECT password_hash FROM users WHERE username = '{name}'"))
}

/// What the store keeps of a password that was set here.
async fn stored_after_sign_up(app: &TestApp) -> String {
    app.user_with_password("carol", PASSWORD).await;
    stored(app, "carol")
}
