//! Devices: known by a secret that we issued, trusted for a while, and by nothing else.

use super::stage::PASSWORD;
use authms_core::access::Role;
use authms_core::device::KEPT;
use authms_core::id::UserId;
use authms_core::mfa::MfaPolicy;
use authms_core::time::Span;
use authms_testkit::{Answer, Authenticator, TestApp, jwt};
use serde_json::{Value, json};

const NO_CHALLENGE: (u16, u64) = (403, 61000403);
const STEP_UP: (u16, u64) = (401, 40800251);
const NO_DEVICE: (u16, u64) = (404, 40001101);

/// Alice, with an authenticator app, in a tenant that asks for a second factor at every sign-in.
struct Scene {
    app: TestApp,
    alice: UserId,
    phone: Authenticator,
}

impl Scene {
    async fn new() -> Self {
        let app = TestApp::start().await;
        let alice = app.home().user_with_password("alice", Role::Member, PASSWORD).await;
        let phone = app.home().authenticator(alice).await;
        app.home().always_asks().await;
        Self { app, alice, phone }
    }

    /// What a ticket of Alice's answers to this device.
    async fn redeem(&self, device: &str) -> Answer {
        self.app.redeem_on(device, &self.app.ticket(self.alice).await).await
    }

    async fn verify(&self, challenge: &str, device: &str) -> Answer {
        self.app.clock.advance(Span::seconds(30));
        let body = json!({ "challenge_token": challenge, "code": self.phone.code(&self.app) });
        self.app.request("POST", "/auth/mfa/verify-challenge").device(device).json(body).send().await
    }

    /// An access token of a session in which Alice proved both factors.
    async fn sign_in(&self, device: &str) -> String {
        let challenge = TestApp::challenge_of(&self.redeem(device).await);
        let done = self.verify(&challenge, device).await;
        assert_eq!(done.status, 200, "{}", done.body);
        done.body["access_token"].as_str().expect("a token").to_owned()
    }

    /// A device that Alice registered: its identifier, and its secret.
    async fn register(&self, access: &str, trust: bool) -> (String, String) {
        self.app.clock.advance(Span::seconds(1));
        registered(&self.app.register_device(access, "", json!({ "trust": trust })).await)
    }
}

fn registered(answer: &Answer) -> (String, String) {
    assert_eq!(answer.status, 201, "{}", answer.body);
    let text = |member: &str| answer.body["data"][member].as_str().expect("a text").to_owned();
    (text("id"), text("device_token"))
}

fn asks(answer: &Answer) -> bool {
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body["requires_mfa"] == json!(true)
}

fn ids(list: &Answer) -> Vec<String> {
    let items = list.body["items"].as_array().unwrap_or_else(|| panic!("{}", list.body));
    items.iter().map(|item| item["id"].as_str().expect("an id").to_owned()).collect()
}

#[tokio::test]
async fn a_trusted_device_stands_for_the_second_factor_for_30_days() {
    let scene = Scene::new().await;
    let access = scene.sign_in("").await;
    let (id, secret) = scene.register(&access, true).await;
    assert!(id.starts_with("dev_") && secret.starts_with("dvt_") && secret.len() == 75, "{id}");
    let done = scene.redeem(&secret).await;
    assert!(!asks(&done), "{}", done.body);
    assert_eq!(jwt::claims(done.body["access_token"].as_str().unwrap_or_default())["amr"], Value::Null);
    let ask = json!({ "identity": "alice", "password": PASSWORD });
    let login =
        |device: &str| scene.app.request("POST", "/auth/login").json(ask.clone()).device(device).send();
    assert!(!asks(&login(&secret).await));
    assert!(asks(&login("").await) && asks(&scene.redeem("").await), "without it, as before");
    scene.app.clock.advance(Span::hours(30 * 24 - 1));
    assert!(!asks(&scene.redeem(&secret).await));
    scene.app.clock.advance(Span::hours(1));
    assert!(asks(&scene.redeem(&secret).await), "no longer");
}

#[tokio::test]
async fn a_known_device_is_not_a_second_factor() {
    let scene = Scene::new().await;
    let access = scene.sign_in("").await;
    let (_, secret) = scene.register(&access, false).await;
    assert!(asks(&scene.redeem(&secret).await));
}

#[tokio::test]
async fn only_whoever_proved_a_second_factor_has_a_device_trusted() {
    let scene = Scene::new().await;
    scene.app.home().asks_for(MfaPolicy::default()).await;
    let tokens = scene.app.sign_in(scene.alice).await;
    let trust = |body: Value| scene.app.register_device(&tokens.access, "", body);
    assert_eq!(trust(json!({})).await.refusal(), STEP_UP);
    let (id, _) = scene.register(&tokens.access, false).await;
    for (path, body) in [
        (format!("/devices/{id}/trust"), json!({ "trust": true })),
        (format!("/auth/me/devices/{id}/trust"), json!({})),
    ] {
        let answer = scene.app.request("PUT", &path).bearer(&tokens.access).json(body).send().await;
        assert_eq!(answer.refusal(), STEP_UP, "{path}");
    }
    let body = json!({ "device_fingerprint": "x" });
    let plain = scene.app.post("/trusted-devices", &tokens.access, body).await;
    assert_eq!(plain.refusal(), STEP_UP);
    // Nor does a trusted device make others trusted: what it stands for was not proved here.
    scene.app.home().always_asks().await;
    let (_, secret) = scene.register(&scene.sign_in("").await, true).await;
    let trusted = scene.redeem(&secret).await;
    let access = trusted.body["access_token"].as_str().expect("signed in");
    let more = scene.app.register_device(access, &secret, json!({})).await;
    assert_eq!(more.refusal(), STEP_UP, "trust does not prolong itself");
}

#[tokio::test]
async fn forged_foreign_and_former_secrets_are_no_device() {
    let scene = Scene::new().await;
    let app = &scene.app;
    let access = scene.sign_in("").await;
    let (id, secret) = scene.register(&access, true).await;
    let bob = app.home().user("bob", Role::Member).await;
    let other = app.another_tenant("other").await;
    let carol = other.user("carol", Role::Member).await;
    app.home().asks_for(MfaPolicy::default()).await;
    let (bobs, carols) = (app.home().device(bob, true).await.token, other.device(carol, true).await.token);
    app.home().always_asks().await;
    let mixed = format!("{}{}", &bobs[..26], &secret[26..]);
    let swapped = secret.replacen("dvt_", "tkt_", 1);
    let longer = format!("{secret}{}", "0".repeat(100));
    for forged in [&bobs, &carols, &mixed, &swapped, &longer, &id, "dvt_", "x", &access] {
        let answer = scene.redeem(forged).await;
        assert!(asks(&answer), "{forged}: {}", answer.body);
    }
    let twice =
        app.signin(json!({ "ticket": app.ticket(scene.alice).await })).device(&secret).device(&secret);
    assert!(asks(&twice.send().await), "two of them are none");
    // Fingerprints and names of the client's choice are none, either.
    let named = app.signin(json!({ "ticket": app.ticket(scene.alice).await })).header("x-device-id", &id);
    assert!(asks(&named.send().await));
    let renewed = app.register_device(&scene.sign_in(&secret[..0]).await, &secret, json!({})).await;
    let (same, new) = registered(&renewed);
    assert_eq!(same, id, "it keeps its name");
    assert!(asks(&scene.redeem(&secret).await), "the former secret is over");
    assert!(!asks(&scene.redeem(&new).await));
}

#[tokio::test]
async fn a_challenge_is_completed_by_the_device_that_began_it() {
    let scene = Scene::new().await;
    let (_, known) = scene.register(&scene.sign_in("").await, false).await;
    let (other, another) = scene.register(&scene.sign_in("").await, false).await;
    let challenge = TestApp::challenge_of(&scene.redeem(&known).await);
    for thief in ["", &another, "dvt_forged"] {
        assert_eq!(scene.verify(&challenge, thief).await.refusal(), NO_CHALLENGE, "{thief}");
    }
    let done = scene.verify(&challenge, &known).await;
    assert_eq!(done.status, 200, "the right one may still: {}", done.body);
    // Who began without one may complete with one.
    let challenge = TestApp::challenge_of(&scene.redeem("").await);
    assert_eq!(scene.verify(&challenge, &known).await.status, 200);
    // What is forgotten meanwhile completes nothing.
    let access = scene.sign_in("").await;
    let challenge = TestApp::challenge_of(&scene.redeem(&another).await);
    let forget = scene.app.request("DELETE", &format!("/devices/{other}")).bearer(&access).send().await;
    assert_eq!(forget.status, 204, "{}", forget.body);
    assert_eq!(scene.verify(&challenge, &another).await.refusal(), NO_CHALLENGE);
}

#[tokio::test]
async fn a_new_password_ends_trust_and_disabling_forgets_the_device() {
    let scene = Scene::new().await;
    let app = &scene.app;
    let access = scene.sign_in("").await;
    let (id, secret) = scene.register(&access, true).await;
    app.clock.advance(Span::seconds(1));
    let change = json!({ "old_password": PASSWORD, "new_password": "a different long sentence" });
    assert_eq!(app.put("/auth/me/password", &access, change).await.status, 200);
    assert!(asks(&scene.redeem(&secret).await), "known, but not trusted");
    let listed = app.get("/devices", &access).await;
    assert_eq!((ids(&listed), &listed.body["items"][0]["is_trusted"]), (vec![id], &json!(false)));
    assert!(ids(&app.get("/trusted-devices", &access).await).is_empty());

    let (_, secret) = scene.register(&access, true).await;
    app.home().asks_for(MfaPolicy::default()).await;
    app.home().device(app.admin, true).await;
    let root = app.sign_in(app.admin).await.access;
    app.home().always_asks().await;
    let status = format!("/admin/users/{}/status", scene.alice);
    for to in ["disabled", "active"] {
        assert_eq!(app.put(&status, &root, json!({ "status": to })).await.status, 200);
    }
    assert!(asks(&scene.redeem(&secret).await));
    let access = scene.sign_in("").await;
    assert!(ids(&app.get("/devices", &access).await).is_empty());
    let cleaned = app.post("/mfa/trusted-devices/cleanup", &access, json!({})).await;
    assert_eq!(cleaned.status, 200, "{}", cleaned.body);
    assert_eq!(app.count("SELECT count(*) FROM devices"), 1, "the administrator's");
}

#[tokio::test]
async fn devices_are_the_callers_own_in_one_tenant() {
    let scene = Scene::new().await;
    let app = &scene.app;
    app.home().asks_for(MfaPolicy::default()).await;
    let other = app.another_tenant("other").await;
    let carol = other.user("carol", Role::SuperAdmin).await;
    let bob = app.home().user("bob", Role::Member).await;
    let foreign = [other.device(carol, true).await.id, app.home().device(bob, true).await.id];
    let alice = app.sign_in(scene.alice).await.access;
    let unknown = "dev_0000000000000000000001".to_owned();
    for id in foreign.iter().map(ToString::to_string).chain([unknown, "x".to_owned()]) {
        for (method, path) in [
            ("DELETE", format!("/devices/{id}")),
            ("DELETE", format!("/auth/me/devices/{id}")),
            ("DELETE", format!("/trusted-devices/{id}")),
            ("DELETE", format!("/mfa/trusted-devices/{id}")),
            ("GET", format!("/mfa/trusted-devices/{id}")),
        ] {
            let answer = app.request(method, &path).bearer(&alice).send().await;
            assert_eq!(answer.refusal(), NO_DEVICE, "{method} {path}");
        }
        let trust = app.put(&format!("/devices/{id}/trust"), &alice, json!({ "trust": false })).await;
        assert_eq!(trust.refusal(), NO_DEVICE);
    }
    assert!(ids(&app.get("/devices", &alice).await).is_empty());
    // Who administers sees their own tenant's, and takes them away.
    let root = app.sign_in(app.admin).await.access;
    let of = async |user: &str| app.get(&format!("/admin/trusted-devices?user_id={user}"), &root).await;
    assert_eq!(ids(&of(&bob.to_string()).await), [foreign[1].to_string()]);
    assert_eq!(of(&carol.to_string()).await.refusal(), (404, 40000301));
    let forget = async |id: &str| {
        app.request("DELETE", &format!("/admin/trusted-devices/{id}")).bearer(&root).send().await
    };
    assert_eq!(forget(&foreign[0].to_string()).await.refusal(), NO_DEVICE);
    assert_eq!(forget(&foreign[1].to_string()).await.status, 200);
    assert!(ids(&of(&bob.to_string()).await).is_empty());
    assert_eq!(app.count("SELECT count(*) FROM devices"), 1);
}

#[tokio::test]
async fn all_devices_are_forgotten_but_the_one_that_asks() {
    let scene = Scene::new().await;
    let app = &scene.app;
    let access = scene.sign_in("").await;
    let (first, secret) = scene.register(&access, true).await;
    let (second, _) = scene.register(&access, true).await;
    let (third, _) = scene.register(&access, false).await;
    let list = app.request("GET", "/auth/me/devices").bearer(&access).device(&secret).send().await;
    assert_eq!(ids(&list), [third.clone(), second.clone(), first.clone()], "newest first");
    let current: Vec<_> =
        list.body["items"].as_array().into_iter().flatten().map(|i| &i["current"]).collect();
    assert_eq!(current, [&json!(false), &json!(false), &json!(true)]);
    let forget = |path: &str| app.request("DELETE", path).bearer(&access).device(&secret).send();
    let all = forget("/devices?except_current=true").await;
    assert_eq!((all.status, all.body), (204, Value::Null));
    assert_eq!(ids(&app.get("/devices", &access).await), [first]);
    assert!(!asks(&scene.redeem(&secret).await));
    scene.register(&access, false).await;
    let trusted = forget("/mfa/trusted-devices").await;
    assert_eq!(trusted.body["data"], json!({ "count": 1 }));
    assert!(asks(&scene.redeem(&secret).await));
    assert_eq!(ids(&app.get("/devices", &access).await).len(), 1);
    assert_eq!(forget("/devices").await.status, 204);
    assert!(ids(&app.get("/devices", &access).await).is_empty());
}

#[tokio::test]
async fn whether_a_device_is_trusted_is_shown_by_its_secret() {
    let scene = Scene::new().await;
    let access = scene.sign_in("").await;
    let (_, secret) = scene.register(&access, true).await;
    let (_, known) = scene.register(&access, false).await;
    let me = scene.alice.to_string();
    for (user, fingerprint, device, valid) in [
        (me.as_str(), "sha256:1", secret.as_str(), true),
        (&me, "sha256:2", &secret, false),
        (&me, "sha256:1", "", false),
        (&me, "sha256:1", &known, false),
        ("usr_0000000000000000000001", "sha256:1", &secret, false),
    ] {
        let path = format!("/mfa/trusted-devices/check?user_id={user}&fingerprint={fingerprint}");
        let answer = scene.app.request("GET", &path).bearer(&access).device(device).send().await;
        assert_eq!(answer.body["data"], json!({ "valid": valid }), "{user} {fingerprint} {device}");
    }
}

#[tokio::test]
async fn s06_of_a_device_the_database_keeps_a_hash_only() {
    let scene = Scene::new().await;
    let access = scene.sign_in("").await;
    let (_, secret) = scene.register(&access, true).await;
    assert_eq!(scene.redeem(&secret).await.status, 200);
    let stored = scene.app.at_rest();
    assert!(!stored.holds(&secret.as_bytes()[26..69]), "the secret is in the database");
    assert!(!scene.app.get("/devices", &access).await.body.to_string().contains(&secret[26..69]));
}

#[tokio::test]
async fn a_device_that_is_used_is_remembered_and_any_other_for_half_a_year() {
    let scene = Scene::new().await;
    let (id, secret) = scene.register(&scene.sign_in("").await, false).await;
    let nearly = Span::millis(KEPT.as_millis() - Span::seconds(120).as_millis());
    scene.app.clock.advance(nearly);
    assert_eq!(ids(&scene.app.get("/devices", &scene.sign_in(&secret).await).await), [id]);
    scene.app.clock.advance(nearly);
    let listed = ids(&scene.app.get("/devices", &scene.sign_in("").await).await);
    assert_eq!(listed.len(), 1, "it was used meanwhile");
    scene.app.clock.advance(Span::seconds(120));
    assert!(ids(&scene.app.get("/devices", &scene.sign_in("").await).await).is_empty());
}
