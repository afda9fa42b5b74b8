//! Invitations: who may invite, and who may accept.

use super::stage::PASSWORD;
use authms_core::access::{Permission, Role};
use authms_core::limits::Quota;
use authms_core::time::Span;
use authms_testkit::{Answer, Setup, TestApp, storm};
use serde_json::{Value, json};
use std::sync::Arc;

const INVITATIONS: &str = "/admin/invitations";
const REFUSED: (u16, u64) = (400, 40001001);

async fn invite(app: &TestApp, bearer: &str, email: &str, role: &str) -> Answer {
    app.post(INVITATIONS, bearer, json!({ "email": email, "role": role })).await
}

/// A code for this address, and the invitation's identifier.
async fn invited(app: &TestApp, bearer: &str, email: &str, role: &str) -> (String, String) {
    let answer = invite(app, bearer, email, role).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    (text(&answer.body["data"]["invitation_code"]), text(&answer.body["data"]["invitation"]["id"]))
}

async fn register(app: &TestApp, code: &str, more: Value) -> Answer {
    let mut body = json!({ "invitation_code": code, "password": PASSWORD });
    for (name, value) in more.as_object().expect("members") {
        body[name] = value.clone();
    }
    app.request("POST", "/auth/register").json(body).send().await
}

async fn shown(app: &TestApp, bearer: &str, id: &str) -> Value {
    app.get(&format!("{INVITATIONS}/{id}"), bearer).await.body["data"].clone()
}

#[tokio::test]
async fn an_invitations_life() {
    let app = TestApp::start().await;
    let (deputy, admin) = app.home().signed_in("deputy", Role::Admin).await;
    let (code, id) = invited(&app, &admin, "New@Example.test", "support").await;
    assert!(code.starts_with("ivc_") && id.starts_with("inv_"));
    let open = shown(&app, &admin, &id).await;
    assert_eq!((&open["email"], &open["role"]), (&json!("new@example.test"), &json!("support")));
    assert_eq!((&open["status"], &open["invited_by"]), (&json!("open"), &json!(deputy.to_string())));
    assert!(open.get("user_id").is_none());

    let made = register(
        &app,
        &code,
        json!({ "username": "newbie", "nickname": "Newbie", "email": "NEW@example.test" }),
    )
    .await;
    assert_eq!((made.status, &made.body["status"]), (201, &json!("active")), "{}", made.body);
    for identity in ["newbie", "new@example.test"] {
        let login = app.login(identity, PASSWORD).await;
        assert_eq!(
            (login.status, &login.body["must_change_password"]),
            (200, &json!(false)),
            "nobody else knows it"
        );
        assert_eq!(login.body["user"]["id"], made.body["user_id"]);
    }
    let user =
        app.get(&format!("/admin/users/{}", made.body["user_id"].as_str().unwrap_or_default()), &admin).await;
    assert_eq!(user.body["data"]["user"]["role"], "support");
    let done = shown(&app, &admin, &id).await;
    assert_eq!((&done["status"], &done["user_id"]), (&json!("accepted"), &made.body["user_id"]));
    assert_eq!(register(&app, &code, json!({ "username": "again" })).await.refusal(), REFUSED, "once");
    let gone = app.delete(&format!("{INVITATIONS}/{id}"), &admin).await;
    assert_eq!(gone.refusal(), (409, 40001003), "what was accepted is not taken back");
    for event in ["invitation.created", "invitation.accepted", "invitation.refused"] {
        assert_eq!(app.audit(event).len(), 1, "{event}");
    }
    assert_eq!(invite(&app, &admin, "new@example.test", "member").await.refusal(), (409, 40000303));

    let (code, id) = invited(&app, &admin, "other@example.test", "member").await;
    assert_eq!(app.delete(&format!("{INVITATIONS}/{id}"), &admin).await.status, 204);
    assert_eq!(register(&app, &code, json!({})).await.refusal(), REFUSED);
    assert_eq!(app.delete(&format!("{INVITATIONS}/{id}"), &admin).await.refusal(), (409, 40001003));
    for (status, count) in [("open", 0), ("accepted", 1), ("revoked", 1), ("expired", 0), ("", 2)] {
        let query = if status.is_empty() { String::new() } else { format!("?status={status}") };
        let list = app.get(&format!("{INVITATIONS}{query}"), &admin).await;
        assert_eq!(list.body["total"], count, "{status}");
        assert!(!list.body.to_string().contains("ivc_"), "no code is ever shown again");
    }
    assert_eq!(app.get(&format!("{INVITATIONS}?status=closed"), &admin).await.refusal(), (400, 40000001));
}

/// One answer, whatever is wrong with it; and no account is made.
#[tokio::test]
async fn whatever_is_wrong_with_an_invitation_the_answer_is_one() {
    let app = TestApp::start().await;
    let (_, admin) = app.home().signed_in("deputy", Role::Admin).await;
    let (spent, _) = invited(&app, &admin, "spent@example.test", "member").await;
    assert_eq!(register(&app, &spent, json!({})).await.status, 201);
    let (revoked, id) = invited(&app, &admin, "revoked@example.test", "member").await;
    app.delete(&format!("{INVITATIONS}/{id}"), &admin).await;
    let (expired, expired_id) = invited(&app, &admin, "expired@example.test", "member").await;
    app.clock.advance(Span::hours(7 * 24));
    let admin = app.home().signed_in("second", Role::Admin).await.1;
    assert_eq!(shown(&app, &admin, &expired_id).await["status"], "expired");
    let (email_taken, _) = invited(&app, &admin, "late@example.test", "member").await;
    app.user("late", Role::Member).await;
    let (good, id) = invited(&app, &admin, "good@example.test", "member").await;
    let forged = format!("{}{}", &good[..good.len() - 10], "0".repeat(10));

    let other = app.another_tenant("other").await.tenant.to_string();
    let users = app.count("SELECT count(*) FROM users");
    let (ticket, key) =
        (app.ticket(app.admin).await, app.api_key(&[Permission::UserRead], Role::Member).await);
    let mut answers = Vec::new();
    for (code, more) in [
        (&spent, json!({})),
        (&revoked, json!({})),
        (&expired, json!({})),
        (&email_taken, json!({})),
        (&forged, json!({})),
        (&good, json!({ "email": "somebody@example.test" })),
        (&good, json!({ "email": "nonsense" })),
        (&good, json!({ "tenant_id": other })),
        (&good, json!({ "tenant_id": "nonsense" })),
        (&id, json!({})),
        (&"ivc_".to_owned(), json!({})),
        (&String::new(), json!({})),
        (&ticket, json!({})),
        (&key, json!({})),
        // What is wrong besides is not looked at.
        (&spent, json!({ "password": "short", "username": "a b" })),
        (&forged, json!({ "password": "short" })),
    ] {
        let answer = register(&app, code, more.clone()).await;
        let mut body = answer.body.clone();
        for differs in ["request_id", "timestamp"] {
            body.as_object_mut().expect("an object").remove(differs);
        }
        assert_eq!(answer.refusal(), REFUSED, "{more}: {}", answer.body);
        answers.push(body);
    }
    assert!(answers.windows(2).all(|two| two[0] == two[1]), "{answers:#?}");
    assert_eq!(app.count("SELECT count(*) FROM users"), users);
    let header = app.request("POST", "/auth/register").header("x-tenant-id", &other);
    let body = json!({ "invitation_code": good, "password": PASSWORD });
    assert_eq!(header.json(body).send().await.refusal(), REFUSED);
    assert_eq!(register(&app, &good, json!({ "tenant_id": app.tenant.to_string() })).await.status, 201);
}

#[tokio::test]
async fn neither_a_look_nor_a_bad_choice_uses_an_invitation_up() {
    let app = TestApp::start().await;
    let admin = app.sign_in(app.admin).await.access;
    let (code, _) = invited(&app, &admin, "new@example.test", "member").await;
    for method in ["GET", "HEAD", "OPTIONS", "PUT"] {
        let path = format!("/auth/register?invitation_code={code}");
        let looked =
            app.request(method, &path).json(json!({ "invitation_code": code, "password": PASSWORD }));
        assert_eq!(looked.send().await.status, 405, "{method}");
    }
    app.user("taken", Role::Member).await;
    let hashed = app.passwords.hashed();
    for (wanted, more) in [
        ((409, 40000303), json!({ "username": "TAKEN" })),
        ((400, 40000001), json!({ "username": "a b" })),
        ((400, 40000501), json!({ "password": "short" })),
        ((400, 40000501), json!({ "username": "my-own-name", "password": "my-own-name is no secret" })),
        ((400, 40000503), json!({ "password_transmission": "hash" })),
        ((400, 40000001), json!({ "password": "x".repeat(1025) })),
    ] {
        assert_eq!(register(&app, &code, more.clone()).await.refusal(), wanted, "{more}");
    }
    assert_eq!(app.passwords.hashed(), hashed, "refused before hashing");
    assert_eq!(register(&app, &code, json!({ "username": "free", "role": "super_admin" })).await.status, 201);
    assert_eq!(app.login("free", PASSWORD).await.status, 200);
    let role: String = app
        .query("SELECT m.role FROM memberships m JOIN users u ON u.id = m.user_id WHERE username = 'free'");
    assert_eq!(role, "member", "the role is not for the body to say");
}

#[tokio::test]
async fn nobody_invites_to_what_they_may_not_appoint() {
    let app = TestApp::start().await;
    let home = app.home();
    for (who, reach) in [
        (Role::Support, None),
        (Role::Admin, Some(Role::Support)),
        (Role::SuperAdmin, Some(Role::SuperAdmin)),
    ] {
        let (_, bearer) = home.signed_in(&format!("caller-{}", who.as_str().replace('_', "-")), who).await;
        for role in Role::ALL {
            let email = format!("{}.{}@example.test", who.as_str(), role.as_str());
            let answer = invite(&app, &bearer, &email, role.as_str()).await;
            let expected = match reach {
                None => (403, 40000010),
                Some(reach) if role <= reach => (201, 0),
                Some(_) => (403, 40000011),
            };
            assert_eq!(answer.refusal(), expected, "{who:?} invites {role:?}");
        }
    }
    let root = app.sign_in(app.admin).await.access;
    let (_, id) = invited(&app, &root, "boss@example.test", "super_admin").await;
    let (_, admin) = home.signed_in("deputy", Role::Admin).await;
    let revoked = app.delete(&format!("{INVITATIONS}/{id}"), &admin).await;
    assert_eq!(revoked.refusal(), (403, 40000011), "nor takes it back");
    let (_, foreign) = app.another_tenant("other").await.signed_in("boss", Role::SuperAdmin).await;
    assert_eq!(app.get(&format!("{INVITATIONS}/{id}"), &foreign).await.refusal(), (404, 40001002));
    assert_eq!(app.delete(&format!("{INVITATIONS}/{id}"), &foreign).await.refusal(), (404, 40001002));
    assert_eq!(app.get(INVITATIONS, &foreign).await.body["total"], 0);
    for ttl in [299, 2_592_001, 0, -1, i64::MIN, i64::MAX] {
        let answer =
            app.post(INVITATIONS, &root, json!({ "email": "x@example.test", "ttl_seconds": ttl })).await;
        assert_eq!(answer.refusal(), (400, 40001004), "{ttl}");
    }
}

/// p09: what it rests on is looked at when it is accepted, not only when it was made.
#[tokio::test]
async fn p09_who_could_not_invite_any_more_makes_nobodys_account() {
    let app = TestApp::start().await;
    let root = app.sign_in(app.admin).await.access;
    for n in 0..7 {
        let tenant = app.another_tenant(&format!("tenant {n}")).await;
        let (boss, bearer) = tenant.signed_in("boss", Role::SuperAdmin).await;
        let (code, _) = invited(&app, &bearer, "new@example.test", "admin").await;
        let key = tenant.key(&super::stage::scopes(), Role::SuperAdmin).await;
        let raw = key.raw.expose();
        let (by_key, _) = invited(&app, raw, "keyed@example.test", "admin").await;
        let user = format!("/admin/users/{boss}");
        let place = format!("/admin/memberships/{boss}");
        let api_key = format!("/auth/api-keys/{}", key.key.id);
        let (of_person, of_key) = match n {
            0 => (app.put(&place, raw, json!({ "role": "admin" })).await.status, 0),
            1 => (app.put(&format!("{user}/status"), raw, json!({ "status": "disabled" })).await.status, 0),
            2 => {
                app.put(&format!("{user}/status"), raw, json!({ "status": "disabled" })).await;
                (app.put(&format!("{user}/status"), raw, json!({ "status": "active" })).await.status, 0)
            }
            3 => (app.delete(&place, raw).await.status, 0),
            4 => (app.delete(&user, raw).await.status, 0),
            5 => (
                0,
                app.put(&format!("{api_key}/status"), &bearer, json!({ "status": "inactive" })).await.status,
            ),
            _ => {
                let off = json!({ "status": "disabled" });
                let off = app.put(&format!("/admin/tenants/{}", tenant.tenant), &root, off).await.status;
                (off, off)
            }
        };
        for (code, done) in [(code, of_person), (by_key, of_key)] {
            assert!(done < 300, "act {n}");
            let expected = if done == 0 { (201, 0) } else { REFUSED };
            assert_eq!(register(&app, &code, json!({})).await.refusal(), expected, "act {n}");
        }
    }
}

/// The same between the reading and the commit.
#[tokio::test]
async fn p09_an_inviter_disabled_at_the_last_moment_makes_nobodys_account() {
    let app = Arc::new(TestApp::start().await);
    let root = app.sign_in(app.admin).await.access;
    for (n, (path, body)) in [
        ("/admin/users/{id}/status", json!({ "status": "disabled" })),
        ("/admin/memberships/{id}", json!({ "role": "member" })),
    ]
    .into_iter()
    .enumerate()
    {
        let (deputy, admin) = app.home().signed_in(&format!("deputy{n}"), Role::Admin).await;
        let (code, _) = invited(&app, &admin, &format!("new{n}@example.test"), "support").await;
        let (again, root, path) = (app.clone(), root.clone(), path.replace("{id}", &deputy.to_string()));
        app.faults.before_next_commit(async move {
            assert_eq!(again.put(&path, &root, body).await.status, 200);
        });
        assert_eq!(register(&app, &code, json!({})).await.refusal(), REFUSED);
    }
}

/// p01: of all who accept at once one does.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn p01_an_invitation_accepted_64_times_at_once_makes_one_account() {
    let app = Arc::new(TestApp::start().await);
    let admin = app.sign_in(app.admin).await.access;
    for round in 0..4 {
        let (code, _) = invited(&app, &admin, &format!("new{round}@example.test"), "member").await;
        let answers: Vec<Answer> = storm(64, |n| {
            let name = if round % 2 == 0 { format!("name{round}x{n}") } else { format!("name{round}") };
            let body = json!({ "invitation_code": code, "password": PASSWORD, "username": name });
            let request = app.request("POST", "/auth/register").json(body);
            async move { request.send().await }
        })
        .await;
        assert_eq!(answers.iter().filter(|a| a.status == 201).count(), 1, "round {round}");
        let refused = answers.iter().filter(|a| a.refusal() == REFUSED).count();
        let busy = answers.iter().filter(|a| a.status == 503).count();
        assert_eq!(refused + busy, 63, "round {round}");
    }
    assert_eq!(app.count("SELECT count(*) FROM users"), 1 + 4);
}

#[tokio::test]
async fn accepting_is_limited_like_a_sign_in() {
    let mut setup = Setup::default();
    setup.policy.quotas.sign_in = Quota { requests: 3, window: Span::seconds(60) };
    setup.policy.quotas.account = Quota { requests: 5, window: Span::seconds(60) };
    let app = TestApp::with(setup).await;
    let admin = app.home().key(&[Permission::UserWrite], Role::Member).await.raw;
    let (code, _) = invited(&app, admin.expose(), "new@example.test", "member").await;
    let attempt = async |peer: &str, code: &str, password: &str| {
        let body = json!({ "invitation_code": code, "password": password });
        app.request("POST", "/auth/register").from(peer).json(body).send().await.refusal()
    };
    for n in 0..4 {
        let expected = if n < 3 { REFUSED } else { (429, 40000006) };
        assert_eq!(attempt("203.0.113.9", "ivc_nonsense", PASSWORD).await, expected);
    }
    for n in 0..6 {
        let expected = if n < 5 { (400, 40000501) } else { (429, 40000006) };
        assert_eq!(attempt(&format!("192.0.2.{n}"), &code, "short").await, expected, "over all networks");
    }
    app.clock.advance(Span::seconds(60));
    assert_eq!(attempt("203.0.113.9", &code, PASSWORD).await, (201, 0));
}

#[tokio::test]
async fn s06_of_an_invitation_the_database_keeps_a_hash_only() {
    let app = TestApp::start().await;
    let admin = app.sign_in(app.admin).await.access;
    let (code, _) = invited(&app, &admin, "new@example.test", "member").await;
    let token = authms_crypto::OpaqueToken::parse("ivc_", &code).expect("a code");
    let kept: Vec<u8> = app.query("SELECT secret_hash FROM invitations");
    assert_eq!(kept, authms_crypto::sha256(token.secret.expose()));
    let stored = app.at_rest();
    for secret in [code.as_bytes(), &code.as_bytes()[26..69], token.secret.expose()] {
        assert!(!stored.holds(secret));
    }
}

/// p02: a code opens nothing but an account.
#[tokio::test]
async fn p02_an_invitation_opens_nothing_else() {
    let app = TestApp::start().await;
    let admin = app.sign_in(app.admin).await.access;
    let (code, _) = invited(&app, &admin, "new@example.test", "member").await;
    assert_eq!(app.redeem(&code).await.refusal(), (400, 40000401));
    assert_eq!(app.redeem(&code.replace("ivc_", "tkt_")).await.refusal(), (400, 40000401));
    assert_eq!(app.me(&code).await.status, 401);
    assert_eq!(app.refresh(&code).await.status, 401);
    assert_eq!(app.login("new@example.test", &code).await.status, 401);
    assert_eq!(register(&app, &code, json!({})).await.status, 201);
}
