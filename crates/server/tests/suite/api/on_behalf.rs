//! Tickets on somebody's behalf: openly, downwards, for a reason, and only as long as the actor is there.

use authms_core::access::Role;
use authms_core::id::UserId;
use authms_core::session::ByAssurance;
use authms_core::ticket::Purpose;
use authms_core::time::Span;
use authms_crypto::pkce_s256;
use authms_testkit::{Answer, Setup, TestApp, Tokens, VERIFIER};
use serde_json::{Value, json};

const REFUSED: (u16, u64) = (400, 40000401);

async fn mint(app: &TestApp, bearer: &str, body: Value) -> Answer {
    app.post("/auth/generate-ticket", bearer, body).await
}

/// Signed in by two factors, just now.
async fn sign_in(app: &TestApp, user: UserId) -> Tokens {
    let tokens = app.sign_in(user).await;
    app.proves(&tokens.access);
    tokens
}

/// By the browser in which the ticket was asked for.
async fn redeem(app: &TestApp, ticket: &str) -> Answer {
    app.signin(json!({ "ticket": ticket, "verifier": VERIFIER })).send().await
}

fn on_behalf(user: UserId) -> Value {
    json!({
        "user_id": user.to_string(),
        "purpose": "on_behalf",
        "reason": "ticket 42",
        "proof": pkce_s256(VERIFIER),
    })
}

/// A member, a supporter with their tokens, and the tokens of the supporter acting as the member.
async fn acting() -> (TestApp, UserId, UserId, Tokens, Tokens) {
    let app = TestApp::start().await;
    let alice = app.user("alice", Role::Member).await;
    let sup = app.user("sup", Role::Support).await;
    let own = sign_in(&app, sup).await;
    let tokens = app.act_for(&own.access, alice).await;
    (app, alice, sup, own, tokens)
}

#[tokio::test]
async fn s56_act_sub_is_the_actor_and_the_scope_does_not_grow() {
    let (app, alice, sup, own, tokens) = acting().await;
    let claims = tokens.claims();
    assert_eq!(claims["sub"], alice.to_string());
    assert_eq!(claims["role"], "member", "the subject's, not the actor's");
    assert_eq!(claims["act"]["sub"], sup.to_string());
    let custom = json!({
        "is_imp": true,
        "impersonated_by": sup.to_string(),
        "admin_name": "sup",
        "imp_id": claims["sid"],
        "imp_reason": "ticket 42",
    });
    assert_eq!(claims["custom"], custom);
    assert_eq!((claims.get("auth_time"), claims.get("amr")), (None, None), "nobody authenticated alice");
    assert_eq!(tokens.answer.get("refresh_token"), None);
    assert_eq!(tokens.answer["user"]["id"], alice.to_string());

    let row = &app.audit("ticket.redeemed")[1];
    assert_eq!((&row["actor"], &row["subject"]), (&json!(sup.to_string()), &json!(alice.to_string())));
    assert_eq!(row["reason"], "ticket 42");
    let minted = app.audit("ticket.minted").pop().expect("a row");
    assert_eq!((&minted["actor"], &minted["reason"]), (&json!(sup.to_string()), &json!("ticket 42")));
    assert_eq!(minted["actor_session"], own.claims()["sid"]);

    let permissions = app.get("/auth/me/permissions", &tokens.access).await;
    assert_eq!(permissions.status, 200);
    assert!(!permissions.body.to_string().contains("ticket:on_behalf"), "{}", permissions.body);
}

#[tokio::test]
async fn a_persons_ticket_for_anybody_else_is_on_behalf_whatever_its_purpose_says() {
    let app = TestApp::start().await;
    let alice = app.user("alice", Role::Member).await;
    let admin = sign_in(&app, app.admin).await.access;
    for purpose in [json!(null), json!("sso"), json!("on_behalf")] {
        let mut body = on_behalf(alice);
        body["purpose"] = purpose;
        let answer = mint(&app, &admin, body).await;
        assert_eq!(answer.body["purpose"], "on_behalf", "{}", answer.body);
        assert_eq!(answer.body["expires_in"], 60, "a minute by default");
        let tokens = Tokens::of(redeem(&app, answer.body["ticket"].as_str().expect("a ticket")).await);
        assert_eq!(tokens.claims()["act"]["sub"], app.admin.to_string());
        assert_eq!(tokens.refresh, "");
    }
}

#[tokio::test]
async fn a_reason_is_required() {
    let app = TestApp::start().await;
    let alice = app.user("alice", Role::Member).await.to_string();
    let admin = sign_in(&app, app.admin).await.access;
    assert_eq!(mint(&app, &admin, json!({ "user_id": alice })).await.refusal(), (400, 40000405));
    let null = json!({ "user_id": alice, "reason": null });
    assert_eq!(mint(&app, &admin, null).await.refusal(), (400, 40000405));
    for blank in ["", "   ", "\u{3000}"] {
        let answer = mint(&app, &admin, json!({ "user_id": alice, "reason": blank })).await;
        assert_eq!(answer.refusal(), (400, 40000405), "{blank:?}");
    }
    assert_eq!(app.query::<i64>("SELECT count(*) FROM tickets WHERE purpose = 'on_behalf'"), 0);
}

#[tokio::test]
async fn p20_a_target_of_equal_or_higher_rank_is_refused() {
    let app = TestApp::start().await;
    let mut users = Vec::new();
    for role in Role::ALL {
        let (actor, target) = (
            app.user(&format!("actor-{}", role.as_str()), role).await,
            app.user(&format!("target-{}", role.as_str()), role).await,
        );
        users.push((role, sign_in(&app, actor).await.access, target));
    }
    for (actor, token, _) in &users {
        for (target, _, user) in &users {
            let answer = mint(&app, token, on_behalf(*user)).await;
            let expected = match (*actor, *target) {
                (Role::Member, _) => (403, 40000010),
                (actor, target) if target < actor => (200, 0),
                _ => (403, 40000403),
            };
            assert_eq!(answer.refusal(), expected, "{actor:?} for {target:?}");
        }
    }
}

#[tokio::test]
async fn nobody_acts_on_their_own_behalf_and_no_system_acts_at_all() {
    let app = TestApp::start().await;
    let alice = app.user("alice", Role::Member).await;
    for user in [alice, app.admin] {
        let token = sign_in(&app, user).await.access;
        assert_eq!(mint(&app, &token, on_behalf(user)).await.refusal(), (400, 40000404));
    }
    let scopes: Vec<_> = authms_core::access::Permission::ALL.into_iter().filter(|p| p.is_scope()).collect();
    let key = app.api_key(&scopes, Role::SuperAdmin).await;
    assert_eq!(mint(&app, &key, on_behalf(alice)).await.refusal(), (400, 40000404));
    let admin = sign_in(&app, app.admin).await.access;
    let body = json!({ "name": "imp", "scopes": ["ticket:on_behalf"] });
    assert_eq!(app.post("/auth/api-keys", &admin, body).await.refusal(), (403, 40000702), "it is no scope");
}

#[tokio::test]
async fn p20_a_subject_promoted_before_redemption_is_out_of_reach() {
    let app = TestApp::start().await;
    let admin = sign_in(&app, app.admin).await.access;
    let alice = app.user("alice", Role::Member).await;
    let sup = sign_in(&app, app.user("sup", Role::Support).await).await.access;
    let ticket = app.mint(&sup, on_behalf(alice)).await;
    let promote = app.put(&format!("/admin/memberships/{alice}"), &admin, json!({ "role": "admin" })).await;
    assert_eq!(promote.status, 200);
    assert_eq!(redeem(&app, &ticket).await.refusal(), REFUSED);
}

#[tokio::test]
async fn it_ends_with_the_minters_session() {
    let (app, _, _, own, tokens) = acting().await;
    assert_eq!(app.get("/auth/me", &tokens.access).await.status, 200);
    assert_eq!(app.post("/auth/logout", &own.access, json!({})).await.status, 200);
    assert_eq!(app.get("/auth/me", &tokens.access).await.status, 401);
}

#[tokio::test]
async fn it_lasts_as_long_as_its_access_token() {
    let (app, _, _, _, tokens) = acting().await;
    assert_eq!(tokens.answer["expires_in"], 1800);
    app.clock.advance(Span::seconds(1799));
    assert_eq!(app.get("/auth/me", &tokens.access).await.status, 200);
    // Past its end by more than the clocks' leeway.
    app.clock.advance(Span::seconds(62));
    assert_eq!(app.get("/auth/me", &tokens.access).await.status, 401);
    let lasting: i64 =
        app.query("SELECT max(expires_at - created_at) FROM sessions WHERE actor_id IS NOT NULL");
    assert_eq!(lasting, 1_800_000);
}

#[tokio::test]
async fn it_is_never_meant_to_outlast_the_minters_session() {
    let mut setup = Setup::default();
    setup.policy.session_ttl = ByAssurance::same(Span::seconds(600));
    let app = TestApp::with(setup).await;
    let alice = app.user("alice", Role::Member).await;
    let admin = sign_in(&app, app.admin).await.access;
    app.clock.advance(Span::seconds(100));
    let tokens = Tokens::of(redeem(&app, &app.mint(&admin, on_behalf(alice)).await).await);
    assert_eq!(tokens.answer["expires_in"], 500);
    let claims = tokens.claims();
    assert_eq!(claims["exp"].as_i64(), claims["iat"].as_i64().map(|iat| iat + 500));
    app.clock.advance(Span::seconds(499));
    assert_eq!(app.get("/auth/me", &tokens.access).await.status, 200);
    app.clock.advance(Span::seconds(1));
    assert_eq!(app.get("/auth/me", &tokens.access).await.status, 401, "whatever the leeway for clocks");
}

#[tokio::test]
async fn the_actors_refresh_does_not_end_it() {
    let (app, _, _, own, tokens) = acting().await;
    let refreshed = app.post("/auth/refresh", "", json!({ "refresh_token": own.refresh })).await;
    assert_eq!(refreshed.status, 200);
    assert_eq!(app.get("/auth/me", &tokens.access).await.status, 200, "the session is the same");
}

#[tokio::test]
async fn it_is_never_chained() {
    let (app, alice, _, _, tokens) = acting().await;
    let bob = app.user("bob", Role::Member).await;
    for user in [alice, bob] {
        for body in [json!({ "user_id": user.to_string() }), on_behalf(user)] {
            assert_eq!(mint(&app, &tokens.access, body).await.refusal(), (403, 40000012));
        }
    }
    // Nor by acting as somebody who may act: an administrator as a supporter.
    let admin = sign_in(&app, app.admin).await.access;
    let sup = app.user("second", Role::Support).await;
    let as_sup = Tokens::of(redeem(&app, &app.mint(&admin, on_behalf(sup)).await).await);
    assert_eq!(mint(&app, &as_sup.access, on_behalf(alice)).await.refusal(), (403, 40000012));
}

#[tokio::test]
async fn a_session_on_behalf_reaches_few_routes_and_no_other() {
    let app = TestApp::start().await;
    // Of all subjects an administrator could do the most.
    let subject = app.user("chief", Role::Admin).await;
    let admin = sign_in(&app, app.admin).await.access;
    let token = Tokens::of(redeem(&app, &app.mint(&admin, on_behalf(subject)).await).await).access;
    let within =
        ["/auth/me", "/auth/me/permissions", "/auth/me/memberships", "/auth/me/tenants", "/oauth/userinfo"];
    for path in within {
        assert_eq!(app.get(path, &token).await.status, 200, "{path}");
    }
    let some = "0000000000000000000001";
    let routes = [
        ("POST", "/auth/generate-ticket".to_owned()),
        ("GET", "/auth/me/sessions".to_owned()),
        ("DELETE", "/auth/me/sessions".to_owned()),
        ("DELETE", format!("/auth/me/sessions/ses_{some}")),
        ("PUT", "/auth/me/password".to_owned()),
        ("GET", "/auth/api-keys".to_owned()),
        ("POST", "/auth/api-keys".to_owned()),
        ("GET", format!("/auth/api-keys/key_{some}")),
        ("DELETE", format!("/auth/api-keys/key_{some}")),
        ("PUT", format!("/auth/api-keys/key_{some}/status")),
        ("GET", "/admin/users".to_owned()),
        ("POST", "/admin/users".to_owned()),
        ("GET", format!("/admin/users/{subject}")),
        ("PUT", format!("/admin/users/{subject}")),
        ("DELETE", format!("/admin/users/{subject}")),
        ("PUT", format!("/admin/users/{subject}/status")),
        ("PUT", format!("/admin/users/{subject}/password")),
        ("PUT", format!("/admin/memberships/{subject}")),
        ("DELETE", format!("/admin/memberships/{subject}")),
        ("GET", "/admin/tenants".to_owned()),
        ("POST", "/admin/tenants".to_owned()),
        ("GET", format!("/admin/tenants/{}", app.tenant)),
        ("PUT", format!("/admin/tenants/{}", app.tenant)),
        ("GET", "/admin/oauth/clients".to_owned()),
        ("POST", "/admin/oauth/clients".to_owned()),
        ("GET", format!("/admin/oauth/clients/cli_{some}")),
        ("PUT", format!("/admin/oauth/clients/cli_{some}")),
        ("DELETE", format!("/admin/oauth/clients/cli_{some}")),
        ("POST", format!("/admin/oauth/clients/cli_{some}/rotate-secret")),
    ];
    for (method, path) in routes {
        let answer = app.request(method, &path).bearer(&token).json(json!({})).send().await;
        assert_eq!(answer.refusal(), (403, 40000012), "{method} {path}");
    }
    assert_eq!(app.get("/auth/me", &admin).await.status, 200);
    assert_eq!(app.request("POST", "/auth/logout").bearer(&token).send().await.status, 200);
    assert_eq!(app.get("/auth/me", &token).await.status, 401, "signed out");
    assert_eq!(app.get("/auth/me", &admin).await.status, 200, "the actor is not");
}

#[tokio::test]
async fn a_replay_within_the_minute_has_no_refresh_token_either() {
    let app = TestApp::start().await;
    let alice = app.user("alice", Role::Member).await;
    let own = sign_in(&app, app.admin).await;
    let ticket = app.mint(&own.access, on_behalf(alice)).await;
    let redeem = async || {
        app.signin(json!({ "ticket": ticket, "verifier": VERIFIER }))
            .header("idempotency-key", "k")
            .send()
            .await
    };
    let (first, again) = (redeem().await, redeem().await);
    assert_eq!((first.status, again.status), (200, 200));
    assert_eq!(again.body.get("refresh_token"), None);
    assert_eq!(Tokens::of(first).claims(), Tokens::of(again).claims());
    assert_eq!(app.post("/auth/logout", &own.access, json!({})).await.status, 200);
    assert_eq!(redeem().await.refusal(), REFUSED, "the actor has left");
}

#[tokio::test]
async fn a_client_without_the_purpose_gets_no_session_on_behalf() {
    let app = TestApp::start().await;
    let alice = app.user("alice", Role::Member).await;
    let admin = sign_in(&app, app.admin).await.access;
    let sso = app.client("sso", &[Purpose::Sso]).await;
    let both = app.client("both", &Purpose::ALL).await;
    let mut body = on_behalf(alice);
    body["client_id"] = json!(sso.0);
    assert_eq!(mint(&app, &admin, body).await.refusal(), (400, 40000404), "bound to it: refused at once");
    let ticket = app.mint(&admin, on_behalf(alice)).await;
    let by = |client: &(String, String)| {
        app.signin(json!({ "ticket": ticket, "verifier": VERIFIER })).basic(&client.0, &client.1).send()
    };
    assert_eq!(by(&sso).await.refusal(), REFUSED);
    let answer = by(&both).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(Tokens::of(answer).claims()["client_id"], both.0);
}
