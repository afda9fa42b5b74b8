//! Introspection (RFC 7662) and revocation (RFC 7009).

use authms_core::access::{Permission, Role};
use authms_core::id::UserId;
use authms_core::limits::Quota;
use authms_core::time::Span;
use authms_testkit::{Answer, ISSUER, Population, ReadFault, Setup, TestApp, TestRequest, Tokens};
use serde_json::{Value, json};

const ENDPOINTS: [&str; 2] = ["/oauth/introspect", "/oauth/revoke"];
const UNAUTHENTICATED: (u16, u64) = (401, 40000901);
const OTHER_CLIENT: (u16, u64) = (400, 40000902);

/// A client's identifier and secret.
type Client = (String, String);

#[tokio::test]
async fn s53_revoking_an_unknown_token_is_200_and_another_clients_is_refused() {
    let app = TestApp::start().await;
    let (shop, rival) = (client(&app.home(), "shop").await, client(&app.home(), "rival").await);
    let alice = app.user("alice", Role::Member).await;
    for unknown in ["x", "", "a.b.c", "rt_", &app.ticket(alice).await, &shop.1] {
        let answer = revoke(&app, &shop, unknown).await;
        assert_eq!((answer.status, &answer.body), (200, &json!("")), "{unknown}");
    }
    let elsewhere = app.another_tenant("elsewhere").await;
    let (bob, theirs) = (elsewhere.user("bob", Role::Member).await, client(&elsewhere, "shop").await);
    for tokens in [
        app.sign_in(alice).await,
        signed_in(&app, &app.home(), &rival, alice).await,
        signed_in(&app, &elsewhere, &theirs, bob).await,
    ] {
        for token in [&tokens.access, &tokens.refresh] {
            let answer = revoke(&app, &shop, token).await;
            assert_eq!((answer.refusal(), &answer.body["error"]), (OTHER_CLIENT, &json!("invalid_grant")));
        }
        assert_eq!(app.me(&tokens.access).await.status, 200, "it lives");
    }
}

#[tokio::test]
async fn s53_a_revoked_token_takes_its_whole_session_along() {
    let app = TestApp::start().await;
    let (shop, alice) = (client(&app.home(), "shop").await, app.user("alice", Role::Member).await);
    for which in ["access", "refresh", "rotated"] {
        let tokens = signed_in(&app, &app.home(), &shop, alice).await;
        let next = Tokens::of(app.refresh(&tokens.refresh).await);
        let given_back = match which {
            "access" => &next.access,
            "refresh" => &next.refresh,
            _ => &tokens.refresh,
        };
        let other = signed_in(&app, &app.home(), &shop, alice).await;
        assert_eq!(revoke(&app, &shop, given_back).await.status, 200);
        for access in [&tokens.access, &next.access] {
            assert_eq!(app.me(access).await.status, 401, "{which}");
        }
        assert_eq!(app.refresh(&next.refresh).await.status, 401, "{which}");
        assert_eq!(revoke(&app, &shop, given_back).await.status, 200, "again");
        assert_eq!(app.me(&other.access).await.status, 200, "their other session goes on");
        let told = app.audit("session.ended").pop().expect("a row");
        assert_eq!((&told["why"], &told["actor"]), (&json!("revoked"), &json!(shop.0)));
    }
    assert_eq!(app.audit("session.ended").len(), 3, "what was revoked again left no further row");
}

#[tokio::test]
async fn p04_a_revoked_token_stays_dead_after_a_restart() {
    let app = TestApp::start().await;
    let (shop, alice) = (client(&app.home(), "shop").await, app.user("alice", Role::Member).await);
    let tokens = signed_in(&app, &app.home(), &shop, alice).await;
    assert_eq!(revoke(&app, &shop, &tokens.refresh).await.status, 200);
    let again = app.restart(Setup { seed: 2, ..Setup::default() }).await;
    drop(app);
    assert_eq!(again.refresh(&tokens.refresh).await.status, 401);
    assert_eq!(again.me(&tokens.access).await.status, 401);
    assert_eq!(introspect(&again, &shop, &tokens.access).await.body, json!({ "active": false }));
}

#[tokio::test]
async fn a_living_token_is_told_of_with_what_it_says() {
    let app = TestApp::start().await;
    let (shop, alice) = (client(&app.home(), "shop").await, app.user("alice", Role::Member).await);
    let tokens = signed_in(&app, &app.home(), &shop, alice).await;
    let claims = tokens.claims();
    let told = introspect(&app, &shop, &tokens.access).await;
    assert_eq!((told.status, told.header("cache-control")), (200, "no-store"));
    let mut expected = json!({
        "active": true, "aud": ISSUER, "client_id": shop.0, "exp": claims["exp"], "iat": claims["iat"],
        "iss": ISSUER, "jti": claims["jti"], "role": "member", "sid": claims["sid"], "sub": alice.to_string(),
        "tenant_id": app.tenant.to_string(), "token_type": "Bearer", "username": "alice",
    });
    assert_eq!(told.body, expected);

    app.clock.advance(Span::seconds(100));
    let next = Tokens::of(app.refresh(&tokens.refresh).await);
    let told = introspect(&app, &shop, &next.refresh).await.body;
    let now = 1_795_000_100;
    for gone in ["jti", "token_type"] {
        expected.as_object_mut().expect("an object").remove(gone);
    }
    (expected["iat"], expected["exp"]) = (json!(now), json!(now + 14 * 24 * 3600));
    assert_eq!(told, expected, "a refresh token, until it is idle for too long");
}

#[tokio::test]
async fn a_session_on_somebodys_behalf_is_told_of_with_its_actor() {
    let app = TestApp::start().await;
    let (support, actor) = app.home().signed_in("support", Role::Support).await;
    let token = app.act_for(&actor, app.user("alice", Role::Member).await).await.access;
    let gateway = app.api_key(&[Permission::TokenIntrospect], Role::Member).await;
    let told = app.post("/oauth/introspect", &gateway, json!({ "token": token })).await.body;
    assert_eq!((&told["active"], &told["client_id"]), (&json!(true), &json!("authms")));
    assert_eq!(told["act"], json!({ "sub": support.to_string(), "iss": ISSUER }));
    app.request("POST", "/auth/logout").bearer(&actor).send().await;
    let told = app.post("/oauth/introspect", &gateway, json!({ "token": token })).await.body;
    assert_eq!(told, json!({ "active": false }), "it ended with the actor's own");
}

#[tokio::test]
async fn userinfo_says_who_the_user_is_and_nothing_of_what_they_may_do() {
    let app = TestApp::start().await;
    let (shop, chief) = (client(&app.home(), "shop").await, app.user("chief", Role::Admin).await);
    let tokens = signed_in(&app, &app.home(), &shop, chief).await;
    let (admin, path) = (app.sign_in(app.admin).await.access, format!("/admin/users/{chief}"));
    assert_eq!(app.put(&path, &admin, json!({ "nickname": "Chief" })).await.status, 200);
    let told = app.get("/oauth/api/v1/oauth/userinfo", &tokens.access).await;
    assert_eq!((told.status, told.header("cache-control")), (200, "no-store"));
    let now = app.parts.now().as_seconds();
    let expected = json!({
        "sub": chief.to_string(), "name": "Chief", "nickname": "Chief", "preferred_username": "chief",
        "client_id": shop.0, "updated_at": now,
    });
    assert_eq!(told.body, expected);
    let posted = app.request("POST", "/oauth/userinfo").bearer(&tokens.access);
    assert_eq!(posted.send().await.body, expected, "by POST, too");
    let typed = app.request("POST", "/oauth/userinfo").bearer(&tokens.access);
    let typed = typed.bytes("application/x-www-form-urlencoded", Vec::new()).send().await;
    assert_eq!(typed.body, expected, "as client libraries send it");

    app.request("POST", "/auth/logout").bearer(&tokens.access).send().await;
    let key = app.api_key(&[Permission::TokenIntrospect], Role::Member).await;
    let fresh = signed_in(&app, &app.home(), &shop, chief).await;
    for dead in [&tokens.access, &fresh.refresh, &shop.1, ""] {
        let refused = app.get("/oauth/userinfo", dead).await;
        assert_eq!(
            (refused.refusal(), &refused.body["error"]),
            ((401, 40000009), &json!("invalid_token")),
            "{dead}"
        );
        let posted = app.request("POST", "/oauth/userinfo").bearer(dead).send().await;
        assert_eq!((posted.refusal(), &posted.body["error"]), ((401, 40000009), &json!("invalid_token")));
    }
    assert_eq!(app.get("/oauth/userinfo", &key).await.status, 403, "a key is nobody");
}

#[tokio::test]
async fn userinfo_of_an_act_names_the_actor_until_it_ends() {
    let app = TestApp::start().await;
    let (support, actor) = app.home().signed_in("support", Role::Support).await;
    let alice = app.user("alice", Role::Member).await;
    let acting = app.act_for(&actor, alice).await;
    let told = app.get("/oauth/userinfo", &acting.access).await.body;
    assert_eq!((&told["sub"], &told["scope"]), (&json!(alice.to_string()), &json!("read")));
    assert_eq!(told["act"], json!({ "sub": support.to_string(), "iss": ISSUER }));
    assert_eq!(told["custom"], acting.claims()["custom"]);
    let row = app.audit("on_behalf.action").pop().expect("a row");
    assert_eq!((&row["route"], &row["actor"]), (&json!("/oauth/userinfo"), &json!(support.to_string())));
    app.request("POST", "/auth/logout").bearer(&actor).send().await;
    assert_eq!(app.get("/oauth/userinfo", &acting.access).await.refusal(), (401, 40000009));
}

#[tokio::test]
async fn s54_introspection_by_nobody_is_401_and_of_a_dead_token_only_inactive() {
    let app = TestApp::start().await;
    let (shop, alice) = (client(&app.home(), "shop").await, app.user("alice", Role::Member).await);
    let tokens = signed_in(&app, &app.home(), &shop, alice).await;
    let anonymous =
        app.request("POST", "/oauth/introspect").json(json!({ "token": tokens.access })).send().await;
    assert_eq!((anonymous.refusal(), &anonymous.body["error"]), (UNAUTHENTICATED, &json!("invalid_client")));
    assert_eq!(anonymous.header("www-authenticate"), "Basic realm=\"authms\"");

    let dead = async |token: &str, why: &str| {
        let told = introspect(&app, &shop, token).await;
        assert_eq!((told.status, told.body), (200, json!({ "active": false })), "{why}");
    };
    let both = async |tokens: &Tokens, why: &str| {
        dead(&tokens.access, why).await;
        dead(&tokens.refresh, why).await;
    };
    app.refresh(&tokens.refresh).await;
    dead(&tokens.refresh, "rotated").await;
    app.clock.advance(Span::seconds(1799));
    assert_eq!(introspect(&app, &shop, &tokens.access).await.body["active"], true);
    app.clock.advance(Span::seconds(1));
    dead(&tokens.access, "expired, whatever the leeway").await;

    let ended = signed_in(&app, &app.home(), &shop, alice).await;
    app.request("POST", "/auth/logout").bearer(&ended.access).send().await;
    both(&ended, "signed out").await;
    let rival = client(&app.home(), "rival").await;
    both(&signed_in(&app, &app.home(), &rival, alice).await, "another client's").await;
    both(&app.sign_in(alice).await, "of no client").await;
    let elsewhere = app.another_tenant("elsewhere").await;
    let (bob, theirs) = (elsewhere.user("bob", Role::Member).await, client(&elsewhere, "shop").await);
    both(&signed_in(&app, &elsewhere, &theirs, bob).await, "another tenant's").await;

    let disabled = signed_in(&app, &app.home(), &shop, alice).await;
    let admin = app.sign_in(app.admin).await.access;
    let path = format!("/admin/users/{alice}/status");
    assert_eq!(app.put(&path, &admin, json!({ "status": "disabled" })).await.status, 200);
    both(&disabled, "its user is disabled").await;
    assert_eq!(app.put(&path, &admin, json!({ "status": "active" })).await.status, 200);
    both(&disabled, "and enabled again").await;
}

#[tokio::test]
async fn s37_nothing_but_a_token_of_ours_is_ever_active() {
    let app = TestApp::start().await;
    let (shop, alice) = (client(&app.home(), "shop").await, app.user("alice", Role::Member).await);
    let tokens = signed_in(&app, &app.home(), &shop, alice).await;
    let (ring, claims) = (app.parts.keys.ring(), tokens.claims());
    let forged = |typ: &str, member: &str, value: Value| {
        let mut claims = claims.clone();
        claims[member] = value;
        ring.active().sign_jwt(typ, &claims).expect("signs")
    };
    let mut others = vec![
        app.ticket(alice).await,
        app.api_key(&[Permission::TokenIntrospect], Role::Member).await,
        shop.1.clone(),
        format!("{}x", tokens.access),
        format!("{}x", tokens.refresh),
        tokens.access.rsplit_once('.').map(|(signed, _)| format!("{signed}.")).expect("a JWT"),
        forged("at+jwt", "iss", json!("https://evil.test")),
        forged("at+jwt", "aud", json!([shop.0])),
        forged("at+jwt", "exp", json!("4000000000")),
        forged("at+jwt", "sub", json!(app.admin.to_string())),
        forged("at+jwt", "tenant_id", json!("tnt_0000000000000000000001")),
    ];
    others.extend(["JWT", "id+jwt", "challenge+jwt", "logout+jwt"].map(|typ| forged(typ, "x", json!(1))));
    for other in &others {
        let told = introspect(&app, &shop, other).await;
        assert_eq!((told.status, told.body), (200, json!({ "active": false })), "{other}");
        assert_eq!(revoke(&app, &shop, other).await.status, 200, "{other}");
        assert_eq!(app.me(&tokens.access).await.status, 200, "nothing of the session was touched by {other}");
    }
    assert_eq!(app.redeem(&others[0]).await.status, 200, "nor the ticket");
}

#[tokio::test]
async fn wrong_client_credentials_have_one_answer() {
    let app = TestApp::start().await;
    let (shop, rival) = (client(&app.home(), "shop").await, client(&app.home(), "rival").await);
    let tokens = signed_in(&app, &app.home(), &shop, app.user("alice", Role::Member).await).await;
    let disabled = client(&app.home(), "disabled").await;
    let admin = app.sign_in(app.admin).await.access;
    let path = format!("/admin/oauth/clients/{}", disabled.0);
    assert_eq!(app.put(&path, &admin, json!({ "status": "disabled" })).await.status, 200);
    let elsewhere = app.another_tenant("elsewhere").await;
    let theirs = client(&elsewhere, "theirs").await;
    let path = format!("/admin/tenants/{}", elsewhere.tenant);
    assert_eq!(app.put(&path, &admin, json!({ "status": "disabled" })).await.status, 200);

    let wrong: [(&str, &str); 8] = [
        (&shop.0, ""),
        (&shop.0, "secret"),
        (&shop.0, &rival.1),
        (&rival.0, &shop.1),
        ("cli_0000000000000000000001", &shop.1),
        ("", &shop.1),
        (&disabled.0, &disabled.1),
        (&theirs.0, &theirs.1),
    ];
    for path in ENDPOINTS {
        let post = || app.request("POST", path);
        let mut requests = Vec::new();
        for (id, secret) in wrong {
            requests.push(form(post().basic(id, secret), &[("token", &tokens.access)]));
            requests.push(form(
                post(),
                &[("token", &tokens.access), ("client_id", id), ("client_secret", secret)],
            ));
        }
        requests.push(form(post(), &[("token", &tokens.access)]));
        requests.push(form(post(), &[("token", &tokens.access), ("client_id", &shop.0)]));
        requests.push(form(post().header("authorization", "Basic %%%"), &[("token", &tokens.access)]));
        requests.push(form(post().header("authorization", "Digest x"), &[("token", &tokens.access)]));
        for request in requests {
            let mut answer = request.send().await;
            assert_eq!(answer.refusal(), UNAUTHENTICATED, "{path}");
            assert_eq!(answer.header("www-authenticate"), "Basic realm=\"authms\"");
            for varies in ["timestamp", "request_id"] {
                answer.body[varies] = Value::Null;
            }
            let body = json!({
                "code": 40000901, "message": "the client did not authenticate", "timestamp": null,
                "request_id": null, "error": "invalid_client",
                "error_description": "the client did not authenticate",
            });
            assert_eq!(answer.body, body);
        }
        let twice =
            form(post().basic(&shop.0, &shop.1), &[("token", "x"), ("client_id", &shop.0)]).send().await;
        assert_eq!((twice.refusal(), &twice.body["error"]), ((400, 40000001), &json!("invalid_request")));
        let header = form(post().basic(&shop.0, &shop.1), &[("token", &tokens.access)])
            .header("x-tenant-id", &elsewhere.tenant.to_string());
        assert_eq!(header.send().await.refusal(), (403, 40000103), "header and credentials name two tenants");
    }
    assert_eq!(app.me(&tokens.access).await.status, 200);
}

#[tokio::test]
async fn who_may_introspect_besides_clients() {
    let app = TestApp::start().await;
    let home = app.home();
    let token = app.sign_in(app.user("alice", Role::Member).await).await.access;
    let elsewhere = app.another_tenant("elsewhere").await;
    let theirs = elsewhere.sign_in(elsewhere.user("bob", Role::Member).await).await.access;
    let gateway = app.api_key(&[Permission::TokenIntrospect], Role::Member).await;
    let ask = async |bearer: &str, token: &str| {
        app.post("/oauth/introspect", bearer, json!({ "token": token })).await
    };
    assert_eq!(ask(&gateway, &token).await.body["active"], true);
    assert_eq!(ask(&gateway, &theirs).await.body, json!({ "active": false }), "another tenant's");
    let (_, admin) = home.signed_in("administrator", Role::Admin).await;
    assert_eq!(ask(&admin, &token).await.body["active"], true);
    let minter = app.api_key(&[Permission::TicketMint], Role::SuperAdmin).await;
    let (_, support) = home.signed_in("support", Role::Support).await;
    for bearer in [&minter, &support, &token] {
        let refused = ask(bearer, &token).await;
        assert_eq!(
            (refused.refusal(), &refused.body["error"]),
            ((403, 40000010), &json!("insufficient_scope"))
        );
    }
    let on_behalf = home.on_behalf(&support, app.user("carol", Role::Member).await).await;
    assert_eq!(ask(&on_behalf, &token).await.refusal(), (403, 40000012));
    let wrong = ask("ak_wrong", &token).await;
    assert_eq!((wrong.refusal(), &wrong.body["error"]), ((401, 40000009), &json!("invalid_token")));
    let shop = client(&home, "shop").await;
    let body = json!({ "token": token, "client_id": shop.0, "client_secret": shop.1 });
    assert_eq!(app.post("/oauth/introspect", &gateway, body).await.refusal(), (400, 40000001), "twice");
    let revoke = app.post("/oauth/revoke", &gateway, json!({ "token": token })).await;
    assert_eq!(revoke.refusal(), UNAUTHENTICATED, "revocation is for clients");
}

#[tokio::test]
async fn forms_and_json_are_read_and_nothing_is_guessed() {
    let app = TestApp::start().await;
    let (shop, alice) = (client(&app.home(), "shop").await, app.user("alice", Role::Member).await);
    let token = signed_in(&app, &app.home(), &shop, alice).await.access;
    let as_json = app.request("POST", "/bff/oauth/api/v1/oauth/introspect").basic(&shop.0, &shop.1);
    let as_json =
        as_json.json(json!({ "token": token, "token_type_hint": "refresh_token", "x": 1 })).send().await;
    assert_eq!(as_json.body["active"], true, "a wrong hint does not mislead");
    for (body, member) in [
        ("", "token"),
        ("tok=x", "token"),
        ("token=x&token=y", "token"),
        ("token=a%00b", "token"),
        (&format!("token={}", "x".repeat(8193)), "token"),
        (&format!("token=x&token_type_hint={}", "x".repeat(65)), "token_type_hint"),
    ] {
        for path in ENDPOINTS {
            let request = app.request("POST", path).basic(&shop.0, &shop.1);
            let answer =
                request.bytes("application/x-www-form-urlencoded", body.as_bytes().to_vec()).send().await;
            assert_eq!(
                (answer.refusal(), &answer.body["member"]),
                ((400, 40000001), &json!(member)),
                "{body}"
            );
            assert_eq!(answer.body["error"], "invalid_request");
        }
    }
    for path in ENDPOINTS {
        for content_type in ["text/plain", "multipart/form-data", "application/x-www-form-urlencodedx", ""] {
            let request = app.request("POST", path).basic(&shop.0, &shop.1);
            let answer = request.bytes(content_type, format!("token={token}").into_bytes()).send().await;
            assert_eq!(answer.refusal(), (415, 40000005), "{content_type}");
        }
        let large = app.request("POST", path).basic(&shop.0, &shop.1);
        let large = large.bytes("application/x-www-form-urlencoded", vec![b'x'; 70_000]).send().await;
        assert_eq!(large.status, 413);
        let query = app.request("POST", &format!("{path}?token={token}")).basic(&shop.0, &shop.1);
        assert_eq!(form(query, &[]).send().await.status, 400, "never from the query");
    }
    assert_eq!(app.me(&token).await.status, 200);
}

#[tokio::test]
async fn clients_have_a_budget_and_a_store_that_is_down_says_nothing_of_any_token() {
    let mut setup = Setup::default();
    setup.policy.quotas.client = Quota { requests: 3, window: Span::seconds(60) };
    let app = TestApp::with(setup).await;
    let (shop, other) = (client(&app.home(), "shop").await, client(&app.home(), "other").await);
    let token = signed_in(&app, &app.home(), &shop, app.user("alice", Role::Member).await).await.access;
    app.clock.advance(Span::seconds(60));
    app.faults.reads(Some(ReadFault::Down));
    for answer in [introspect(&app, &shop, &token).await, revoke(&app, &shop, &token).await] {
        assert_eq!((answer.status, &answer.body["error"]), (503, &json!("temporarily_unavailable")));
    }
    app.faults.reads(None);
    for _ in 0..3 {
        assert_eq!(introspect(&app, &shop, &token).await.status, 200);
    }
    let throttled = revoke(&app, &shop, &token).await;
    assert_eq!(
        (throttled.refusal(), throttled.header("ratelimit").contains("client")),
        ((429, 40000006), true)
    );
    assert_eq!(introspect(&app, &other, &token).await.status, 200, "another client has its own");
    assert_eq!(app.me(&token).await.status, 200);
}

async fn client(home: &Population<'_>, name: &str) -> Client {
    let made = home.client(name).await;
    (made.client.id.to_string(), made.secret.expose().to_owned())
}

/// Signs a user in at a client.
async fn signed_in(app: &TestApp, home: &Population<'_>, (id, secret): &Client, user: UserId) -> Tokens {
    let answer = app.signin(json!({ "ticket": home.ticket(user).await })).basic(id, secret).send().await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    Tokens::of(answer)
}

fn form(request: TestRequest, members: &[(&str, &str)]) -> TestRequest {
    // What tokens and secrets are made of needs no encoding.
    let body = members.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&");
    request.bytes("application/x-www-form-urlencoded", body.into_bytes())
}

async fn introspect(app: &TestApp, (id, secret): &Client, token: &str) -> Answer {
    form(app.request("POST", "/oauth/introspect").basic(id, secret), &[("token", token)]).send().await
}

async fn revoke(app: &TestApp, (id, secret): &Client, token: &str) -> Answer {
    form(app.request("POST", "/oauth/revoke").basic(id, secret), &[("token", token)]).send().await
}
