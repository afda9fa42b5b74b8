//! Who guesses codes, reads one mailbox, or says of themself what is not theirs to say.

use super::code_factors::{EMAIL, SMS, WAYS, ada_with, challenge, wrong};
use super::stage::PASSWORD;
use authms_core::access::{Permission, Role};
use authms_core::factor::{FAILURES_ALLOWED, FactorKind, FactorKinds};
use authms_core::id::UserId;
use authms_core::mfa::MfaPolicy;
use authms_core::time::Span;
use authms_testkit::{Answer, TestApp, Tokens, storm};
use serde_json::{Value, json};

const NEW: &str = "an entirely new long sentence";
const ALICE: &str = "alice@example.test";
const NUMBER: &str = "+8613800138042";

/// Sets a forgotten password anew, by a code that is sent to this address.
async fn reset(app: &TestApp, identity: &str) {
    let asked =
        app.request("POST", "/auth/forgot-password").json(json!({ "identity": identity })).send().await;
    assert_eq!(asked.status, 200, "{}", asked.body);
    let letters = app.post_leaves().await;
    let code = letters.iter().find(|l| l.to == identity).expect("a code").code();
    let body = json!({ "identity": identity, "code": code, "new_password": NEW });
    let done = app.request("POST", "/auth/reset-password").json(body).send().await;
    assert_eq!(done.status, 200, "{}", done.body);
}

/// Somebody whose codes go where forgotten passwords are sent, too.
async fn alice(kind: FactorKind, address: &str) -> (TestApp, UserId) {
    let app = TestApp::start().await;
    let user = app.home().user_with_password("alice", Role::Member, PASSWORD).await;
    let key = app.api_key(&[Permission::UserWrite], Role::Admin).await;
    let phone = json!({ "phone": NUMBER });
    assert_eq!(app.put(&format!("/admin/users/{user}"), &key, phone).await.status, 200);
    app.home().codes_to(user, kind, address).await;
    (app, user)
}

const SHARED: [(FactorKind, &str); 2] = [(FactorKind::Email, ALICE), (FactorKind::Sms, NUMBER)];

#[tokio::test]
async fn s26_what_set_the_password_anew_is_no_second_factor_beside_it() {
    for (kind, address) in SHARED {
        let (app, user) = alice(kind, address).await;
        let (home, name) = (app.home(), kind.as_str());
        home.always_asks().await;
        assert_eq!(app.login("alice", PASSWORD).await.body["required_mfa_methods"], json!([name]));
        reset(&app, address).await;
        assert_eq!(app.login("alice", NEW).await.refusal(), (401, 40000502), "there is no other");

        home.asks_for(MfaPolicy::default()).await;
        let bearer = Tokens::of(app.login("alice", NEW).await).access;
        let ask = json!({ "method": name });
        assert_eq!(app.post("/mfa/challenge", &bearer, ask.clone()).await.refusal(), (400, 61000404));
        let step_up = json!({ "method": name, "code": "000000" });
        assert_eq!(app.post("/mfa/step-up", &bearer, step_up).await.refusal(), (400, 61000404));
        let again = json!({ "password": NEW, "mfa_method": name, "mfa_code": "000000" });
        assert_eq!(app.post("/auth/re-authenticate", &bearer, again).await.refusal(), (400, 61000404));
        let changed = json!({ "old_password": NEW, "new_password": PASSWORD });
        assert_eq!(app.put("/auth/me/password", &bearer, changed).await.status, 200);
        home.always_asks().await;
        assert_eq!(
            app.login("alice", PASSWORD).await.status,
            401,
            "who knows it may change it, and gains nothing"
        );
        assert!(app.post_leaves().await.iter().all(|l| l.to == ALICE && l.subject.contains("password")));

        // A ticket is another thing: its codes show something beside it.
        let asked = app.redeem(&app.ticket(user).await).await;
        assert_eq!(asked.body["required_mfa_methods"], json!([name]));
        let key = app.api_key(&[Permission::UserWrite], Role::Admin).await;
        let given = json!({ "new_password": "given by an administrator" });
        assert_eq!(app.put(&format!("/admin/users/{user}/password"), &key, given).await.status, 200);
        let asked = app.login("alice", "given by an administrator").await;
        assert_eq!(asked.body["required_mfa_methods"], json!([name]), "{}", asked.body);
    }
}

#[tokio::test]
async fn s26_another_factor_shows_in_whose_hands_the_new_password_is() {
    for (kind, address) in SHARED {
        let (app, user) = alice(kind, address).await;
        let phone = app.home().authenticator(user).await;
        app.home().always_asks().await;
        reset(&app, address).await;
        let asked = app.login("alice", NEW).await;
        assert_eq!(asked.body["required_mfa_methods"], json!(["totp"]), "{}", asked.body);
        let challenge = TestApp::challenge_of(&asked);
        assert_eq!(app.verify(&challenge, &phone.wrong_code(&app)).await.status, 400);
        assert_eq!(app.count("SELECT sum(set_password) FROM factors"), 1, "a wrong code shows nothing");
        app.clock.advance(Span::seconds(1));
        assert_eq!(app.verify(&challenge, &phone.code(&app)).await.status, 200);
        let asked = app.login("alice", NEW).await;
        assert_eq!(asked.body["required_mfa_methods"], json!(["totp", kind.as_str()]), "{}", asked.body);
    }
}

#[tokio::test]
async fn p10_a_mailbox_that_signed_in_steps_nobody_up() {
    let (app, user) = alice(FactorKind::Email, ALICE).await;
    let asked = json!({ "email": ALICE });
    assert_eq!(app.request("POST", "/auth/send-login-code").json(asked).send().await.status, 200);
    let code = app.post_leaves().await[0].code();
    let body = json!({ "email": ALICE, "code": code });
    let bearer = Tokens::of(app.request("POST", "/auth/login/email-code").json(body).send().await).access;
    let ask = |method: &str| app.post("/mfa/challenge", &bearer, json!({ "method": method }));
    assert_eq!(ask("email").await.refusal(), (400, 61000404));
    let send = app.post("/mfa/email/send", &bearer, json!({ "email": ALICE })).await;
    assert_eq!(send.refusal(), (400, 61000404));
    let disable = app.post("/mfa/email/disable", &bearer, json!({ "code": "000000" })).await;
    assert_eq!(disable.refusal(), (400, 61000404));
    app.home().codes_to(user, FactorKind::Sms, NUMBER).await;
    assert_eq!(ask("sms").await.status, 201, "a telephone is another thing");
}

#[tokio::test]
async fn codes_do_not_satisfy_where_a_factor_has_to_resist_phishing() {
    for way in WAYS {
        let (app, user) = ada_with(&way).await;
        let passkeys = FactorKinds::of(&[FactorKind::Passkey]);
        let strict = MfaPolicy { always: true, low: passkeys, ..MfaPolicy::default() };
        app.home().asks_for(strict.clone()).await;
        assert_eq!(app.login("ada", PASSWORD).await.refusal(), (401, 40000502));
        assert_eq!(app.redeem(&app.ticket(user).await).await.refusal(), (400, 40000401));
        let with_codes = FactorKinds::of(&[FactorKind::Passkey, way.kind]);
        app.home().asks_for(MfaPolicy { low: with_codes, ..strict }).await;
        assert_eq!(app.login("ada", PASSWORD).await.body["required_mfa_methods"], json!([way.name]));
    }
}

#[tokio::test]
async fn another_address_of_the_account_moves_no_codes() {
    let (app, _) = alice(FactorKind::Email, ALICE).await;
    let bearer = Tokens::of(app.login("alice", PASSWORD).await).access;
    let change = json!({ "new_email": "eve@example.test", "password": PASSWORD });
    assert_eq!(app.post("/auth/me/email/change", &bearer, change).await.status, 200);
    let code = app.post_leaves().await[0].code();
    assert_eq!(app.post("/auth/me/email/verify", &bearer, json!({ "code": code })).await.status, 200);
    assert_eq!(app.post_leaves().await[0].to, ALICE, "the former address is told");
    let send = app.post("/mfa/email/send", &bearer, json!({ "email": "eve@example.test" })).await;
    assert_eq!(send.refusal(), (400, 40001511));
    app.home().always_asks().await;
    let challenge = TestApp::challenge_of(&app.login("alice", PASSWORD).await);
    EMAIL.send_at(&app, &challenge).await;
    assert_eq!(app.post_leaves().await[0].to, ALICE);
}

#[tokio::test]
async fn p07_of_64_guesses_at_once_at_a_sent_code_one_is_evaluated() {
    for way in WAYS {
        let (app, _) = ada_with(&way).await;
        let challenge = challenge(&app).await;
        let code = way.code_at(&app, &challenge).await;
        let answers = storm(64, |_| {
            let body = json!({ "challenge_token": challenge, "code": wrong(&code), "mfa_method": way.name });
            app.request("POST", "/api/v1/auth/mfa/verify-challenge").json(body).send()
        })
        .await;
        assert_eq!(answers.iter().filter(|a| a.status == 400).count(), 1);
        assert_eq!(answers.iter().filter(|a| a.status == 429).count(), 63);
        assert_eq!(app.count("SELECT failures FROM factors"), 1);
        assert_eq!(app.count("SELECT attempts FROM sent_codes"), 1);
        app.clock.advance(Span::seconds(1));
        let racing = storm(16, |_| {
            let body = json!({ "challenge_token": challenge, "code": code, "mfa_method": way.name });
            app.request("POST", "/api/v1/auth/mfa/verify-challenge").json(body).send()
        })
        .await;
        assert_eq!(racing.iter().filter(|a| a.status == 200).count(), 1, "p01: the right one wins once");
        assert_eq!(app.count("SELECT count(*) FROM sessions"), 1);
    }
}

/// Guesses 10,000 times, at all of these challenges at once and as fast as they let anybody, by one method and the other in
/// turn.
async fn ten_thousand_guesses(app: &TestApp, challenges: &[String], methods: [(&str, &str); 2]) -> usize {
    let (mut sent, each) = (0, (10_000 / 5_usize).div_ceil(challenges.len()));
    // The fifth guess kills a challenge; after each the next one waits, eight seconds at the longest.
    for (method, guess) in methods.into_iter().cycle().take(5) {
        for chunk in challenges.chunks(20) {
            let answers: Vec<Answer> = storm(chunk.len() * each, |n| {
                let token = &chunk[n % chunk.len()];
                let body = json!({ "challenge_token": token, "code": guess, "mfa_method": method });
                app.request("POST", "/api/v1/auth/mfa/verify-challenge").json(body).send()
            })
            .await;
            assert!(answers.iter().all(|a| a.status == 400 || a.status == 429 || a.status == 403));
            sent += answers.len();
        }
        app.clock.advance(Span::seconds(8));
    }
    sent
}

#[tokio::test]
async fn p07_of_10000_guesses_over_fresh_challenges_100_of_a_factor_are_evaluated() {
    let (app, user) = ada_with(&EMAIL).await;
    let phone = app.home().authenticator(user).await;
    let (mut challenges, mut codes) = (Vec::new(), Vec::new());
    for _ in 0..60 {
        let token = TestApp::challenge_of(&app.redeem(&app.ticket(user).await).await);
        codes.push(EMAIL.code_at(&app, &token).await);
        challenges.push(token);
    }
    let last = TestApp::challenge_of(&app.redeem(&app.ticket(user).await).await);
    let right = EMAIL.code_at(&app, &last).await;
    let of_phone = phone.wrong_code(&app);
    let of_none = (0..).map(|n| format!("{n:06}")).find(|g| !codes.contains(g)).expect("one of a million");
    let methods = [("totp", of_phone.as_str()), ("email", of_none.as_str())];
    assert!(ten_thousand_guesses(&app, &challenges, methods).await >= 10_000);
    for method in ["totp", "email"] {
        let failures = format!("SELECT failures FROM factors WHERE kind = '{method}'");
        assert_eq!(app.count(&failures), i64::from(FAILURES_ALLOWED), "{method}");
    }
    assert_eq!(app.count("SELECT sum(attempts) FROM sent_codes"), i64::from(FAILURES_ALLOWED));
    assert_eq!(EMAIL.answer(&app, &last, &right).await.refusal(), (400, 61000402), "it is off");
    assert_eq!(app.count("SELECT count(*) FROM sessions"), 0);
}

#[tokio::test]
async fn s19_a_hundred_wrong_codes_switch_codes_off_and_others_work() {
    for way in WAYS {
        let (app, user) = ada_with(&way).await;
        let phone = app.home().authenticator(user).await;
        let mut last = (String::new(), String::new());
        for n in 0..FAILURES_ALLOWED {
            if n % 4 == 0 {
                let token = challenge(&app).await;
                last = (token.clone(), way.code_at(&app, &token).await);
            }
            let refused = way.answer(&app, &last.0, wrong(&last.1)).await;
            assert_eq!(refused.refusal(), (400, 61000402), "{n}");
            app.clock.advance(Span::seconds(8));
        }
        assert_eq!(
            way.answer(&app, &last.0, &last.1).await.refusal(),
            (400, 61000402),
            "right, and too late"
        );
        let asked = app.login("ada", PASSWORD).await;
        assert_eq!(asked.body["required_mfa_methods"], json!(["totp"]));
        let challenge = TestApp::challenge_of(&asked);
        assert_eq!(way.send_at(&app, &challenge).await.refusal(), (400, 61000404));
        let bearer = Tokens::of(app.verify(&challenge, &phone.code(&app)).await).access;
        let items = app.get("/mfa/methods", &bearer).await.body["items"].clone();
        let items = items.as_array().expect("methods");
        let off = items.iter().find(|f| f["method_type"] == way.name).expect("the codes");
        assert_eq!((&off["blocked"], &off["enabled"]), (&json!(true), &json!(true)));
        assert_eq!(app.count(&format!("SELECT count(*) FROM sessions WHERE user_id = x'{}'", hex(user))), 1);
    }
}

fn hex(user: UserId) -> String {
    user.bytes().iter().map(|b| format!("{b:02x}")).collect()
}

/// What people would like to say of themselves.
fn claims(app: &TestApp, other: UserId) -> Value {
    json!({
        "email_verified": true, "email_verified_at": "2020-01-01T00:00:00Z", "phone_verified": true,
        "phone_verified_at": "2020-01-01T00:00:00Z", "verified": true, "verified_at": "2020-01-01T00:00:00Z",
        "is_verified": true, "status": "verified", "enabled": true, "primary": true, "is_primary": true,
        "failures": 0, "blocked": false, "set_password": false, "trusted": true, "proven": "factor",
        "proven_by": "factor", "amr": ["mfa"], "kind": "passkey", "method_type": "passkey", "id": "fac_1",
        "tenant_id": app.tenant.to_string(), "tenant": "other", "user": other.to_string(), "role": "super_admin",
        "roles": ["super_admin"], "permissions": ["*"], "rank": "super_admin", "is_admin": true, "mfa_enabled": true,
        "must_change_password": false, "rev": 1, "fence": 0, "created_at": "1970-01-01T00:00:00Z",
        "__proto__": { "verified": true }, "constructor": { "prototype": { "verified": true } },
    })
}

#[tokio::test]
async fn p22_users_cannot_set_their_own_verified() {
    let app = TestApp::start().await;
    let user = app.home().user_with_password("ada", Role::Member, PASSWORD).await;
    let other = app.home().user("bob", Role::Member).await;
    let bearer = Tokens::of(app.login("ada", PASSWORD).await).access;
    let claims = claims(&app, other);
    let claims = claims.as_object().expect("an object");
    let ways = [
        ("PUT", "/mfa/email/enroll", json!({ "email": "ada@example.test" }), 201),
        ("POST", "/mfa/email/verify", json!({ "code": "no code" }), 400),
        ("POST", "/mfa/email/send", json!({ "email": "bob@example.test" }), 400),
        ("PUT", "/mfa/sms/enroll", json!({ "phone": SMS.to }), 201),
        ("POST", "/mfa/sms/verify", json!({ "code": "no code" }), 400),
        ("POST", "/mfa/totp/setup", json!({}), 200),
        ("POST", "/mfa/totp/devices", json!({ "device_name": "x" }), 201),
        ("POST", "/mfa/totp/verify", json!({ "code": "no code" }), 400),
        ("POST", "/mfa/challenge", json!({ "method": "email" }), 400),
        (
            "POST",
            "/auth/me/email/change",
            json!({ "new_email": "e@example.test", "password": PASSWORD }),
            200,
        ),
        ("POST", "/auth/me/email/verify", json!({ "code": "no code" }), 400),
        ("POST", "/auth/me/phone/change", json!({ "new_phone": SMS.to, "password": PASSWORD }), 200),
        ("POST", "/auth/me/phone/verify", json!({ "code": "no code" }), 400),
        ("POST", "/auth/re-authenticate", json!({ "password": "not the password at all" }), 401),
    ];
    // Beside what a request is about, each claim alone and all at once.
    for (method, path, body, status) in &ways {
        let with = |more: Vec<(&String, &Value)>| {
            let mut body = body.clone();
            for (name, value) in more {
                body[name.as_str()] = value.clone();
            }
            app.request(method, &format!("/api/v1{path}")).bearer(&bearer).json(body)
        };
        let answer = with(claims.iter().collect()).send().await;
        assert_eq!(answer.status, *status, "{method} {path}: {}", answer.body);
        for claim in claims {
            let answer = with(vec![claim]).send().await;
            assert!(answer.status < 500, "{method} {path} with {}: {}", claim.0, answer.body);
        }
        for (what, sql) in [
            (
                "a factor counts",
                "SELECT count(*) FROM factors WHERE verified_at IS NOT NULL OR is_primary = 1",
            ),
            (
                "a factor of another kind",
                "SELECT count(*) FROM factors WHERE kind NOT IN ('totp', 'email', 'sms')",
            ),
            (
                "an address is verified",
                "SELECT count(*) FROM users WHERE email_verified_at > 0 OR phone_verified_at > 0",
            ),
            (
                "an address is another",
                "SELECT count(*) FROM users WHERE email = 'e@example.test' OR phone IS NOT NULL",
            ),
        ] {
            assert_eq!(app.count(sql), 0, "{what} after {method} {path}");
        }
        let user = hex(user);
        for (what, sql) in [
            ("somebody else's factor", format!("SELECT count(*) FROM factors WHERE user_id <> x'{user}'")),
            (
                "another role",
                format!("SELECT count(*) FROM memberships WHERE user_id = x'{user}' AND role <> 'member'"),
            ),
        ] {
            assert_eq!(app.count(&sql), 0, "{what} after {method} {path}");
        }
    }
}
