//! A sign-in that waits for a second factor.

use authms_core::access::{Permission, Role};
use authms_core::id::{ClientId, UserId};
use authms_core::mfa::MfaPolicy;
use authms_core::ticket::{self, Mint, Purpose};
use authms_core::time::Span;
use authms_testkit::{Authenticator, CommitFault, Setup, TestApp, TestRequest, Tokens, jwt, storm};
use serde_json::json;

const PASSWORD: &str = "correct horse battery staple";

/// Somebody with an authenticator app, in a tenant that always asks for it.
async fn somebody() -> (TestApp, UserId, Authenticator) {
    let app = TestApp::start().await;
    let home = app.home();
    let user = home.user_with_password("ada", Role::Member, PASSWORD).await;
    let phone = home.authenticator(user).await;
    home.always_asks().await;
    (app, user, phone)
}

fn guess(app: &TestApp, challenge: &str, code: &str) -> TestRequest {
    let body = json!({ "challenge_token": challenge, "code": code });
    app.request("POST", "/api/v1/auth/mfa/verify-challenge").json(body)
}

#[tokio::test]
async fn a_ticket_is_spent_on_a_challenge_that_a_code_completes() {
    let (app, user, phone) = somebody().await;
    let ticket = app.ticket(user).await;
    let asked = app.redeem(&ticket).await;
    let challenge = TestApp::challenge_of(&asked);
    for absent in ["access_token", "refresh_token", "user", "expires_in", "token_type"] {
        assert!(asked.body.get(absent).is_none(), "{absent}: {}", asked.body);
    }
    assert_eq!(asked.body["mfa_check_reason"], "policy_always");
    assert_eq!(asked.body["required_mfa_methods"], json!(["totp"]));
    let (low, risk) = (&asked.body["risk_level"], &asked.body["risk_assessment"]);
    assert_eq!((low, &risk["level"]), (&json!("low"), &json!("low")));
    assert_eq!((&risk["recommended_mfa_methods"], &risk["require_mfa"]), (&json!(["totp"]), &json!(true)));
    let claims = jwt::claims(&challenge);
    assert_eq!(claims["exp"].as_i64().zip(claims["iat"].as_i64()).map(|(exp, iat)| exp - iat), Some(300));
    assert!(!challenge.contains(&user.to_string()) && claims.get("sub").is_none());
    assert_eq!(app.redeem(&ticket).await.status, 400, "the ticket is spent");
    assert_eq!(app.count("SELECT count(*) FROM sessions"), 0, "no session before the factor");

    let signed_in = app.verify(&challenge, &phone.code(&app)).await;
    assert_eq!(signed_in.status, 200, "{}", signed_in.body);
    assert_eq!(signed_in.body["requires_mfa"], false);
    let (before, after) = (&asked.body["risk_assessment"], &signed_in.body["risk_assessment"]);
    assert_eq!((&before["score"], &after["require_mfa"]), (&after["score"], &json!(false)));
    let tokens = Tokens::of(signed_in);
    assert_eq!(tokens.claims()["amr"], json!(["otp", "mfa"]));
    assert_eq!(app.me(&tokens.access).await.status, 200);
    assert_eq!(app.refresh(&tokens.refresh).await.status, 200);
}

#[tokio::test]
async fn why_a_code_is_asked_for_is_told_in_the_language_that_is_asked_for() {
    let (app, user, _) = somebody().await;
    let english = "Your organization asks for a second factor at every sign-in.";
    let chinese = "您的组织要求每次登录都进行二次验证。";
    for (languages, message) in [
        (None, english),
        (Some("zh-CN,zh;q=0.9,en;q=0.8"), chinese),
        (Some("en-GB, zh;q=0.5"), english),
        (Some("fr"), english),
    ] {
        let by_ticket = app.signin(json!({ "ticket": app.ticket(user).await }));
        let body = json!({ "identity": "ada", "password": PASSWORD });
        for request in [by_ticket, app.request("POST", "/api/v1/auth/login").json(body)] {
            let request = languages.into_iter().fold(request, |r, l| r.header("accept-language", l));
            let asked = request.send().await;
            assert_eq!(asked.body["mfa_check_message"], message, "{languages:?}: {}", asked.body);
            assert_eq!(asked.body["mfa_check_reason"], "policy_always", "the word is the same");
        }
    }
}

#[tokio::test]
async fn who_is_signed_in_is_told_no_reason() {
    let (app, user, phone) = somebody().await;
    let passed = app
        .verify(&TestApp::challenge_of(&app.redeem(&app.ticket(user).await).await), &phone.code(&app))
        .await;
    app.home().asks_for(MfaPolicy::default()).await;
    for signed_in in [passed, app.login("ada", PASSWORD).await] {
        assert!(signed_in.body["access_token"].is_string(), "{}", signed_in.body);
        for absent in ["mfa_check_message", "mfa_check_reason", "challenge_token", "required_mfa_methods"] {
            assert!(signed_in.body.get(absent).is_none(), "{absent}: {}", signed_in.body);
        }
    }
}

#[tokio::test]
async fn a_password_is_followed_by_the_same_challenge() {
    let (app, _, phone) = somebody().await;
    let challenge = TestApp::challenge_of(&app.login("ada", PASSWORD).await);
    let tokens = Tokens::of(app.verify(&challenge, &phone.code(&app)).await);
    assert_eq!(tokens.claims()["amr"], json!(["pwd", "otp", "mfa"]));
}

#[tokio::test]
async fn only_members_of_the_named_roles_are_asked_where_the_policy_says_so() {
    let app = TestApp::start().await;
    let home = app.home();
    home.asks_for(MfaPolicy { from_role: Some(Role::Admin), ..MfaPolicy::default() }).await;
    let (member, admin) = (app.user("member", Role::Member).await, app.user("grace", Role::Admin).await);
    home.authenticator(admin).await;
    assert_eq!(app.redeem(&app.ticket(member).await).await.body["requires_mfa"], false);
    let asked = app.redeem(&app.ticket(admin).await).await;
    assert_eq!(asked.body["mfa_check_reason"], "policy_role", "{}", asked.body);
}

#[tokio::test]
async fn s23_wrong_codes_make_the_next_one_wait_and_the_fifth_ends_the_challenge() {
    let (app, user, phone) = somebody().await;
    let challenge = TestApp::challenge_of(&app.redeem(&app.ticket(user).await).await);
    for wait in [1, 2, 4, 8] {
        let wrong = app.verify(&challenge, &phone.wrong_code(&app)).await;
        assert_eq!((wrong.status, wrong.code()), (400, 61000402), "{}", wrong.body);
        let early = app.verify(&challenge, &phone.code(&app)).await;
        assert_eq!((early.status, early.header("retry-after")), (429, wait.to_string().as_str()));
        app.clock.advance(Span::seconds(wait));
    }
    assert_eq!(app.verify(&challenge, &phone.wrong_code(&app)).await.status, 400);
    app.clock.advance(Span::seconds(20));
    let dead = app.verify(&challenge, &phone.code(&app)).await;
    assert_eq!((dead.status, dead.code()), (403, 61000403), "{}", dead.body);
}

#[tokio::test]
async fn p07_of_64_guesses_at_once_one_is_evaluated() {
    let (app, user, phone) = somebody().await;
    let challenge = TestApp::challenge_of(&app.redeem(&app.ticket(user).await).await);
    let wrong = phone.wrong_code(&app);
    let answers = storm(64, |_| guess(&app, &challenge, &wrong).send()).await;
    assert_eq!(answers.iter().filter(|a| a.status == 400).count(), 1);
    assert_eq!(answers.iter().filter(|a| a.status == 429).count(), 63);
    assert_eq!(app.count("SELECT failures FROM factors"), 1);
}

#[tokio::test]
async fn p01_a_challenge_raced_with_the_right_code_opens_one_session() {
    let (app, user, phone) = somebody().await;
    let challenge = TestApp::challenge_of(&app.redeem(&app.ticket(user).await).await);
    let code = phone.code(&app);
    let answers = storm(64, |_| guess(&app, &challenge, &code).send()).await;
    assert_eq!(answers.iter().filter(|a| a.status == 200).count(), 1);
    assert_eq!(app.count("SELECT count(*) FROM sessions"), 1);
}

#[tokio::test]
async fn p13_a_finished_challenge_is_finished() {
    let (app, user, phone) = somebody().await;
    let challenge = TestApp::challenge_of(&app.redeem(&app.ticket(user).await).await);
    assert_eq!(app.verify(&challenge, &phone.code(&app)).await.status, 200);
    app.clock.advance(Span::seconds(31));
    let again = app.verify(&challenge, &phone.code(&app)).await;
    assert_eq!((again.status, again.code()), (403, 61000403));
    assert_eq!(app.count("SELECT count(*) FROM sessions"), 1);
}

#[tokio::test]
async fn s20_a_spent_step_opens_no_second_challenge() {
    let (app, user, phone) = somebody().await;
    let first = TestApp::challenge_of(&app.redeem(&app.ticket(user).await).await);
    let second = TestApp::challenge_of(&app.redeem(&app.ticket(user).await).await);
    let code = phone.code(&app);
    assert_eq!(app.verify(&first, &code).await.status, 200);
    for step in [0, -1] {
        let again = app.verify(&second, &phone.code_after(&app, step)).await;
        assert_eq!((again.status, again.code()), (400, 61000402), "step {step}");
        app.clock.advance(Span::seconds(2));
    }
    assert_eq!(app.verify(&second, &phone.code_after(&app, 1)).await.status, 200, "the next step is unspent");
}

#[tokio::test]
async fn a_repetition_of_the_redemption_gets_the_challenge_again_and_never_tokens() {
    let (app, user, phone) = somebody().await;
    let ticket = app.ticket(user).await;
    let redeem = || async {
        app.signin(json!({ "ticket": ticket })).header("idempotency-key", "k1-0123456789abcdef").send().await
    };
    let challenge = TestApp::challenge_of(&redeem().await);
    let again = TestApp::challenge_of(&redeem().await);
    assert_eq!(jwt::claims(&challenge), jwt::claims(&again));
    assert_eq!(app.verify(&again, &phone.code(&app)).await.status, 200);
    assert_eq!(redeem().await.status, 400, "after the factor the ticket answers nobody");
}

#[tokio::test]
async fn a_repetition_of_the_completion_gets_the_same_session_again() {
    let (app, user, phone) = somebody().await;
    let challenge = TestApp::challenge_of(&app.redeem(&app.ticket(user).await).await);
    let code = phone.code(&app);
    let verify = |key: &'static str| {
        let body = json!({ "challenge_token": challenge, "code": code });
        let request = app.request("POST", "/api/v1/auth/mfa/verify-challenge").json(body);
        async move { request.header("idempotency-key", key).send().await }
    };
    let first = Tokens::of(verify("k1-0123456789abcdef").await);
    let again = Tokens::of(verify("k1-0123456789abcdef").await);
    assert_eq!((first.refresh.as_str(), first.claims()), (again.refresh.as_str(), again.claims()));
    assert_eq!(verify("k2-0123456789abcdef").await.status, 403, "another key is another caller");
    app.clock.advance(Span::seconds(60));
    assert_eq!(verify("k1-0123456789abcdef").await.status, 403, "the window is over");
}

#[tokio::test]
async fn p09_who_is_locked_out_meanwhile_is_not_signed_in_by_any_code() {
    let (app, user, phone) = somebody().await;
    let admin = app.home().key(&[Permission::UserRead, Permission::UserWrite], Role::Admin).await;
    let admin = admin.raw.expose();
    let by_ticket = TestApp::challenge_of(&app.redeem(&app.ticket(user).await).await);
    let path = format!("/admin/users/{user}/status");
    assert_eq!(app.put(&path, admin, json!({ "status": "disabled" })).await.status, 200);
    assert_eq!(app.verify(&by_ticket, &phone.code(&app)).await.status, 403);
    assert_eq!(app.put(&path, admin, json!({ "status": "active" })).await.status, 200);
    assert_eq!(app.verify(&by_ticket, &phone.code(&app)).await.status, 403, "enabled again it stays dead");
}

#[tokio::test]
async fn a_challenge_is_for_the_client_that_redeemed() {
    let (app, user, phone) = somebody().await;
    let (client, secret) = app.client("shop", &[Purpose::Sso]).await;
    let (other, other_secret) = app.client("mail", &[Purpose::Sso]).await;
    let mint = Mint { client: ClientId::parse(&client), ..Mint::for_user(user) };
    let minted = ticket::mint_at_console(&app.parts, app.tenant, mint).await.expect("mints");
    let body = json!({ "ticket": minted.ticket.expose(), "client_id": client, "client_secret": secret });
    let challenge = TestApp::challenge_of(&app.signin(body).send().await);
    let ask = |client: &str, secret: &str| json!({ "challenge_token": challenge, "code": phone.code(&app), "client_id": client, "client_secret": secret });
    assert_eq!(app.verify(&challenge, &phone.code(&app)).await.status, 403, "without the client");
    assert_eq!(app.verify_with(ask(&other, &other_secret)).await.status, 403, "another client");
    assert_eq!(app.verify_with(ask(&client, &other_secret)).await.status, 403, "a wrong secret");
    assert_eq!(app.verify_with(ask(&client, &secret)).await.status, 200);
}

#[tokio::test]
async fn a_challenge_waits_five_minutes() {
    let (app, user, phone) = somebody().await;
    let challenge = TestApp::challenge_of(&app.redeem(&app.ticket(user).await).await);
    app.clock.advance(Span::seconds(300));
    assert_eq!(app.verify(&challenge, &phone.code(&app)).await.code(), 61000403);
}

#[tokio::test]
async fn s37_tokens_are_accepted_where_they_belong_alone() {
    let (app, user, phone) = somebody().await;
    let challenge = TestApp::challenge_of(&app.redeem(&app.ticket(user).await).await);
    assert_eq!(app.me(&challenge).await.status, 401, "a challenge is no access token");
    assert_ne!(app.refresh(&challenge).await.status, 200);
    assert_eq!(app.redeem(&challenge).await.status, 400);
    let tokens = Tokens::of(app.verify(&challenge, &phone.code(&app)).await);
    for foreign in [tokens.access.as_str(), tokens.refresh.as_str(), "", "a.b.c"] {
        let refused = app.verify(foreign, &phone.code(&app)).await;
        assert!(refused.status == 403 || refused.status == 400, "{foreign}: {}", refused.body);
        assert!(refused.body.get("access_token").is_none());
    }
}

#[tokio::test]
async fn other_methods_and_empty_codes_change_nothing() {
    let (app, user, phone) = somebody().await;
    let challenge = TestApp::challenge_of(&app.redeem(&app.ticket(user).await).await);
    let code = phone.code(&app);
    for method in ["sms", "email", "backup", "passkey"] {
        let body = json!({ "challenge_token": challenge, "code": code, "mfa_method": method });
        let refused = app.verify_with(body).await;
        assert_eq!((refused.status, refused.code()), (400, 61000404), "{method}");
    }
    let unknown = json!({ "challenge_token": challenge, "code": code, "mfa_method": "password" });
    assert_eq!(app.verify_with(unknown).await.code(), 40000001);
    assert_eq!(app.verify_with(json!({ "challenge_token": challenge })).await.code(), 40000001);
    assert_eq!(app.count("SELECT wrong FROM challenges"), 0);
    assert_eq!(app.verify(&challenge, &code).await.status, 200);
}

#[tokio::test]
async fn p14_a_used_code_is_refused_and_the_count_of_wrong_ones_survives() {
    let (app, _, phone) = somebody().await;
    let challenge = TestApp::challenge_of(&app.login("ada", PASSWORD).await);
    let code = phone.code(&app);
    assert_eq!(guess(&app, &challenge, &code).send().await.status, 200);
    let challenge = TestApp::challenge_of(&app.login("ada", PASSWORD).await);
    let failures = "SELECT failures FROM factors";
    assert_eq!(guess(&app, &challenge, &code).send().await.refusal(), (400, 61000402), "used");
    assert_eq!(app.count(failures), 1);
    // What could not be counted was not judged either.
    app.clock.advance(Span::seconds(1));
    app.faults.next_commit(CommitFault::Unavailable);
    assert_eq!(guess(&app, &challenge, "000000").send().await.status, 503);
    assert_eq!(app.count(failures), 1);
    let other = app.restart(Setup { seed: 2, ..Setup::default() }).await;
    assert_eq!(guess(&other, &challenge, "000000").send().await.refusal(), (400, 61000402));
    assert_eq!(app.count(failures), 2, "refused, and counted");
}
