//! Proving an address that was known before, in order to enrol a second factor.

use authms_core::access::{Permission, Role};
use authms_core::code;
use authms_core::factor::FactorKind;
use authms_core::id::UserId;
use authms_core::mfa::MfaPolicy;
use authms_core::signin::challenge::GUESSES;
use authms_core::time::Span;
use authms_testkit::{Answer, Authenticator, TestApp, Tokens, storm};
use serde_json::{Value, json};

const PASSWORD: &str = "correct horse battery staple";
const ADA: &str = "ada@example.test";
const CODE_WRONG: (u16, u64) = (400, 61000402);
const NOT_OFFERED: (u16, u64) = (400, 61000404);
const NOT_RELEASED: (u16, u64) = (403, 40001521);
const CHALLENGE_OVER: (u16, u64) = (403, 61000403);

/// Asks everybody for one of these.
fn always(kinds: &[FactorKind]) -> MfaPolicy {
    MfaPolicy { always: true, low: kinds.iter().copied().collect(), ..MfaPolicy::default() }
}

/// Somebody whose address is known, in a tenant to which codes by e-mail are no factor.
async fn somebody() -> (TestApp, UserId) {
    let app = TestApp::start().await;
    let ada = app.home().user_with_password("ada", Role::Member, PASSWORD).await;
    app.home().address_is_known(ada).await;
    app.home().asks_for(always(&[FactorKind::Totp, FactorKind::Passkey])).await;
    (app, ada)
}

fn step(answer: &Answer) -> (&Value, &Value) {
    assert_eq!((answer.status, &answer.body["requires_mfa"]), (200, &json!(true)), "{}", answer.body);
    assert!(answer.body.get("access_token").is_none() && answer.body.get("user").is_none());
    (&answer.body["mfa_enrolment"], &answer.body["required_mfa_methods"])
}

async fn send(app: &TestApp, token: &str, method: &str) -> Answer {
    let body = json!({ "challenge_token": token, "mfa_method": method });
    app.post("/auth/mfa/send-code", "", body).await
}

/// The code that was sent for this challenge.
async fn code_for(app: &TestApp, token: &str) -> String {
    let sent = send(app, token, "email").await;
    assert_eq!(sent.status, 200, "{}", sent.body);
    assert!(!sent.body.to_string().contains(ADA), "it names nobody: {}", sent.body);
    app.post_leaves().await.iter().rev().find(|l| l.to == ADA).expect("a letter").code()
}

fn body(token: &str, method: &str, code: &str) -> Value {
    json!({ "challenge_token": token, "mfa_method": method, "code": code })
}

async fn prove(app: &TestApp, token: &str, code: &str) -> Answer {
    app.verify_with(body(token, "email", code)).await
}

fn another(code: &str) -> String {
    if code == "000000" { "000001".to_owned() } else { "000000".to_owned() }
}

#[tokio::test]
async fn a_code_to_an_address_known_before_lets_enrol() {
    let (app, _) = somebody().await;
    let asked = app.login("ada", PASSWORD).await;
    assert_eq!(step(&asked), (&json!("verify_address"), &json!(["email"])));
    let token = TestApp::challenge_of(&asked);
    assert_eq!(app.set_up_totp(&token).await.refusal(), NOT_RELEASED);
    assert_eq!(app.verify(&token, "000000").await.refusal(), NOT_OFFERED, "no app is asked for yet");
    assert_eq!(prove(&app, &token, "000000").await.refusal(), CODE_WRONG, "none was sent");
    app.clock.advance(Span::seconds(1));

    let code = code_for(&app, &token).await;
    let proven = prove(&app, &token, &code).await;
    assert_eq!(step(&proven), (&json!("enrol"), &json!(["totp", "passkey"])));
    assert_eq!(app.audit("mfa.enrolment_proven").len(), 1);
    assert_eq!(app.count("SELECT count(*) FROM factors"), 0, "an address is no factor here");
    // p03: the step gives nothing once more.
    assert_eq!(prove(&app, &token, &code).await.refusal(), NOT_OFFERED);
    assert_eq!(send(&app, &token, "email").await.refusal(), NOT_OFFERED);

    let again = TestApp::challenge_of(&proven);
    let phone = Authenticator::told(&app.set_up_totp(&again).await);
    let tokens = Tokens::of(app.verify(&token, &phone.code(&app)).await);
    assert_eq!(tokens.claims()["amr"], json!(["pwd", "otp", "mfa"]));
    assert_eq!(app.count("SELECT count(*) FROM factors WHERE kind = 'totp' AND verified_at IS NOT NULL"), 1);
}

#[tokio::test]
async fn where_codes_by_mail_are_a_factor_the_code_enrols_them_and_signs_in() {
    let (app, _) = somebody().await;
    app.home().always_asks().await;
    let token = TestApp::challenge_of(&app.login("ada", PASSWORD).await);
    let code = code_for(&app, &token).await;
    let tokens = Tokens::of(prove(&app, &token, &code).await);
    assert_eq!(tokens.claims()["amr"], json!(["pwd", "otp", "mfa"]));
    assert_eq!(
        app.query::<String>("SELECT kind || ' ' || address FROM factors WHERE is_primary = 1"),
        format!("email {ADA}")
    );
    assert!(app.post_leaves().await.iter().any(|l| l.to == ADA && l.text.contains("codes by e-mail")));
    assert_eq!(prove(&app, &token, &code).await.refusal(), CHALLENGE_OVER);

    app.clock.advance(Span::seconds(61));
    let asked = app.login("ada", PASSWORD).await;
    assert_eq!(asked.body["required_mfa_methods"], json!(["email"]));
    assert!(asked.body.get("mfa_enrolment").is_none(), "they have one now");
    let token = TestApp::challenge_of(&asked);
    let code = code_for(&app, &token).await;
    assert_eq!(prove(&app, &token, &code).await.status, 200);
}

#[tokio::test]
async fn a_phone_number_known_before_does_as_well() {
    let (app, ada) = somebody().await;
    let hour_ago = app.parts.now().minus(Span::hours(1)).as_millis();
    let known = format!("phone = '+8613800138000', phone_verified_at = {hour_ago}");
    app.execute(&format!("UPDATE users SET {known} WHERE username = 'ada'"));
    assert_eq!(app.count("SELECT count(*) FROM users WHERE phone IS NOT NULL"), 1);
    let asked = app.login("ada", PASSWORD).await;
    assert_eq!(step(&asked), (&json!("verify_address"), &json!(["email", "sms"])));
    let token = TestApp::challenge_of(&asked);
    assert_eq!(send(&app, &token, "sms").await.status, 200);
    let letters = app.post_leaves().await;
    let code = letters.iter().find(|l| l.to == "+8613800138000").expect("a message").code();
    assert_eq!(prove(&app, &token, &code).await.refusal(), CODE_WRONG, "it went elsewhere");
    app.clock.advance(Span::seconds(1));
    let proven = app.verify_with(body(&token, "sms", &code)).await;
    assert_eq!(step(&proven), (&json!("enrol"), &json!(["totp", "passkey"])));
    assert!(!proven.body.to_string().contains(&ada.to_string()));
}

#[tokio::test]
async fn s22_a_code_is_refused_after_ten_minutes_and_for_another_challenge() {
    let (app, _) = somebody().await;
    let [first, second] = [app.login("ada", PASSWORD).await, app.login("ada", PASSWORD).await]
        .map(|a| TestApp::challenge_of(&a));
    let code = code_for(&app, &first).await;
    assert_eq!(prove(&app, &second, &code).await.refusal(), CODE_WRONG, "p07: each has its own");
    app.clock.advance(code::TTL);
    assert_eq!(prove(&app, &first, &code).await.refusal(), CODE_WRONG);
    assert_eq!(app.set_up_totp(&first).await.refusal(), NOT_RELEASED);
}

#[tokio::test]
async fn p02_codes_for_other_purposes_prove_no_address() {
    let (app, ada) = somebody().await;
    let token = TestApp::challenge_of(&app.login("ada", PASSWORD).await);
    let to_sign_in = app.home().login_code(ada).await;
    assert_eq!(prove(&app, &token, &to_sign_in).await.refusal(), CODE_WRONG);
    app.clock.advance(Span::seconds(1));
    let code = code_for(&app, &token).await;
    let body = json!({ "email": ADA, "code": code });
    assert_eq!(app.post("/auth/login/email-code", "", body).await.refusal(), (400, 40001301));
    let reset = json!({ "identity": ADA, "code": code, "new_password": "a different long sentence" });
    assert_eq!(app.post("/auth/reset-password", "", reset).await.refusal(), (400, 40001301));
    assert_eq!(prove(&app, &token, &code).await.status, 200, "and is as good as before");
}

#[tokio::test]
async fn p07_of_64_guesses_at_once_one_is_evaluated_and_the_fifth_ends_it() {
    let (app, _) = somebody().await;
    let token = TestApp::challenge_of(&app.login("ada", PASSWORD).await);
    let code = code_for(&app, &token).await;
    let wrong = body(&token, "email", &another(&code));
    let guess = |_| app.request("POST", "/auth/mfa/verify-challenge").json(wrong.clone()).send();
    let answers = storm(64, guess).await;
    assert_eq!(answers.iter().filter(|a| a.status == 400).count(), 1);
    assert_eq!(answers.iter().filter(|a| a.status == 429).count(), 63);
    for _ in 1..GUESSES {
        app.clock.advance(Span::seconds(8));
        assert_eq!(prove(&app, &token, &another(&code)).await.refusal(), CODE_WRONG);
    }
    app.clock.advance(Span::seconds(16));
    assert_eq!(prove(&app, &token, &code).await.refusal(), CHALLENGE_OVER);
    assert_eq!(app.set_up_totp(&token).await.status, 401);
}

#[tokio::test]
async fn p01_the_right_code_raced_64_times_counts_once() {
    for kinds in [&[FactorKind::Totp][..], &[FactorKind::Totp, FactorKind::Email]] {
        let (app, _) = somebody().await;
        app.home().asks_for(always(kinds)).await;
        let token = TestApp::challenge_of(&app.login("ada", PASSWORD).await);
        let right = body(&token, "email", &code_for(&app, &token).await);
        let prove = |_| app.request("POST", "/auth/mfa/verify-challenge").json(right.clone()).send();
        let answers = storm(64, prove).await;
        assert_eq!(answers.iter().filter(|a| a.status == 200).count(), 1);
        let sessions = app.count("SELECT count(*) FROM sessions");
        let factors = app.count("SELECT count(*) FROM factors");
        assert_eq!((sessions, factors), if kinds.len() == 1 { (0, 0) } else { (1, 1) });
    }
}

#[tokio::test]
async fn an_address_that_changes_meanwhile_proves_nothing() {
    let key = async |app: &TestApp| app.api_key(&[Permission::UserWrite], Role::Admin).await;
    let (app, ada) = somebody().await;
    let token = TestApp::challenge_of(&app.login("ada", PASSWORD).await);
    let code = code_for(&app, &token).await;
    let change = json!({ "email": "eve@example.test" });
    let changed = app.put(&format!("/admin/users/{ada}"), &key(&app).await, change).await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    assert_eq!(prove(&app, &token, &code).await.refusal(), CHALLENGE_OVER);
    assert_eq!(send(&app, &token, "email").await.refusal(), CHALLENGE_OVER);
    // What an administrator typed is known to nobody: only they can help.
    assert_eq!(step(&app.login("ada", PASSWORD).await), (&json!("await_release"), &json!([])));
}

#[tokio::test]
async fn an_address_that_is_shown_to_be_ones_own_after_the_sign_in_began_lets_nobody_enrol() {
    let app = TestApp::start().await;
    let ada = app.home().user_with_password("ada", Role::Member, PASSWORD).await;
    let stolen = Tokens::of(app.login("ada", PASSWORD).await).access;
    app.home().asks_for(always(&[FactorKind::Totp])).await;
    let minter = app.api_key(&[Permission::TicketMint], Role::Member).await;
    let ticket = app.mint(&minter, json!({ "user_id": ada.to_string() })).await;
    let token = TestApp::challenge_of(&app.redeem(&ticket).await);
    let change = json!({ "new_email": "eve@example.test", "password": PASSWORD });
    assert_eq!(app.post("/auth/me/email/change", &stolen, change).await.status, 200);
    let letters = app.post_leaves().await;
    let code = letters.iter().find(|l| l.to == "eve@example.test").expect("a letter").code();
    assert_eq!(app.post("/auth/me/email/verify", &stolen, json!({ "code": code })).await.status, 200);
    assert_eq!(send(&app, &token, "email").await.refusal(), CHALLENGE_OVER);
    assert_eq!(app.set_up_totp(&token).await.status, 401);
}

#[tokio::test]
async fn proving_an_address_lets_one_sign_in_enrol_and_no_other_of_the_same_user() {
    let (app, _) = somebody().await;
    let [mine, eves] = [app.login("ada", PASSWORD).await, app.login("ada", PASSWORD).await]
        .map(|a| TestApp::challenge_of(&a));
    let code = code_for(&app, &mine).await;
    assert_eq!(prove(&app, &mine, &code).await.status, 200);
    assert_eq!(app.set_up_totp(&eves).await.refusal(), NOT_RELEASED);
    let phone = Authenticator::told(&app.set_up_totp(&mine).await);
    assert_eq!(app.verify(&eves, &phone.code(&app)).await.refusal(), NOT_OFFERED);
    assert_eq!(app.verify(&mine, &phone.code(&app)).await.status, 200);
}

#[tokio::test]
async fn where_nothing_could_be_enrolled_that_would_do_nobody_is_asked_to() {
    let (app, ada) = somebody().await;
    app.home().asks_for(always(&[FactorKind::Sms, FactorKind::RecoveryCode])).await;
    app.home().is_released(ada).await;
    assert_eq!(app.login("ada", PASSWORD).await.refusal(), (401, 40000502));
}
