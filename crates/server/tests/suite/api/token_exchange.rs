//! Token exchange (RFC 8693): by the rules of every act on somebody's behalf, for the client that has both tokens.

use super::stage;
use authms_core::access::Role;
use authms_core::id::UserId;
use authms_core::ticket::Purpose;
use authms_core::time::Span;
use authms_testkit::{Answer, ISSUER, Population, TestApp, Tokens, jwt};
use serde_json::{Value, json};

const PATHS: [&str; 2] = ["/oauth/token", "/oauth/token-exchange"];
const GRANT: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const WRONG_TOKEN: (u16, u64) = (400, 40000905);

/// A client's identifier and secret.
type Client = (String, String);

struct Scene {
    app: TestApp,
    /// Registered for acts.
    shop: Client,
    alice: UserId,
    sup: UserId,
    /// The access tokens of both at the shop; the supporter proved a second factor in theirs just now.
    subject: String,
    actor: String,
    admin: String,
}

impl Scene {
    async fn new() -> Self {
        Self::of(Role::Support, Role::Member).await
    }

    async fn of(actor: Role, subject: Role) -> Self {
        let app = TestApp::start().await;
        let shop = app.client("shop", &Purpose::ALL).await;
        let (alice, sup) = (app.user("alice", subject).await, app.user("sup", actor).await);
        let subject = signed_in(&app.home(), &shop, alice).await;
        let actor = signed_in(&app.home(), &shop, sup).await;
        let admin = app.sign_in(app.admin).await.access;
        app.proves(&actor.access);
        app.proves(&admin);
        Self { shop, alice, sup, subject: subject.access, actor: actor.access, admin, app }
    }

    /// What succeeds.
    fn ask(&self) -> Value {
        json!({
            "grant_type": GRANT, "subject_token": self.subject, "subject_token_type": ACCESS_TOKEN,
            "actor_token": self.actor, "actor_token_type": ACCESS_TOKEN, "reason": "ticket 42",
        })
    }

    /// The same, with this in place of what is there.
    async fn with(&self, more: Value) -> Answer {
        self.by(&self.shop, more).await
    }

    async fn by(&self, (id, secret): &Client, more: Value) -> Answer {
        let mut ask = self.ask();
        for (member, value) in more.as_object().expect("members") {
            ask[member] = value.clone();
        }
        self.app.request("POST", PATHS[1]).basic(id, secret).json(ask).send().await
    }

    async fn set(&self, policy: Value) {
        let answer = self.app.put("/admin/on-behalf/policy", &self.admin, policy).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }

    fn minted(&self) -> i64 {
        self.app.count("SELECT count(*) FROM tickets WHERE purpose = 'on_behalf'")
    }

    fn refusals(&self) -> Vec<Value> {
        self.app.audit("on_behalf.refused").into_iter().map(|row| row["why"].clone()).collect()
    }
}

async fn signed_in(home: &Population<'_>, (id, secret): &Client, user: UserId) -> Tokens {
    let answer =
        home.app().signin(json!({ "ticket": home.ticket(user).await })).basic(id, secret).send().await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    Tokens::of(answer)
}

fn oauth(answer: &Answer) -> (u16, u64, &str) {
    (answer.status, answer.code(), answer.body["error"].as_str().unwrap_or_default())
}

#[tokio::test]
async fn s56_an_exchange_names_the_actor_and_its_scope_does_not_grow() {
    let s = Scene::new().await;
    for path in PATHS {
        let mut form = form_urlencoded::Serializer::new(String::new());
        for (member, value) in s.ask().as_object().expect("members") {
            form.append_pair(member, value.as_str().expect("a text"));
        }
        let form = form.append_pair("client_id", &s.shop.0).append_pair("audience", &s.shop.0).finish();
        let request = s.app.request("POST", path).basic(&s.shop.0, &s.shop.1);
        let answer = request.bytes("application/x-www-form-urlencoded", form.into_bytes()).send().await;
        assert_eq!((answer.status, answer.header("cache-control")), (200, "no-store"), "{}", answer.body);
        let token = answer.body["access_token"].as_str().expect("a token").to_owned();
        let expected = json!({
            "access_token": token, "expires_in": 1800, "issued_token_type": ACCESS_TOKEN, "scope": "read",
            "token_type": "Bearer",
        });
        assert_eq!(answer.body, expected, "and no refresh token");
        let claims = jwt::claims(&token);
        assert_eq!((&claims["sub"], &claims["scope"]), (&json!(s.alice.to_string()), &json!("read")));
        assert_eq!(claims["act"], json!({ "sub": s.sup.to_string(), "iss": ISSUER }));
        assert_eq!((&claims["aud"], &claims["role"]), (&json!([s.shop.0]), &json!("member")));
        assert_eq!(s.app.me(&token).await.status, 200);
        let told = s.app.request("POST", "/oauth/introspect").basic(&s.shop.0, &s.shop.1);
        let told = told.json(json!({ "token": token })).send().await;
        assert_eq!(
            (&told.body["active"], &told.body["act"]["sub"]),
            (&json!(true), &json!(s.sup.to_string()))
        );
    }
    for name in ["on_behalf.requested", "on_behalf.started"] {
        let row = s.app.audit(name).pop().expect("a row");
        assert_eq!(
            (&row["actor"], &row["subject"]),
            (&json!(s.sup.to_string()), &json!(s.alice.to_string()))
        );
        assert_eq!((&row["client"], &row["reason"]), (&json!(s.shop.0), &json!("ticket 42")), "{name}");
    }
    assert_eq!(s.app.audit("on_behalf.ended").len(), 1, "one at a time");
    assert_eq!(s.app.post_leaves().await.len(), 2, "the user is told of both");
}

#[tokio::test]
async fn s56_a_scope_that_neither_side_has_is_not_exchanged() {
    let s = Scene::of(Role::Admin, Role::Support).await;
    let scope = async |asked: Value| s.with(json!({ "scope": asked })).await;
    for absent in [json!(null), json!(""), json!("read")] {
        assert_eq!(scope(absent).await.body["scope"], "read ticket:read user:read");
    }
    for beyond in ["write", "read user:write", "read tenant:write", "openid", "READ", "read  write", "admin"]
    {
        let refused = scope(json!(beyond)).await;
        assert_eq!(oauth(&refused), (400, 40000907, "invalid_scope"), "{beyond}");
    }
    let refused = scope(json!("read write")).await;
    assert_eq!(oauth(&refused), (400, 40001801, "invalid_request"), "no rule lets anybody write");
    s.set(json!({ "rules": [{ "write": true }] })).await;
    let granted = scope(json!("read write")).await;
    assert_eq!(granted.body["scope"], "read write ticket:read ticket:revoke user:read");
    let claims = jwt::claims(granted.body["access_token"].as_str().expect("a token"));
    assert_eq!((&claims["scope"], &claims["role"]), (&granted.body["scope"], &json!("support")));
}

#[tokio::test]
async fn s56_no_administrator_is_a_target_nor_anybody_else_who_is_not_below() {
    for (actor, subject) in [
        (Role::Support, Role::Support),
        (Role::Support, Role::Admin),
        (Role::Admin, Role::Admin),
        (Role::Admin, Role::SuperAdmin),
        (Role::SuperAdmin, Role::SuperAdmin),
    ] {
        let s = Scene::of(actor, subject).await;
        let refused = s.with(json!({})).await;
        assert_eq!(oauth(&refused), (400, 40000403, "invalid_request"), "{actor:?} for {subject:?}");
        assert_eq!((s.minted(), s.refusals()), (0, vec![json!("rank")]));
    }
    let s = Scene::of(Role::Member, Role::Member).await;
    assert_eq!(oauth(&s.with(json!({})).await), (400, 40000010, "invalid_request"), "no permission");
    let s = Scene::new().await;
    let oneself = s.with(json!({ "subject_token": s.actor })).await;
    assert_eq!(oauth(&oneself), (400, 40000404, "invalid_request"), "oneself");
    let exchanged = s.with(json!({ "subject_token": s.actor, "actor_token": s.subject })).await;
    assert_eq!(oauth(&exchanged), (400, 40000010, "invalid_request"), "each in the other's place");
    assert_eq!(s.minted(), 0);
}

#[tokio::test]
async fn p21_no_exchange_across_tenants() {
    let s = Scene::new().await;
    let elsewhere = s.app.another_tenant("elsewhere").await;
    let made = elsewhere.client("shop").await;
    let theirs = (made.client.id.to_string(), made.secret.expose().to_owned());
    let bob = signed_in(&elsewhere, &theirs, elsewhere.user("bob", Role::Member).await).await.access;
    let chief = signed_in(&elsewhere, &theirs, elsewhere.user("chief", Role::SuperAdmin).await).await.access;
    s.app.proves(&chief);
    for (client, more) in [
        (&s.shop, json!({ "subject_token": bob })),
        (&s.shop, json!({ "actor_token": chief })),
        (&s.shop, json!({ "subject_token": bob, "actor_token": chief })),
        (&theirs, json!({})),
        (&theirs, json!({ "subject_token": bob })),
        (&theirs, json!({ "actor_token": chief })),
    ] {
        let refused = s.by(client, more.clone()).await;
        assert_eq!(oauth(&refused), (400, 40000905, "invalid_request"), "{more}");
    }
    let named = s.app.request("POST", PATHS[0]).basic(&s.shop.0, &s.shop.1).json(s.ask());
    let named = named.header("x-tenant-id", &elsewhere.tenant.to_string()).send().await;
    assert_eq!(oauth(&named), (400, 40000103, "invalid_request"), "header and credentials name two");
    assert_eq!(s.minted(), 0);
    let both = json!({ "subject_token": bob, "actor_token": chief });
    assert_eq!(s.by(&theirs, both).await.status, 200, "there they are good");
}

#[tokio::test]
async fn s56_whatever_is_wrong_with_a_token_in_either_place_has_one_answer() {
    let s = Scene::new().await;
    let home = s.app.home();
    let rival = s.app.client("rival", &Purpose::ALL).await;
    let carol = s.app.user("carol", Role::Support).await;
    let own = signed_in(&home, &s.shop, carol).await;
    let ended = signed_in(&home, &s.shop, carol).await.access;
    s.app.request("POST", "/auth/logout").bearer(&ended).send().await;
    let disabled_user = s.app.user("gone", Role::Support).await;
    let disabled = signed_in(&home, &s.shop, disabled_user).await.access;
    let off = json!({ "status": "disabled" });
    let path = format!("/admin/users/{disabled_user}/status");
    assert_eq!(s.app.put(&path, &s.admin, off).await.status, 200);
    let acting = s.with(json!({})).await.body["access_token"].as_str().expect("a token").to_owned();
    let ring = s.app.parts.keys.ring();
    let forged = |typ: &str| ring.active().sign_jwt(typ, &own.claims()).expect("signs");
    let mut wrong = vec![
        ("garbage", "x".to_owned()),
        ("a ticket", s.app.ticket(carol).await),
        ("a refresh token", own.refresh.clone()),
        ("an act's", acting),
        ("of no client", s.app.sign_in(carol).await.access),
        ("another client's", signed_in(&home, &rival, carol).await.access),
        ("signed out", ended),
        ("of somebody disabled", disabled),
        ("unsigned", own.access.rsplit_once('.').map(|(signed, _)| format!("{signed}.")).expect("a JWT")),
        ("a challenge", stage::challenge(&home, s.app.user("dave", Role::Support).await).await.0),
    ];
    let others = [
        "JWT",
        "id+jwt",
        "mfa-challenge+jwt",
        "mfa-enrol+jwt",
        "step-up+jwt",
        "password-change+jwt",
        "logout+jwt",
    ];
    wrong.extend(others.map(|typ| (typ, forged(typ))));
    let before = s.refusals().len();
    for (what, token) in &wrong {
        let mut answers = Vec::new();
        for place in ["subject_token", "actor_token"] {
            let mut refused = s.with(json!({ place: token })).await;
            assert_eq!(refused.refusal(), WRONG_TOKEN, "{what} as {place}");
            for varies in ["timestamp", "request_id"] {
                refused.body[varies] = Value::Null;
            }
            answers.push(refused.body);
        }
        let both = s.with(json!({ "subject_token": token, "actor_token": token })).await;
        assert_eq!(both.refusal(), WRONG_TOKEN, "{what} as both");
        assert_eq!(answers[0], answers[1], "{what}");
        assert_eq!(answers[0]["error"], "invalid_request");
    }
    let told = s.refusals().split_off(before);
    assert_eq!(told, vec![json!("subject_token"); wrong.len()], "a row where the actor is known");
    s.app.clock.advance(Span::seconds(1900));
    assert_eq!(s.with(json!({})).await.refusal(), WRONG_TOKEN, "expired");
    assert_eq!(s.minted(), 1, "the one that was begun above");
}

#[tokio::test]
async fn only_a_client_that_is_registered_for_acts_exchanges_and_only_for_itself() {
    let s = Scene::new().await;
    let (sso, rival) =
        (s.app.client("sso", &[Purpose::Sso]).await, s.app.client("rival", &Purpose::ALL).await);
    let refused = s.by(&sso, json!({})).await;
    assert_eq!(oauth(&refused), (400, 40000904, "unauthorized_client"));
    assert_eq!(s.by(&rival, json!({})).await.refusal(), WRONG_TOKEN, "issued to another client");
    for elsewhere in [
        json!({ "audience": rival.0 }),
        json!({ "audience": ISSUER }),
        json!({ "resource": "https://shop.test/" }),
        json!({ "audience": s.shop.0, "resource": s.shop.0 }),
    ] {
        let refused = s.with(elsewhere.clone()).await;
        assert_eq!(oauth(&refused), (400, 40000906, "invalid_target"), "{elsewhere}");
    }
    for (id, secret) in [("", ""), (s.shop.0.as_str(), ""), (&s.shop.0, &rival.1), (&rival.0, &s.shop.1)] {
        let refused = s.by(&(id.to_owned(), secret.to_owned()), json!({})).await;
        assert_eq!(oauth(&refused), (401, 40000901, "invalid_client"));
        assert_eq!(refused.header("www-authenticate"), "Basic realm=\"authms\"");
    }
    let anonymous = s.app.request("POST", PATHS[0]).json(s.ask()).send().await;
    assert_eq!(oauth(&anonymous), (401, 40000901, "invalid_client"));
    let bearer = s.app.request("POST", PATHS[0]).bearer(&s.actor).json(s.ask()).send().await;
    assert_eq!(oauth(&bearer), (401, 40000901, "invalid_client"), "a user is no client");
    let other = s.with(json!({ "client_id": rival.0 })).await;
    assert_eq!(oauth(&other), (400, 40000001, "invalid_request"), "two clients");
    assert_eq!((s.minted(), s.refusals().len()), (0, 0));
    let post = json!({ "client_id": s.shop.0, "client_secret": s.shop.1, "audience": s.shop.0 });
    let mut ask = s.ask();
    for (member, value) in post.as_object().expect("members") {
        ask[member] = value.clone();
    }
    assert_eq!(s.app.request("POST", PATHS[0]).json(ask).send().await.status, 200);
}

#[tokio::test]
async fn what_an_exchange_does_not_offer_is_refused_by_its_name() {
    let s = Scene::new().await;
    for grant in ["authorization_code", "refresh_token", "client_credentials", "password", ""] {
        let request = s.app.request("POST", PATHS[0]).basic(&s.shop.0, &s.shop.1);
        let answer = request.json(json!({ "grant_type": grant, "code": "x" })).send().await;
        assert_eq!(oauth(&answer), (400, 40000903, "unsupported_grant_type"), "{grant}");
    }
    for (more, member) in [
        (json!({ "grant_type": null }), "grant_type"),
        (json!({ "subject_token": null }), "subject_token"),
        (json!({ "subject_token": "" }), "subject_token"),
        (json!({ "actor_token": null }), "actor_token"),
        (
            json!({ "subject_token_type": "urn:ietf:params:oauth:token-type:refresh_token" }),
            "subject_token_type",
        ),
        (json!({ "subject_token_type": "urn:ietf:params:oauth:token-type:id_token" }), "subject_token_type"),
        (json!({ "actor_token_type": "urn:ietf:params:oauth:token-type:jwt" }), "actor_token_type"),
        (
            json!({ "requested_token_type": "urn:ietf:params:oauth:token-type:refresh_token" }),
            "requested_token_type",
        ),
        (json!({ "reason": "x".repeat(501) }), "reason"),
    ] {
        let refused = s.with(more.clone()).await;
        assert_eq!(oauth(&refused), (400, 40000001, "invalid_request"), "{more}");
        assert_eq!(refused.body["member"], member);
    }
    let types =
        json!({ "subject_token_type": null, "actor_token_type": "", "requested_token_type": ACCESS_TOKEN });
    assert_eq!(s.with(types).await.status, 200, "what the contract's clients leave out");
}

#[tokio::test]
async fn an_exchange_follows_the_rules_of_every_act() {
    let s = Scene::new().await;
    for blank in [json!(null), json!(""), json!("  ")] {
        let refused = s.with(json!({ "reason": blank })).await;
        assert_eq!(oauth(&refused), (400, 40000405, "invalid_request"));
    }
    s.set(json!({ "require_reference": true })).await;
    assert_eq!(oauth(&s.with(json!({})).await), (400, 40001802, "invalid_request"));
    assert_eq!(s.with(json!({ "reference": "CASE-7" })).await.status, 200);
    assert_eq!(s.app.audit("on_behalf.started")[0]["reference"], "CASE-7");

    s.set(json!({ "require_reference": false, "opted_out": [s.alice.to_string()] })).await;
    assert_eq!(oauth(&s.with(json!({})).await), (400, 40001801, "invalid_request"), "opted out");
    s.set(json!({ "opted_out": [], "require_consent": true })).await;
    let refused = s.with(json!({})).await;
    assert_eq!(oauth(&refused), (400, 40001805, "invalid_request"), "a token at hand is not the user's word");
    let unknown = s.with(json!({ "act_request": "act_0000000000000000000001" })).await;
    assert_eq!(oauth(&unknown), (400, 40001806, "invalid_request"));
    let asked = json!({ "user_id": s.alice.to_string(), "reason": "ticket 43", "client_id": s.shop.0 });
    let asked = s.app.post("/admin/on-behalf/requests", &s.actor, asked).await;
    assert_eq!(asked.status, 201, "{}", asked.body);
    let id = asked.body["data"]["id"].as_str().expect("an identifier");
    let agree = format!("/auth/me/on-behalf/requests/{id}/agree");
    assert_eq!(s.app.post(&agree, &s.subject, json!({})).await.status, 200);
    let cleared = json!({ "act_request": id, "reason": null });
    assert_eq!(s.with(cleared.clone()).await.status, 200);
    assert_eq!(s.with(cleared).await.code(), 40001806, "once");

    s.set(json!({ "require_consent": false })).await;
    s.app.clock.advance(Span::seconds(900));
    let stale = s.with(json!({})).await;
    assert_eq!(oauth(&stale), (400, 40800251, "invalid_request"));
    assert_eq!((&stale.body["needs"], stale.header("www-authenticate")), (&json!("factor"), ""));
    assert_eq!(s.minted(), 2);
}

#[tokio::test]
async fn an_exchanged_token_ends_with_the_actors_session_and_is_not_renewed() {
    let s = Scene::new().await;
    let token = async || s.with(json!({})).await.body["access_token"].as_str().expect("a token").to_owned();
    let first = token().await;
    let second = token().await;
    assert_eq!((s.app.me(&first).await.status, s.app.me(&second).await.status), (401, 200), "one at a time");
    s.app.request("POST", "/auth/logout").bearer(&s.actor).send().await;
    assert_eq!(s.app.me(&second).await.status, 401);
    let dead = s.app.request("POST", "/oauth/introspect").basic(&s.shop.0, &s.shop.1);
    assert_eq!(dead.json(json!({ "token": second })).send().await.body, json!({ "active": false }));
}
