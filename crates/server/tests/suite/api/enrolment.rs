//! Whom policy asks for a second factor, and who has none: they enrol one, and are signed in by its first proof.

use super::stage::{Cast, Who};
use authms_core::access::{Permission, Role};
use authms_core::factor::FactorKind;
use authms_core::id::UserId;
use authms_core::mfa::MfaPolicy;
use authms_core::signin::challenge::ENROLMENT_TTL;
use authms_core::time::Span;
use authms_crypto::Algorithm;
use authms_http::routes;
use authms_testkit::places::{HOME, SERVER};
use authms_testkit::{Answer, Authenticator, ISSUER, SoftPasskey, TestApp, TestRequest, Tokens, jwt, storm};
use serde_json::{Value, json};

const PASSWORD: &str = "correct horse battery staple";
const NOT_RELEASED: (u16, u64) = (403, 40001521);
const CHALLENGE_OVER: (u16, u64) = (403, 61000403);
const UNAUTHENTICATED: (u16, u64) = (401, 40000009);

/// Somebody without any factor, in a tenant that always asks for one.
async fn somebody() -> (TestApp, UserId) {
    let app = TestApp::start().await;
    let ada = app.home().user_with_password("ada", Role::Member, PASSWORD).await;
    app.home().always_asks().await;
    (app, ada)
}

/// The token of a sign-in that waits for an enrolment at this step.
fn waits(answer: &Answer, step: &str, methods: &[&str]) -> String {
    assert_eq!((answer.status, &answer.body["requires_mfa"]), (200, &json!(true)), "{}", answer.body);
    assert_eq!(answer.body["mfa_enrolment"], step, "{}", answer.body);
    assert_eq!(answer.body["required_mfa_methods"], json!(methods), "{}", answer.body);
    for absent in ["access_token", "refresh_token", "user", "expires_in", "token_type"] {
        assert!(answer.body.get(absent).is_none(), "{absent}: {}", answer.body);
    }
    answer.body["challenge_token"].as_str().expect("a token").to_owned()
}

/// A sign-in of somebody who is released.
async fn released(app: &TestApp, user: UserId) -> String {
    app.home().is_released(user).await;
    waits(&app.login("ada", PASSWORD).await, "enrol", &["totp", "passkey"])
}

fn hex(user: UserId) -> String {
    user.bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn register(app: &TestApp, token: &str) -> (SoftPasskey, Answer) {
    let begun = app.post("/mfa/webauthn/credentials/register", token, json!({})).await;
    assert_eq!(begun.status, 200, "{}", begun.body);
    let mut passkey = SoftPasskey::new(Algorithm::Es256, ISSUER);
    let credential = passkey.create(&begun.body["data"]["publicKey"]);
    let done = app.post("/mfa/webauthn/credentials/register/verify", token, credential).await;
    (passkey, done)
}

fn by_passkey(app: &TestApp, token: &str, credential: Value) -> TestRequest {
    let body = json!({ "challenge_token": token, "mfa_method": "passkey", "credential": credential });
    app.request("POST", "/auth/mfa/verify-challenge").json(body)
}

async fn options(app: &TestApp, token: &str) -> Answer {
    app.post("/auth/mfa/passkey-options", "", json!({ "challenge_token": token })).await
}

#[tokio::test]
async fn who_can_prove_no_address_enrols_once_an_administrator_releases_them() {
    let (app, ada) = somebody().await;
    let asked = app.login("ada", PASSWORD).await;
    let token = waits(&asked, "await_release", &[]);
    assert_eq!(asked.body["mfa_check_reason"], "policy_always");
    let claims = jwt::claims(&token);
    assert_eq!(jwt::header(&token)["typ"], "mfa-enrol+jwt");
    assert_eq!(claims["exp"].as_i64().zip(claims["iat"].as_i64()).map(|(exp, iat)| exp - iat), Some(900));
    assert!(!token.contains(&ada.to_string()) && claims.get("sub").is_none(), "it names nobody");
    assert_eq!(app.set_up_totp(&token).await.refusal(), NOT_RELEASED);
    assert_eq!(app.verify(&token, "000000").await.refusal(), NOT_RELEASED);

    app.home().is_released(ada).await;
    let phone = Authenticator::told(&app.set_up_totp(&token).await);
    assert_eq!(app.login("ada", PASSWORD).await.body["mfa_enrolment"], "enrol", "nothing counts yet");
    assert_eq!(app.count("SELECT count(*) FROM sessions"), 0, "no session before the factor");
    let wrong = app.verify(&token, &phone.wrong_code(&app)).await;
    assert_eq!(wrong.refusal(), (400, 61000402));
    app.clock.advance(Span::seconds(1));
    let tokens = Tokens::of(app.verify(&token, &phone.code(&app)).await);
    assert_eq!(tokens.claims()["amr"], json!(["pwd", "otp", "mfa"]));
    assert_eq!(app.me(&tokens.access).await.status, 200);
    assert_eq!(app.count("SELECT count(*) FROM factors WHERE verified_at IS NOT NULL AND is_primary = 1"), 1);
    assert_eq!(app.count("SELECT count(*) FROM mfa_releases"), 0, "used up");
    assert_eq!(app.audit("factor.enrolled")[0]["subject"], ada.to_string());
    let letters = app.post_leaves().await;
    assert!(letters.iter().any(|l| l.to == "ada@example.test" && l.text.contains("an authenticator app")));

    app.clock.advance(Span::seconds(30));
    let challenge = app.login("ada", PASSWORD).await;
    assert_eq!(challenge.body["required_mfa_methods"], json!(["totp"]), "from now on they have one");
    assert!(challenge.body.get("mfa_enrolment").is_none());
}

#[tokio::test]
async fn a_passkey_is_enrolled_by_its_first_assertion() {
    let (app, ada) = somebody().await;
    let token = released(&app, ada).await;
    assert_eq!(options(&app, &token).await.refusal(), (409, 40001503), "there is none yet");
    let (passkey, done) = register(&app, &token).await;
    assert_eq!(done.status, 200, "{}", done.body);

    // It counts for nothing yet: not as a factor, and not to sign in by.
    assert_eq!(app.count("SELECT count(*) FROM factors WHERE verified_at IS NOT NULL"), 0);
    let begun = app.post("/auth/webauthn/login/begin", "", json!({})).await;
    let alone = passkey.get(&begun.body["data"]["publicKey"]);
    assert_eq!(app.post("/auth/webauthn/login/complete", "", alone).await.refusal(), (400, 40001401));

    let asked = options(&app, &token).await;
    let credential = passkey.get(&asked.body["data"]["publicKey"]);
    assert_eq!(asked.body["data"]["publicKey"]["allowCredentials"][0]["id"], credential["id"]);
    let tokens = Tokens::of(by_passkey(&app, &token, credential.clone()).send().await);
    assert_eq!(tokens.claims()["amr"], json!(["pwd", "hwk", "mfa"]));
    let listed = app.get("/mfa/webauthn/credentials", &tokens.access).await;
    assert_eq!(listed.body["items"].as_array().map(Vec::len), Some(1), "{}", listed.body);
    assert_eq!(by_passkey(&app, &token, credential).send().await.refusal(), CHALLENGE_OVER);
    assert_eq!(app.login("ada", PASSWORD).await.body["required_mfa_methods"], json!(["passkey"]));
}

#[tokio::test]
async fn s37_a_token_to_enrol_by_opens_enrolment_alone() {
    let (app, ada) = somebody().await;
    let token = released(&app, ada).await;
    app.home().asks_for(MfaPolicy::default()).await;
    let opened = [
        "POST /mfa/totp/setup",
        "POST /mfa/webauthn/credentials/register",
        "POST /mfa/webauthn/credentials/register/verify",
    ];
    let guarded = |r: &authms_http::RouteInfo| r.security.iter().any(|s| s == "bearer" || s == "api_key");
    for route in routes().iter().filter(|r| guarded(r)) {
        let name = format!("{} {}", route.method, route.path);
        let cast = Cast::new(&app, &app.home(), Who::Anonymous, route).await;
        let answer = cast.expect(route).request(&app).bearer(&token).send().await;
        let refused = answer.refusal() == UNAUTHENTICATED;
        assert_eq!(refused, !opened.contains(&name.as_str()), "{name}: {}", answer.body);
    }
    for (path, body) in [
        ("/auth/refresh", json!({ "refresh_token": token })),
        ("/auth/ticket/signin", json!({ "ticket": token })),
    ] {
        assert!(app.post(path, "", body).await.status >= 400, "{path}");
    }
    let other = json!({ "old_password": PASSWORD, "new_password": "another long sentence" });
    assert_eq!(app.put("/auth/me/password", &token, other).await.refusal(), UNAUTHENTICATED);
    let of_ada = format!("SELECT count(*) FROM sessions WHERE user_id = x'{}'", hex(ada));
    assert_eq!(app.count(&of_ada), 0);
}

#[tokio::test]
async fn s37_the_token_of_a_challenge_enrols_nothing_and_the_types_are_not_mixed_up() {
    let (app, ada) = somebody().await;
    let eve = app.home().user_with_password("eve", Role::Member, PASSWORD).await;
    let phone = app.home().authenticator(eve).await;
    let challenge = TestApp::challenge_of(&app.login("eve", PASSWORD).await);
    assert_eq!(app.set_up_totp(&challenge).await.refusal(), UNAUTHENTICATED);
    let token = released(&app, ada).await;
    // A factor of somebody else's proves nothing here.
    assert_eq!(app.verify(&token, &phone.code(&app)).await.refusal(), (409, 40001503));
    let mine = Authenticator::told(&app.set_up_totp(&token).await);
    assert_eq!(app.verify(&token, &phone.code(&app)).await.refusal(), (400, 61000402));
    assert_eq!(app.verify(&challenge, &mine.code(&app)).await.refusal(), (400, 61000402));
}

#[tokio::test]
async fn p03_replaying_a_step_of_an_enrolment_gives_nothing() {
    let (app, ada) = somebody().await;
    let key = app.api_key(&[Permission::TicketMint], Role::Member).await;
    let ticket = app.mint(&key, json!({ "user_id": ada.to_string() })).await;
    app.home().is_released(ada).await;
    let token = waits(&app.redeem(&ticket).await, "enrol", &["totp", "passkey"]);
    assert_eq!(app.redeem(&ticket).await.status, 400, "the ticket is spent");

    // Each setup replaces the one before, whose code is worth nothing then.
    let first = Authenticator::told(&app.set_up_totp(&token).await);
    let second = Authenticator::told(&app.set_up_totp(&token).await);
    assert_eq!(app.verify(&token, &first.code(&app)).await.refusal(), (400, 61000402));
    let (passkey, done) = register(&app, &token).await;
    assert_eq!(done.status, 200, "{}", done.body);
    app.clock.advance(Span::seconds(1));
    assert_eq!(app.verify(&token, &second.code(&app)).await.refusal(), (409, 40001503), "replaced as well");
    assert_eq!(app.count("SELECT count(*) FROM factors"), 1);
    let again = app.post(
        "/mfa/webauthn/credentials/register/verify",
        &token,
        json!({
            "id": "AA", "rawId": "AA", "type": "public-key",
            "response": { "clientDataJSON": "AA", "attestationObject": "AA" },
        }),
    );
    assert_eq!(again.await.refusal(), (400, 40001402));
    let third = Authenticator::told(&app.set_up_totp(&token).await);
    assert_eq!(app.count("SELECT count(*) FROM passkeys"), 0);
    let tokens = Tokens::of(app.verify(&token, &third.code(&app)).await);

    // Nothing of it does anything once more.
    app.clock.advance(Span::seconds(30));
    assert_eq!(app.verify(&token, &third.code(&app)).await.refusal(), CHALLENGE_OVER);
    assert_eq!(app.set_up_totp(&token).await.refusal(), UNAUTHENTICATED);
    let begin = app.post("/mfa/webauthn/credentials/register", &token, json!({})).await;
    assert_eq!(begin.refusal(), UNAUTHENTICATED);
    assert_eq!(options(&app, &token).await.refusal(), CHALLENGE_OVER);
    let options = app.post("/auth/webauthn/login/begin", "", json!({})).await;
    let alone = passkey.get(&options.body["data"]["publicKey"]);
    assert_eq!(app.post("/auth/webauthn/login/complete", "", alone).await.refusal(), (400, 40001401));
    assert_eq!(app.count("SELECT count(*) FROM factors"), 1);
    assert_eq!(app.count("SELECT count(*) FROM sessions"), 1);
    assert_eq!(app.me(&tokens.access).await.status, 200);
}

#[tokio::test]
async fn a_registration_begun_to_enrol_is_finished_in_no_session() {
    let (app, ada) = somebody().await;
    let token = released(&app, ada).await;
    let begun = app.post("/mfa/webauthn/credentials/register", &token, json!({})).await;
    let phone = Authenticator::told(&app.set_up_totp(&token).await);
    let tokens = Tokens::of(app.verify(&token, &phone.code(&app)).await);
    let credential = SoftPasskey::new(Algorithm::Es256, ISSUER).create(&begun.body["data"]["publicKey"]);
    let late = app.post("/mfa/webauthn/credentials/register/verify", &tokens.access, credential).await;
    assert_eq!(late.refusal(), (400, 40001402));
}

#[tokio::test]
async fn p01_a_first_code_raced_64_times_enrols_once_and_opens_one_session() {
    let (app, ada) = somebody().await;
    let token = released(&app, ada).await;
    let phone = Authenticator::told(&app.set_up_totp(&token).await);
    let code = phone.code(&app);
    let body = json!({ "challenge_token": token, "code": code });
    let answers = storm(64, |_| app.request("POST", "/auth/mfa/verify-challenge").json(body.clone()).send());
    let answers = answers.await;
    assert_eq!(answers.iter().filter(|a| a.status == 200).count(), 1);
    assert_eq!(app.count("SELECT count(*) FROM sessions"), 1);
    assert_eq!(app.count("SELECT count(*) FROM factors"), 1);
    assert_eq!(app.audit("factor.enrolled").len(), 1);
}

#[tokio::test]
async fn p01_one_release_enrols_one_factor_however_many_sign_in() {
    let (app, ada) = somebody().await;
    app.home().is_released(ada).await;
    let mut ready = Vec::new();
    for _ in 0..2 {
        let token = waits(&app.login("ada", PASSWORD).await, "enrol", &["totp", "passkey"]);
        let (passkey, done) = register(&app, &token).await;
        assert_eq!(done.status, 200, "{}", done.body);
        let asked = options(&app, &token).await;
        ready.push((token, passkey.get(&asked.body["data"]["publicKey"])));
    }
    // What the first had begun was replaced by the second.
    let (token, credential) = &ready[0];
    assert_eq!(by_passkey(&app, token, credential.clone()).send().await.refusal(), (409, 40001503));
    let (token, credential) = &ready[1];
    assert_eq!(by_passkey(&app, token, credential.clone()).send().await.status, 200);
    assert_eq!(app.set_up_totp(&ready[0].0).await.refusal(), UNAUTHENTICATED, "they have a factor now");
    assert_eq!(app.verify(&ready[0].0, "000000").await.refusal(), CHALLENGE_OVER);
    assert_eq!(app.count("SELECT count(*) FROM factors"), 1);
    assert_eq!(app.count("SELECT count(*) FROM sessions"), 1);
}

#[tokio::test]
async fn a_completed_enrolment_is_answered_again_to_the_same_key() {
    let (app, ada) = somebody().await;
    let token = released(&app, ada).await;
    let phone = Authenticator::told(&app.set_up_totp(&token).await);
    let body = json!({ "challenge_token": token, "code": phone.code(&app) });
    let verify = |key: &str| {
        let request = app.request("POST", "/auth/mfa/verify-challenge").json(body.clone());
        request.header("idempotency-key", key).send()
    };
    let (first, second) = (verify("0123456789abcdef0123").await, verify("0123456789abcdef0123").await);
    assert_eq!((first.status, second.status), (200, 200), "{}", second.body);
    assert_eq!(first.body["refresh_token"], second.body["refresh_token"]);
    assert_eq!(verify("another-key-another-key").await.refusal(), CHALLENGE_OVER);
    assert_eq!(app.count("SELECT count(*) FROM factors"), 1);
}

#[tokio::test]
async fn p09_who_is_locked_out_or_changed_meanwhile_enrols_nothing() {
    let changes = [
        ("status", json!({ "status": "disabled" })),
        ("password", json!({ "new_password": "a different long sentence" })),
        ("", json!({ "email": "elsewhere@example.test" })),
        ("", json!({ "nickname": "Nick" })),
    ];
    for (what, change) in changes {
        let (app, ada) = somebody().await;
        let token = released(&app, ada).await;
        let phone = Authenticator::told(&app.set_up_totp(&token).await);
        let key = app.api_key(&[Permission::UserWrite], Role::Admin).await;
        let path = format!("/admin/users/{ada}/{what}");
        let changed = app.put(path.trim_end_matches('/'), &key, change).await;
        assert_eq!(changed.status, 200, "{}", changed.body);
        assert_eq!(app.verify(&token, &phone.code(&app)).await.refusal(), CHALLENGE_OVER, "{what}");
        assert_eq!(app.set_up_totp(&token).await.refusal(), UNAUTHENTICATED, "{what}");
        assert_eq!(app.count("SELECT count(*) FROM factors WHERE verified_at IS NOT NULL"), 0);
    }
}

#[tokio::test]
async fn an_enrolment_waits_for_fifteen_minutes_and_five_wrong_codes() {
    let (app, ada) = somebody().await;
    let token = released(&app, ada).await;
    let phone = Authenticator::told(&app.set_up_totp(&token).await);
    for wait in [1, 2, 4, 8] {
        assert_eq!(app.verify(&token, &phone.wrong_code(&app)).await.refusal(), (400, 61000402));
        assert_eq!(app.verify(&token, &phone.code(&app)).await.status, 429);
        app.clock.advance(Span::seconds(wait));
    }
    assert_eq!(app.verify(&token, &phone.wrong_code(&app)).await.refusal(), (400, 61000402));
    app.clock.advance(Span::seconds(20));
    assert_eq!(app.verify(&token, &phone.code(&app)).await.refusal(), CHALLENGE_OVER);
    assert_eq!(app.set_up_totp(&token).await.refusal(), UNAUTHENTICATED);

    let token = waits(&app.login("ada", PASSWORD).await, "enrol", &["totp", "passkey"]);
    app.clock.advance(ENROLMENT_TTL);
    assert_eq!(app.verify(&token, &phone.code(&app)).await.refusal(), CHALLENGE_OVER);
    assert_eq!(app.set_up_totp(&token).await.refusal(), UNAUTHENTICATED);
}

#[tokio::test]
async fn who_has_a_factor_that_is_off_or_would_not_do_is_refused_and_enrols_no_other() {
    let (app, ada) = somebody().await;
    app.home().authenticator(ada).await;
    app.home().is_released(ada).await;
    app.home()
        .asks_for(MfaPolicy {
            always: true,
            low: [FactorKind::Passkey].into_iter().collect(),
            ..MfaPolicy::default()
        })
        .await;
    assert_eq!(app.login("ada", PASSWORD).await.refusal(), (401, 40000502), "it would not do");
    app.home().always_asks().await;
    app.execute("UPDATE factors SET failures = 100");
    assert_eq!(app.login("ada", PASSWORD).await.refusal(), (401, 40000502), "it still counts as enrolled");
}

#[tokio::test]
async fn a_client_completes_what_it_began_and_nobody_else() {
    let (app, ada) = somebody().await;
    app.home().is_released(ada).await;
    let [mine, other] = [app.home().client("mine").await, app.home().client("other").await];
    let key = app.api_key(&[Permission::TicketMint], Role::Member).await;
    let minted = json!({ "user_id": ada.to_string(), "client_id": mine.client.id.to_string() });
    let ticket = app.mint(&key, minted).await;
    let basic = |request: TestRequest, who: &authms_core::client::Created| {
        request.basic(&who.client.id.to_string(), who.secret.expose())
    };
    let asked = basic(app.signin(json!({ "ticket": ticket })), &mine).send().await;
    let token = waits(&asked, "enrol", &["totp", "passkey"]);
    let phone = Authenticator::told(&app.set_up_totp(&token).await);
    let body = json!({ "challenge_token": token, "code": phone.code(&app) });
    let verify = || app.request("POST", "/auth/mfa/verify-challenge").json(body.clone());
    assert_eq!(verify().send().await.refusal(), CHALLENGE_OVER);
    assert_eq!(basic(verify(), &other).send().await.refusal(), CHALLENGE_OVER);
    assert_eq!(app.count("SELECT count(*) FROM factors WHERE verified_at IS NOT NULL"), 0);
    assert_eq!(basic(verify(), &mine).send().await.status, 200);
}

#[tokio::test]
async fn p21_another_tenants_name_beside_the_token_is_refused() {
    let (app, ada) = somebody().await;
    let token = released(&app, ada).await;
    let other = app.another_tenant("other").await;
    let request = app.request("POST", "/mfa/totp/setup").bearer(&token).json(json!({}));
    let answer = request.header("x-tenant-id", &other.tenant.to_string()).send().await;
    assert_eq!(answer.refusal(), (403, 40000103));
}

#[tokio::test]
async fn an_expired_password_is_changed_after_the_factor_is_enrolled() {
    let (app, ada) = somebody().await;
    let key = app.api_key(&[Permission::UserWrite], Role::Admin).await;
    let path = format!("/admin/users/{ada}/password");
    let reset = json!({ "new_password": "a different long sentence" });
    assert_eq!(app.put(&path, &key, reset).await.status, 200);
    app.home().is_released(ada).await;
    let asked = app.login("ada", "a different long sentence").await;
    let token = waits(&asked, "enrol", &["totp", "passkey"]);
    let phone = Authenticator::told(&app.set_up_totp(&token).await);
    let first = app.verify(&token, &phone.code(&app)).await;
    assert_eq!(first.body["must_change_password"], true, "{}", first.body);
    assert!(first.body.get("access_token").is_none());
    assert_eq!(app.count("SELECT count(*) FROM sessions"), 0);
    assert_eq!(app.count("SELECT count(*) FROM factors WHERE verified_at IS NOT NULL"), 1);
}

#[tokio::test]
async fn a_release_lasts_an_hour() {
    let (app, ada) = somebody().await;
    app.home().is_released(ada).await;
    app.clock.advance(Span::seconds(3540));
    let token = waits(&app.login("ada", PASSWORD).await, "enrol", &["totp", "passkey"]);
    let phone = Authenticator::told(&app.set_up_totp(&token).await);
    app.clock.advance(Span::seconds(60));
    assert_eq!(app.verify(&token, &phone.code(&app)).await.refusal(), NOT_RELEASED);
    waits(&app.login("ada", PASSWORD).await, "await_release", &[]);
}

/// Somebody new, whose tenant has decided nothing.
async fn newcomer(known: bool) -> TestApp {
    let app = TestApp::start().await;
    let ada = app.home().user_with_password("ada", Role::Member, PASSWORD).await;
    if known {
        app.home().address_is_known(ada).await;
    }
    app
}

async fn login_from(app: &TestApp, ip: &str) -> Answer {
    let body = json!({ "identity": "ada", "password": PASSWORD });
    app.request("POST", "/api/v1/auth/login").json(body).from(ip).send().await
}

async fn strangers_guess(app: &TestApp) {
    for _ in 0..25 {
        assert_eq!(app.login("ada", "a wrong horse battery staple").await.status, 401);
    }
}

#[tokio::test]
async fn p29_strangers_who_guess_keep_nobody_out_who_has_no_factor() {
    for known in [false, true] {
        let app = newcomer(known).await;
        strangers_guess(&app).await;
        let answer = login_from(&app, HOME).await;
        assert_eq!((answer.status, &answer.body["requires_mfa"]), (200, &json!(false)), "{}", answer.body);
        assert_eq!(answer.body["risk_level"], "high", "it is the guesses alone");
    }
}

#[tokio::test]
async fn risk_asks_who_has_no_factor_to_enrol_but_where_nobody_has_decided_and_no_mail_reaches_them() {
    let unreachable = login_from(&newcomer(false).await, SERVER).await;
    let told = (&unreachable.body["requires_mfa"], &unreachable.body["risk_level"]);
    assert_eq!(told, (&json!(false), &json!("medium")), "{}", unreachable.body);

    let asked = login_from(&newcomer(true).await, SERVER).await;
    waits(&asked, "verify_address", &["email"]);
    assert_eq!(asked.body["mfa_check_reason"], "anonymous_network");

    let decided = newcomer(false).await;
    let medium = [FactorKind::Totp].into_iter().collect();
    decided.home().asks_for(MfaPolicy { medium, ..MfaPolicy::default() }).await;
    waits(&login_from(&decided, SERVER).await, "await_release", &[]);

    let guessed = newcomer(false).await;
    strangers_guess(&guessed).await;
    let high = login_from(&guessed, SERVER).await;
    assert_eq!(high.body["risk_level"], "high");
    waits(&high, "await_release", &[]);
}

#[tokio::test]
async fn p10_risk_beside_a_policy_that_always_asks_lets_nobody_in_without_a_factor() {
    let app = newcomer(false).await;
    app.home().always_asks().await;
    let asked = login_from(&app, SERVER).await;
    assert_eq!(asked.body["mfa_check_reason"], "anonymous_network", "the reason is the risk");
    waits(&asked, "await_release", &[]);
}
