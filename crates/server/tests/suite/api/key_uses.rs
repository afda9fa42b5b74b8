//! What API keys are used for: their last use, their clients, and finding them.

use authms_core::access::{Permission, Role};
use authms_core::key::{self, CreateKey, Environment};
use authms_core::ticket::Purpose;
use authms_core::time::Span;
use authms_testkit::{CommitFault, Setup, TestApp};
use serde_json::{Value, json};

const KEYS: &str = "/auth/api-keys";

#[tokio::test]
async fn the_last_use_is_told_within_a_minute_and_no_request_writes_it() {
    let app = TestApp::start().await;
    let admin = app.sign_in(app.admin).await.access;
    let made = app.home().key(&[Permission::UserRead], Role::Member).await;
    let path = format!("{KEYS}/{}", made.key.id);
    let told = async || {
        let shown = app.get(&path, &admin).await.body["data"].clone();
        (shown["last_used_at"].clone(), shown["last_used_ip"].clone())
    };
    let used = async |from: &str| {
        let before = app.faults.counts().commits;
        let answer = app.request("GET", "/admin/users").bearer(made.raw.expose()).from(from).send().await;
        assert_eq!((answer.status, app.faults.counts().commits), (200, before), "it writes nothing");
        json!(app.parts.now().to_string())
    };
    let write = async || key::write_uses(&app.parts).await.expect("writes");
    assert_eq!(told().await, (Value::Null, Value::Null), "never used");
    let nothing = app.faults.counts().commits;
    write().await;
    assert_eq!(app.faults.counts().commits, nothing);

    let first = used("::ffff:192.0.2.7").await;
    write().await;
    assert_eq!(told().await, (first.clone(), json!("192.0.2.7")), "the first at once");
    app.clock.advance(Span::seconds(30));
    let second = used("2001:db8::9").await;
    write().await;
    assert_eq!(told().await.0, first, "within the same minute it waits");
    app.clock.advance(Span::seconds(30));
    let before = app.faults.counts().commits;
    write().await;
    assert_eq!(told().await, (second, json!("2001:db8::9")), "to the millisecond");
    assert_eq!(app.faults.counts().commits, before + 1);
    app.clock.advance(Span::seconds(600));
    write().await;
    assert_eq!(app.faults.counts().commits, before + 1, "a key at rest is not written again");

    // What cannot be written now is written later.
    let third = used("192.0.2.8").await;
    app.faults.next_commit(CommitFault::Unavailable);
    assert!(key::write_uses(&app.parts).await.is_err());
    write().await;
    assert_eq!(told().await.0, third);
    // A process that ends writes what it knows.
    app.clock.advance(Span::seconds(1));
    let last = used("192.0.2.8").await;
    key::write_last_uses(&app.parts).await.expect("writes");
    let later = app.restart(Setup::default()).await;
    assert_eq!(later.get(&path, &admin).await.body["data"]["last_used_at"], last);
    assert_eq!(app.audit("api_key.updated").len(), 0, "a use is no change");
}

#[tokio::test]
async fn a_key_that_lists_clients_mints_only_for_them() {
    let app = TestApp::start().await;
    let admin = app.sign_in(app.admin).await.access;
    let alice = app.user("alice", Role::Member).await;
    let (ours, secret) = app.client("ours", &[Purpose::Sso]).await;
    let (theirs, _) = app.client("theirs", &[Purpose::Sso]).await;
    let foreign = app.another_tenant("other").await.client("foreign").await.client.id.to_string();
    let ask = json!({ "name": "shop", "scopes": ["ticket:mint"], "client_ids": [ours, ours] });
    let made = app.post(KEYS, &admin, ask).await;
    assert_eq!((made.status, &made.body["data"]["client_ids"]), (201, &json!([ours])), "{}", made.body);
    let raw = made.body["data"]["raw_key"].as_str().expect("a key").to_owned();
    let path = format!("{KEYS}/{}/clients", made.body["data"]["id"].as_str().expect("an id"));
    let mint = async |client: Option<&str>| {
        let body = json!({ "user_id": alice.to_string(), "client_id": client });
        app.post("/auth/generate-ticket", &raw, body).await
    };

    let before = app.written();
    for other in [None, Some(theirs.as_str()), Some(&foreign), Some("cli_0000000000000000000001")] {
        assert_eq!(mint(other).await.refusal(), (403, 40000703), "{other:?}");
    }
    assert_eq!(app.written(), before, "nothing was minted");
    let minted = mint(Some(&ours)).await;
    let ticket = minted.body["ticket"].clone();
    assert_eq!(app.redeem(ticket.as_str().unwrap_or_default()).await.status, 400, "bound to the client");
    let body = json!({ "ticket": ticket });
    assert_eq!(app.signin(body).basic(&ours, &secret).send().await.status, 200);

    let set = async |ids: Value| app.put(&path, &admin, json!({ "client_ids": ids })).await;
    for nobody in [foreign.as_str(), "cli_0000000000000000000001", "x", "usr_0000000000000000000001"] {
        assert_eq!(set(json!([ours, nobody])).await.refusal(), (404, 40000601), "{nobody}");
        let ask = json!({ "name": "shop", "client_ids": [nobody] });
        assert_eq!(app.post(KEYS, &admin, ask).await.refusal(), (404, 40000601), "{nobody}");
    }
    let many: Vec<_> = (1..=33).map(|n| format!("cli_{n:022}")).collect();
    assert_eq!(set(json!(many)).await.refusal(), (400, 40000001));
    assert_eq!(mint(Some(&ours)).await.status, 200, "what was refused changed nothing");

    assert_eq!(set(json!([theirs])).await.status, 200);
    assert_eq!(mint(Some(&ours)).await.refusal(), (403, 40000703));
    assert_eq!(mint(Some(&theirs)).await.status, 200);
    assert_eq!(app.delete(&format!("/admin/oauth/clients/{theirs}"), &admin).await.status, 204);
    for any in [None, Some(ours.as_str())] {
        assert_eq!(mint(any).await.refusal(), (403, 40000703), "a deleted client lifts no restriction");
    }
    assert_eq!(mint(Some(&theirs)).await.refusal(), (404, 40000601));
    assert_eq!(set(json!([])).await.body["data"]["client_ids"], json!([]));
    for any in [None, Some(ours.as_str())] {
        assert_eq!(mint(any).await.status, 200);
    }
}

#[tokio::test]
async fn keys_are_found_by_status_environment_name_and_expiry() {
    let app = TestApp::start().await;
    let admin = app.sign_in(app.admin).await.access;
    let day = |n: i64| Some(app.parts.now().plus(Span::hours(24 * n)));
    let make = async |name: &str, environment, expires_at| {
        let body = json!({
            "name": name,
            "environment": Environment::as_str(environment),
            "expires_at": Option::map(expires_at, |at: authms_core::time::Timestamp| at.to_string()),
        });
        let made = app.post(KEYS, &admin, body).await;
        assert_eq!(made.status, 201, "{}", made.body);
        // Otherwise both were as old as each other.
        app.clock.advance(Span::millis(1));
        made.body["data"]["id"].as_str().expect("an id").to_owned()
    };
    make("web shop", Environment::Live, day(8)).await;
    let off = make("web crm", Environment::Test, day(1)).await;
    make("batch", Environment::Test, day(3)).await;
    make("forever", Environment::Live, None).await;
    let more = CreateKey { expires_at: day(1), ..CreateKey::default() };
    app.another_tenant("other").await.key_with(&[], Role::Member, more).await;
    let off = app.put(&format!("{KEYS}/{off}/status"), &admin, json!({ "status": "compromised" })).await;
    assert_eq!(off.status, 200);

    for base in [KEYS, "/admin/auth/api-keys"] {
        let names = async |query: &str| {
            let answer = app.get(&format!("{base}{query}"), &admin).await;
            assert_eq!(answer.status, 200, "{}", answer.body);
            let items = answer.body["items"].as_array().cloned().unwrap_or_default();
            items.iter().map(|i| i["name"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(names("").await, ["web shop", "web crm", "batch", "forever"]);
        assert_eq!(names("?status=compromised").await, ["web crm"]);
        assert_eq!(names("?status=active&environment=test").await, ["batch"]);
        assert_eq!(names("?search=WEB&page_size=1&page=2").await, ["web crm"]);
        for bad in ["status=revoked", "environment=staging"] {
            assert_eq!(app.get(&format!("{base}?{bad}"), &admin).await.refusal(), (400, 40000001), "{bad}");
        }
    }
    let expiring = async |query: &str| {
        let answer = app.get(&format!("/admin/auth/api-keys/expiring{query}"), &admin).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let items = answer.body["items"].as_array().cloned().unwrap_or_default();
        items.iter().map(|i| i["name"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(expiring("").await, ["batch"], "a week, and only what works");
    assert_eq!(expiring("?days=8").await, ["batch", "web shop"], "soonest first");
    assert_eq!(expiring("?days=0").await, Vec::<String>::new());
    assert_eq!(expiring("?days=4000000000").await, ["batch", "web shop"], "the nearest bound");
    app.clock.advance(Span::hours(24 * 3));
    let admin = app.sign_in(app.admin).await.access;
    let left = app.get("/admin/auth/api-keys/expiring", &admin).await;
    assert_eq!(left.body["items"].as_array().map(Vec::len), Some(1), "what has expired expires no more");
}
