//! What a tenant asks of passwords, and how good one is.

use authms_core::access::Role;
use authms_core::time::Span;
use authms_testkit::{Answer, TestApp};
use serde_json::{Value, json};

const POLICY: &str = "/api/v1/admin/security/password-policy";
const OLD: &str = "three wise monkeys";

#[tokio::test]
async fn the_default_follows_nist_and_a_preset_follows_pci_dss() {
    let app = TestApp::start().await;
    let admin = app.sign_in(app.admin).await.access;
    let shown = app.get(POLICY, &admin).await.body["data"].clone();
    for (member, value) in [
        ("preset", json!("nist")),
        ("min_length", json!(15)),
        ("min_length_mfa", json!(8)),
        ("max_length", json!(1024)),
        ("expiry_days", json!(0)),
        ("history_count", json!(0)),
        ("require_digit", json!(false)),
        ("require_letter", json!(false)),
        ("require_special", json!(false)),
        ("min_score", json!(2)),
        ("blocklist", json!(true)),
        ("password_transmission", json!("plain")),
    ] {
        assert_eq!(shown[member], value, "{member}");
    }
    // What was read may be sent back.
    assert_eq!(app.put(POLICY, &admin, shown.clone()).await.body["data"], shown);

    let pci = app.put(POLICY, &admin, json!({ "preset": "pci_dss" })).await.body["data"].clone();
    let members = ["preset", "min_length", "require_letter", "require_digit", "history_count", "expiry_days"];
    let expected = [json!("pci_dss"), json!(12), json!(true), json!(true), json!(4), json!(90)];
    assert_eq!(members.map(|member| pci[member].clone()), expected);
    assert_eq!(app.get(POLICY, &admin).await.body["data"], pci);
    let changed = app.put(POLICY, &admin, json!({ "grace_period_days": 7, "min_length": null })).await;
    let changed = &changed.body["data"];
    assert_eq!((&changed["preset"], &changed["min_length"]), (&json!("custom"), &json!(15)));
    assert_eq!(changed["expiry_days"], 90, "what is not named stays");
    assert_eq!(&app.put(POLICY, &admin, changed.clone()).await.body["data"], changed);

    let rows = app.audit("tenant.password_policy_changed");
    assert_eq!(rows.len(), 4);
    assert_eq!((&rows[1]["preset"], &rows[1]["expiry_days"]), (&json!("pci_dss"), &json!(90)));
}

#[tokio::test]
async fn a_policy_out_of_range_changes_nothing() {
    let app = TestApp::start().await;
    let admin = app.sign_in(app.admin).await.access;
    let before = app.get(POLICY, &admin).await.body["data"].clone();
    for (member, value) in [
        ("min_length", json!(7)),
        ("min_length", json!(65)),
        ("min_length_mfa", json!(7)),
        ("max_length", json!(63)),
        ("max_length", json!(1025)),
        ("min_score", json!(5)),
        ("history_count", json!(25)),
        ("history_count", json!(-1)),
        ("change_cooldown_minutes", json!(43_201)),
        ("expiry_days", json!(3651)),
        ("expiry_days", json!(i64::MAX)),
        ("warning_days", json!(366)),
        ("grace_period_days", json!(366)),
        ("preset", json!("lax")),
        ("words", json!(["abc"])),
        ("words", json!(vec!["word"; 501])),
        ("lock_duration_sec", json!(1)),
        ("max_login_attempts", json!(1)),
    ] {
        let answer = app.put(POLICY, &admin, json!({ member: value, "expiry_days_": 1 })).await;
        assert_eq!(answer.refusal(), (400, 40000001), "{member}: {}", answer.body);
        assert_eq!(answer.body["member"], member, "{}", answer.body);
    }
    let answer = app.put(POLICY, &admin, json!({ "password_transmission": "hash" })).await;
    assert_eq!(answer.refusal(), (400, 40000503));
    assert_eq!(app.get(POLICY, &admin).await.body["data"], before);

    let manager = app.user("manager", Role::Admin).await;
    let manager = app.sign_in(manager).await.access;
    assert_eq!(app.get(POLICY, &manager).await.status, 200);
    assert_eq!(app.put(POLICY, &manager, json!({ "min_score": 0 })).await.refusal(), (403, 40000010));
}

#[tokio::test]
async fn s13_common_organisation_and_own_words_are_refused_with_the_reason() {
    let app = TestApp::start().await;
    let admin = app.sign_in(app.admin).await.access;
    let relaxed = json!({ "min_length": 8, "words": ["Wolpertinger", "acme"] });
    assert_eq!(app.put(POLICY, &admin, relaxed).await.status, 200);
    for (password, reason) in [
        ("short", "too_short"),
        ("password", "common"),
        ("P4ssw0rd", "common"),
        ("drowssap", "common"),
        ("trustno1", "common"),
        ("aaaaaaaaaaaaaaaa", "weak"),
        ("qwertyuiop123456", "weak"),
        ("2019-04-04", "weak"),
        ("seven wolpertingers", "tenant_word"),
        ("seven W0lpertIngers", "tenant_word"),
        ("we @cm3 people here", "tenant_word"),
        ("anneliese in the hay", "own_name"),
        ("ANNELIESE IN THE HAY", "own_name"),
        ("ann3l1e5e in the hay", "own_name"),
        ("rings 15551234567 twice", "own_name"),
        ("lisl in the haystack", "own_name"),
        ("hr:77 of the haystack", "own_name"),
    ] {
        let body = json!({
            "username": "anneliese", "email": "anneliese@example.test", "phone": "+1 555 123 4567",
            "nickname": "Lisl", "external_id": "hr:77", "password": password,
        });
        let answer = app.post("/admin/users", &admin, body).await;
        assert_eq!(answer.refusal(), (400, 40000501), "{password}: {}", answer.body);
        assert_eq!(answer.body["reason"], reason, "{password}: {}", answer.body);
        let said = answer.body["message"].as_str().unwrap_or_default();
        assert!(
            said.starts_with("new_password: ") && (password == "password" || !said.contains(password)),
            "{said}"
        );
    }
    let fine = json!({ "username": "anneliese", "password": "zebra quartz" });
    assert_eq!(app.post("/admin/users", &admin, fine).await.status, 201);
}

#[tokio::test]
async fn the_same_rules_hold_wherever_a_password_is_set() {
    let app = TestApp::start().await;
    let admin = app.sign_in(app.admin).await.access;
    let alice = app.user_with_password("alice", OLD).await;
    let mine = app.sign_in(alice).await.access;
    let common = "passwordpassword";
    assert_reason(&change(&app, &mine, OLD, common).await, "weak");
    assert_reason(&change(&app, &mine, OLD, "my friend alice and I").await, "own_name");
    let path = format!("/admin/users/{alice}/password");
    assert_reason(&app.put(&path, &admin, json!({ "new_password": common })).await, "weak");
    let (_, code) = app.home().invitation("bob@example.test").await;
    let body = json!({ "invitation_code": code, "password": common });
    let register = || app.request("POST", "/auth/register");
    assert_reason(&register().json(body).send().await, "weak");
    let body = json!({ "invitation_code": code, "password": "a sentence that bob alone knows" });
    assert_eq!(register().json(body).send().await.status, 201);
}

#[tokio::test]
async fn former_passwords_may_not_come_back() {
    let app = TestApp::start().await;
    let admin = app.sign_in(app.admin).await.access;
    app.put(POLICY, &admin, json!({ "history_count": 2 })).await;
    let alice = app.user_with_password("alice", OLD).await;
    let mine = app.sign_in(alice).await.access;
    let [a, b, c] = ["five wiser gibbons", "nine baffled lemurs", "eleven plaid okapis"];
    assert_eq!(change(&app, &mine, OLD, a).await.status, 200);
    assert_reason(&change(&app, &mine, a, a).await, "unchanged");
    assert_reason(&change(&app, &mine, a, OLD).await, "reused");
    assert_eq!(change(&app, &mine, a, b).await.status, 200);
    assert_reason(&change(&app, &mine, b, OLD).await, "reused");
    assert_reason(&change(&app, &mine, b, a).await, "reused");
    assert_eq!(change(&app, &mine, b, c).await.status, 200);
    assert_eq!(change(&app, &mine, c, OLD).await.status, 200, "two are kept, and it is the third");
    assert_eq!(app.count("SELECT count(*) FROM password_history"), 2);
    assert_eq!(
        app.count("SELECT count(*) FROM password_history WHERE password_hash LIKE '$pepper$0$argon2id$%'"),
        2
    );

    // Nobody tries out by setting one what somebody else has had.
    let path = format!("/admin/users/{alice}/password");
    assert_eq!(app.put(&path, &admin, json!({ "new_password": c })).await.status, 200);
    assert_eq!(app.delete(&format!("/admin/users/{alice}"), &admin).await.status, 204);
    assert_eq!(app.count("SELECT count(*) FROM password_history"), 0, "gone with the user");
}

#[tokio::test]
async fn a_new_password_stays_for_the_cool_down_unless_it_must_go() {
    let app = TestApp::start().await;
    let admin = app.sign_in(app.admin).await.access;
    app.put(POLICY, &admin, json!({ "change_cooldown_minutes": 60 })).await;
    let alice = app.user_with_password("alice", OLD).await;
    let path = format!("/admin/users/{alice}/password");
    assert_eq!(app.put(&path, &admin, json!({ "new_password": "five wiser gibbons" })).await.status, 200);
    let mine = app.sign_in(alice).await.access;
    let first = change(&app, &mine, "five wiser gibbons", "nine baffled lemurs").await;
    assert_eq!(first.status, 200, "somebody else chose it: {}", first.body);
    let until = app.parts.now().plus(Span::seconds(3600)).to_string();
    let again = async || {
        let mine = app.sign_in(alice).await.access;
        change(&app, &mine, "nine baffled lemurs", "eleven plaid okapis").await
    };
    let soon = again().await;
    assert_eq!(soon.refusal(), (409, 40000505), "{}", soon.body);
    assert_eq!(soon.body["available_at"], until, "{}", soon.body);
    app.clock.advance(Span::seconds(3599));
    assert_eq!(again().await.status, 409);
    app.clock.advance(Span::seconds(1));
    assert_eq!(again().await.status, 200);
}

#[tokio::test]
async fn s10_eight_characters_suffice_beside_a_second_factor() {
    let app = TestApp::start().await;
    let alice = app.user_with_password("alice", OLD).await;
    let mine = app.sign_in(alice).await.access;
    let short = "zq7 vexd";
    assert_reason(&change(&app, &mine, OLD, short).await, "too_short");
    let phone = app.home().authenticator(alice).await;
    assert_reason(&change(&app, &mine, OLD, &short[..7]).await, "too_short");
    assert_eq!(change(&app, &mine, OLD, short).await.status, 200);
    assert_eq!(app.login("alice", short).await.status, 200);
    // Without the factor it is as before.
    let code = json!({ "code": phone.code(&app) });
    let gone = app.request("DELETE", "/mfa/methods/totp").bearer(&mine).json(code).send().await;
    assert_eq!(gone.status, 200, "{}", gone.body);
    assert_reason(&change(&app, &mine, short, "bx4 qumo").await, "too_short");
}

#[tokio::test]
async fn composition_is_asked_for_where_the_policy_says_so() {
    let app = TestApp::start().await;
    let admin = app.sign_in(app.admin).await.access;
    let mixed = json!({ "require_lower": true, "require_upper": true, "require_digit": true, "require_special": true });
    assert_eq!(app.put(POLICY, &admin, mixed).await.status, 200);
    let create =
        |password| app.post("/admin/users", &admin, json!({ "username": "alice", "password": password }));
    for lacking in
        ["Three wise monkeys", "three wise monkeys 7", "THREE WISE MONKEYS 7", "Three7WiseMonkeysHere"]
    {
        assert_reason(&create(lacking).await, "composition");
    }
    assert_eq!(create("Three wise monkeys 7").await.status, 201);
}

#[tokio::test]
async fn strength_tells_what_is_asked_and_what_would_help() {
    let app = TestApp::start().await;
    let ask = |password: &str| {
        let request = app.request("POST", "/api/v1/public/password-strength");
        request.json(json!({ "password": password })).send()
    };
    let weak = ask("password").await.body["data"].clone();
    assert_eq!((&weak["score"], &weak["is_strong"]), (&json!(0), &json!(false)));
    assert_eq!(weak["warning"], "This is a top-10 common password.");
    assert!(weak["suggestions"].as_array().is_some_and(|s| !s.is_empty()));
    assert_eq!(
        checks(&weak),
        [("min_length", false), ("max_length", true), ("not_common", false), ("hard_to_guess", false)]
    );
    let strong = ask("correct horse battery staple").await.body["data"].clone();
    assert_eq!((&strong["score"], &strong["is_strong"]), (&json!(100), &json!(true)));
    assert!(strong["crack_seconds"].as_f64().is_some_and(|s| s > 1e10));
    assert_eq!(strong["crack_time"], "centuries");
    let empty = ask("").await;
    assert_eq!((empty.status, &empty.body["data"]["score"]), (200, &json!(0)));
    assert_eq!(ask(&"x".repeat(1025)).await.refusal(), (400, 40000001));
    assert!(app.audit_log().iter().all(|body| !body.to_string().contains("battery")));
}

#[tokio::test]
async fn ones_own_strength_counts_names_and_words_and_a_strangers_does_not() {
    let app = TestApp::start().await;
    let admin = app.sign_in(app.admin).await.access;
    app.put(POLICY, &admin, json!({ "words": ["wolpertinger"] })).await;
    let alice = app.user("anneliese", Role::Member).await;
    let mine = app.sign_in(alice).await.access;
    let password = json!({ "password": "anneliese rides a wolpertinger" });
    let me = app.post("/auth/me/password-strength", &mine, password.clone()).await.body["data"].clone();
    assert!(
        checks(&me).contains(&("not_own_name", false)) && checks(&me).contains(&("not_tenant_word", false))
    );
    assert_eq!(me["is_strong"], false);
    let anybody = app.request("POST", "/public/password-strength").json(password).send().await;
    assert_eq!(anybody.body["data"]["is_strong"], true, "a tenant's words are not for everybody to try out");
    let other =
        app.request("POST", "/public/password-strength").header("x-tenant-id", "tnt_0000000000000000000001");
    assert_eq!(
        other.json(json!({ "password": "x" })).send().await.status,
        200,
        "nor is which tenants there are"
    );
}

#[tokio::test]
async fn s14_a_password_marked_as_compromised_must_be_changed_and_ends_everything() {
    let app = TestApp::start().await;
    let admin = app.sign_in(app.admin).await.access;
    let alice = app.user_with_password("alice", OLD).await;
    let mine = app.sign_in(alice).await.access;
    assert_eq!(change(&app, &mine, OLD, "five wiser gibbons").await.status, 200);
    let path = format!("/admin/users/{alice}/password-status");
    assert_eq!(app.get(&path, &admin).await.body["must_change_password"], false);
    app.clock.advance(Span::hours(5 * 366 * 24));
    let admin_again = app.sign_in(app.admin).await.access;
    let later = app.get(&path, &admin_again).await.body;
    assert_eq!(
        (&later["must_change_password"], &later["password_expires_in"]),
        (&json!(false), &Value::Null)
    );

    let mine = app.sign_in(alice).await.access;
    let mark = format!("/admin/users/{alice}/password-compromised");
    let body = json!({ "reason": "in a list of leaked ones" });
    assert_eq!(app.post(&mark, &admin_again, body).await.status, 200);
    assert_eq!(app.me(&mine).await.status, 401);
    let marked = app.get(&path, &admin_again).await.body;
    assert_eq!(marked["must_change_password"], true);
    assert!(marked["password_compromised_at"].is_string());
    let row = &app.audit("user.password_compromised")[0];
    assert_eq!(
        (&row["subject"], &row["reason"]),
        (&json!(alice.to_string()), &json!("in a list of leaked ones"))
    );

    let mine = app.sign_in(alice).await.access;
    assert_eq!(change(&app, &mine, "five wiser gibbons", "nine baffled lemurs").await.status, 200);
    let changed = app.get(&path, &admin_again).await.body;
    assert_eq!(
        (&changed["must_change_password"], &changed["password_compromised_at"]),
        (&json!(false), &Value::Null)
    );
    let nobody = app.user("bob", Role::Member).await;
    let mark = format!("/admin/users/{nobody}/password-compromised");
    assert_eq!(app.post(&mark, &admin_again, json!({})).await.refusal(), (409, 40000506));
}

fn checks(data: &Value) -> Vec<(&str, bool)> {
    let checks = data["checks"].as_array().expect("checks");
    checks.iter().map(|c| (c["key"].as_str().expect("a key"), c["passed"] == true)).collect()
}

async fn change(app: &TestApp, bearer: &str, old: &str, new: &str) -> Answer {
    let body = json!({ "old_password": old, "new_password": new });
    app.put("/api/v1/auth/me/password", bearer, body).await
}

fn assert_reason(answer: &Answer, reason: &str) {
    assert_eq!(answer.refusal(), (400, 40000501), "{}", answer.body);
    assert_eq!(answer.body["reason"], reason, "{}", answer.body);
}
