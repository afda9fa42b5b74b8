//! Responses of passkeys that are signed, and wrong in one thing (WebAuthn L3 §7.1, §7.2).

use authms_core::access::Role;
use authms_crypto::Algorithm;
use authms_testkit::{ISSUER, SoftPasskey, TestApp, Tokens, Twist, flags};
use serde_json::{Value, json};

const PASSWORD: &str = "correct horse battery staple";
const REFUSED: (u16, u64) = (400, 40001401);
const NOT_REGISTERED: (u16, u64) = (400, 40001402);

/// Origins that are not the issuer's, however alike.
const FOREIGN: [&str; 7] = [
    "https://badid.example.test",
    "https://id.example.test.attacker.test",
    "https://example.test",
    "https://sub.id.example.test",
    "https://id.example.test:8443",
    "http://id.example.test",
    "https://id.example.test/",
];

async fn somebody(app: &TestApp, name: &str) -> (Tokens, SoftPasskey) {
    app.home().user_with_password(name, Role::Member, PASSWORD).await;
    let tokens = Tokens::of(app.login(name, PASSWORD).await);
    let passkey = app.passkey(&tokens.access, PASSWORD).await;
    (app.sign_in_by_passkey(&passkey).await, passkey)
}

/// How often the log has this event with this reason.
fn told(app: &TestApp, event: &str, why: &str) -> usize {
    app.audit(event).iter().filter(|body| body["why"] == why).count()
}

/// What is at rest of passkeys and sessions.
fn at_rest(app: &TestApp) -> [i64; 4] {
    [
        app.count("SELECT count(*) FROM sessions"),
        app.count("SELECT count(*) FROM passkeys"),
        app.count("SELECT coalesce(sum(counter), 0) FROM passkeys"),
        app.count("SELECT coalesce(sum(failures), 0) FROM factors"),
    ]
}

/// A changed copy.
fn with(credential: &Value, change: impl FnOnce(&mut Value)) -> Value {
    let mut changed = credential.clone();
    change(&mut changed);
    changed
}

#[tokio::test]
async fn s30_an_assertion_that_is_wrong_in_one_thing_signs_nobody_in() {
    let app = TestApp::start().await;
    let (_, mut passkey) = somebody(&app, "ada").await;
    let (_, other) = somebody(&app, "grace").await;
    let before = at_rest(&app);
    let fresh = async || app.request_options(json!({})).await;
    let good = Twist::default;
    let kind = Twist { kind: Some("webauthn.create"), ..good() };
    let within = Twist { cross_origin: true, ..good() };
    let domain = Twist { rp_id: Some("badid.example.test"), ..good() };
    let parent = Twist { rp_id: Some("example.test"), ..good() };
    let mut wrong = vec![
        ("type", passkey.get_twisted(&fresh().await, &kind)),
        ("origin", passkey.get_twisted(&fresh().await, &within)),
        ("rp_id", passkey.get_twisted(&fresh().await, &domain)),
        ("rp_id", passkey.get_twisted(&fresh().await, &parent)),
    ];
    for (why, set) in [
        ("user_presence", flags::UV),
        ("user_verification", flags::UP),
        ("backup_state", flags::UP | flags::UV | flags::BS),
        ("backup_state", flags::UP | flags::UV | flags::BE),
        ("authenticator_data", flags::UP | flags::UV | 1 << 6),
        ("authenticator_data", flags::UP | flags::UV | 1 << 7),
    ] {
        passkey.flags = set;
        wrong.push((why, passkey.get(&fresh().await)));
    }
    passkey.flags = flags::UP | flags::UV;
    let right = async || passkey.get(&fresh().await);
    let foreign = other.get(&fresh().await);
    wrong.extend([
        ("credential_type", with(&right().await, |c| c["type"] = json!("password"))),
        ("credential_id", with(&right().await, |c| c["id"] = foreign["id"].clone())),
        ("unknown_passkey", with(&right().await, |c| (c["id"], c["rawId"]) = (json!("AAAA"), json!("AAAA")))),
        (
            "user_handle",
            with(&right().await, |c| c["response"]["userHandle"] = foreign["response"]["userHandle"].clone()),
        ),
        ("user_handle", with(&right().await, |c| c["response"]["userHandle"] = Value::Null)),
        ("user_handle", with(&right().await, |c| c["response"]["userHandle"] = json!(""))),
        (
            "signature",
            with(&right().await, |c| c["response"]["signature"] = foreign["response"]["signature"].clone()),
        ),
        ("signature", with(&right().await, |c| c["response"]["signature"] = json!(""))),
        (
            "user_handle",
            with(&right().await, |c| {
                (c["id"], c["rawId"]) = (foreign["id"].clone(), foreign["rawId"].clone())
            }),
        ),
    ]);
    for (why, credential) in wrong {
        let earlier = told(&app, "login.failed", why);
        let answer = app.sign_in_with(credential.clone()).await;
        assert_eq!(answer.refusal(), REFUSED, "{why}: {}", answer.body);
        assert_eq!(answer.body["message"], "the passkey was not accepted; begin again", "one answer for all");
        assert_eq!(told(&app, "login.failed", why), earlier + 1, "{why} of {credential}");
        assert_eq!(at_rest(&app), before, "{why}");
    }
    assert_eq!(app.sign_in_with(right().await).await.status, 200, "and what is right in all does");
}

#[tokio::test]
async fn p15_no_origin_that_only_looks_like_ours_signs_in_or_registers() {
    let app = TestApp::start().await;
    let (tokens, mut passkey) = somebody(&app, "ada").await;
    let before = at_rest(&app);
    for (n, origin) in (1..).zip(FOREIGN) {
        passkey.origin = origin.to_owned();
        let options = app.request_options(json!({})).await;
        assert_eq!(app.sign_in_with(passkey.get(&options)).await.refusal(), REFUSED, "{origin}");
        assert_eq!(told(&app, "login.failed", "origin"), n);
        let options = app.creation_options(&tokens.access, PASSWORD).await;
        let made = SoftPasskey::new(Algorithm::Es256, origin).create(&options);
        let answer = app.post("/mfa/webauthn/credentials/register/verify", &tokens.access, made).await;
        assert_eq!(answer.refusal(), NOT_REGISTERED, "{origin}");
        assert_eq!(told(&app, "passkey.refused", "origin"), n);
    }
    assert_eq!(at_rest(&app), before);
}

#[tokio::test]
async fn s30_another_users_passkey_answers_no_ceremony_of_somebody_who_was_named() {
    let app = TestApp::start().await;
    let (_, passkey) = somebody(&app, "ada").await;
    let (_, other) = somebody(&app, "grace").await;
    let before = at_rest(&app);
    for (named, by) in [("grace", &passkey), ("nobody", &passkey), ("ada", &other)] {
        let options = app.request_options(json!({ "email": named })).await;
        assert_eq!(app.sign_in_with(by.get(&options)).await.refusal(), REFUSED, "{named}");
    }
    assert_eq!((told(&app, "login.failed", "owner"), at_rest(&app)), (3, before));
}

#[tokio::test]
async fn s30_a_passkey_of_one_tenant_opens_no_other() {
    let app = TestApp::start().await;
    let there = app.another_tenant("elsewhere").await;
    let user = there.user_with_password("eve", Role::Member, PASSWORD).await;
    let passkey = app.passkey(&there.sign_in(user).await.access, PASSWORD).await;
    let before = at_rest(&app);
    let here = app.request_options(json!({})).await;
    assert_eq!(app.sign_in_with(passkey.get(&here)).await.refusal(), REFUSED);
    assert_eq!((told(&app, "login.failed", "unknown_passkey"), at_rest(&app)), (1, before));
    let ask = json!({ "tenant_id": there.tenant.to_string() });
    let answer = app.sign_in_with(passkey.get(&app.request_options(ask).await)).await;
    assert_eq!(answer.status, 200, "at home it does: {}", answer.body);
}

#[tokio::test]
async fn s30_a_registration_that_is_wrong_in_one_thing_registers_nothing() {
    let app = TestApp::start().await;
    let (tokens, registered) = somebody(&app, "ada").await;
    let before = at_rest(&app);
    let fresh = async || app.creation_options(&tokens.access, PASSWORD).await;
    let new = || SoftPasskey::new(Algorithm::Es256, ISSUER);
    let good = Twist::default;
    let mut wrong = Vec::new();
    for (why, twist) in [
        ("type", Twist { kind: Some("webauthn.get"), ..good() }),
        ("origin", Twist { cross_origin: true, ..good() }),
        ("rp_id", Twist { rp_id: Some("example.test"), ..good() }),
        ("key", Twist { algorithm: Some(-8), ..good() }),
        ("key", Twist { algorithm: Some(-65535), ..good() }),
        ("key", Twist { algorithm: Some(-35), ..good() }),
    ] {
        wrong.push((why, new().create_twisted(&fresh().await, &twist)));
    }
    for (why, set) in [
        ("user_presence", flags::UV),
        ("backup_state", flags::UP | flags::BS),
        ("authenticator_data", flags::UP | 1 << 7),
    ] {
        let mut passkey = new();
        passkey.flags = set;
        wrong.push((why, passkey.create(&fresh().await)));
    }
    let right = async || new().create(&fresh().await);
    wrong.extend([
        ("type", with(&right().await, |c| c["type"] = json!("password"))),
        ("credential_id", with(&right().await, |c| c["id"] = json!("AAAA"))),
        ("credential_id", with(&right().await, |c| (c["id"], c["rawId"]) = (json!("AAAA"), json!("AAAA")))),
        ("authenticator_data", with(&right().await, |c| c["response"]["attestationObject"] = json!("oA"))),
    ]);
    for (why, credential) in wrong {
        let earlier = told(&app, "passkey.refused", why);
        let answer =
            app.post("/mfa/webauthn/credentials/register/verify", &tokens.access, credential.clone()).await;
        assert_eq!(answer.refusal(), NOT_REGISTERED, "{why}: {}", answer.body);
        assert_eq!(told(&app, "passkey.refused", why), earlier + 1, "{why} of {credential}");
        let again = app.post("/mfa/webauthn/credentials/register/verify", &tokens.access, credential).await;
        assert_eq!(again.refusal(), NOT_REGISTERED, "the challenge is used up");
        assert_eq!(at_rest(&app), before, "{why}");
    }
    // One that is registered is nobody else's, nor its owner's twice.
    let (rival, _) = somebody(&app, "grace").await;
    for bearer in [&tokens.access, &rival.access] {
        let mut same = new();
        same.id = registered.id.clone();
        let made = same.create(&app.creation_options(bearer, PASSWORD).await);
        let answer = app.post("/mfa/webauthn/credentials/register/verify", bearer, made).await;
        assert_eq!(answer.refusal(), (409, 40001404), "{}", answer.body);
    }
}

#[tokio::test]
async fn s31_a_challenge_serves_its_purpose_its_user_and_its_session_alone() {
    let app = TestApp::start().await;
    let (tokens, passkey) = somebody(&app, "ada").await;
    let (rival, _) = somebody(&app, "grace").await;
    let other_session = Tokens::of(app.login("ada", PASSWORD).await);
    let before = app.count("SELECT count(*) FROM passkeys");
    let options = app.creation_options(&tokens.access, PASSWORD).await;
    let finish = "/mfa/webauthn/credentials/register/verify";
    let new = || SoftPasskey::new(Algorithm::Es256, ISSUER);
    for bearer in [&rival.access, &other_session.access] {
        let answer = app.post(finish, bearer, new().create(&options)).await;
        assert_eq!(answer.refusal(), NOT_REGISTERED, "{}", answer.body);
    }
    // A challenge for registering signs nobody in, and the other way round.
    let asked = json!({ "challenge": options["challenge"], "rpId": "id.example.test" });
    assert_eq!(app.sign_in_with(passkey.get(&asked)).await.refusal(), REFUSED);
    let asked = app.request_options(json!({})).await;
    let confused = json!({ "challenge": asked["challenge"], "rp": options["rp"], "user": options["user"] });
    assert_eq!(app.post(finish, &tokens.access, new().create(&confused)).await.refusal(), NOT_REGISTERED);
    assert_eq!(app.count("SELECT count(*) FROM passkeys"), before);
    // None of that used it up for whom it is.
    assert_eq!(app.post(finish, &tokens.access, new().create(&options)).await.status, 200);
}

#[tokio::test]
async fn s62_what_is_no_credential_is_malformed_and_nothing_else() {
    let app = TestApp::start().await;
    let (_, passkey) = somebody(&app, "ada").await;
    let right = passkey.get(&app.request_options(json!({})).await);
    for (member, value) in [
        ("id", json!("not base64!")),
        ("rawId", json!(7)),
        ("rawId", json!("A".repeat(2000))),
        ("response", json!([])),
        ("type", Value::Null),
    ] {
        let wrong = with(&right, |c| c[member] = value.clone());
        let answer = app.sign_in_with(wrong).await;
        assert_eq!(answer.refusal(), (400, 40000001), "{member}: {}", answer.body);
    }
    for text in ["", "null", "{}", "[[[[", "\u{0}", &"{".repeat(3000)] {
        let encoded = base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, text);
        let wrong = with(&right, |c| c["response"]["clientDataJSON"] = json!(encoded));
        assert_eq!(app.sign_in_with(wrong).await.refusal(), REFUSED, "{text}");
    }
    assert_eq!(app.sign_in_with(right).await.status, 200, "none of that used the challenge up");
}
