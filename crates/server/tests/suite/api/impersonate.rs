//! Acting on somebody's behalf: who may, on which terms, what it may reach, how it ends, and what is written down.

use authms_core::access::{Permission, Role};
use authms_core::audit::Source;
use authms_core::id::{SessionId, UserId};
use authms_core::session;
use authms_core::ticket::Purpose;
use authms_core::time::Span;
use authms_crypto::pkce_s256;
use authms_testkit::{Answer, TestApp, Tokens, VERIFIER};
use serde_json::{Value, json};

const STEP_UP: (u16, u64) = (401, 40800251);
const REFUSED: (u16, u64) = (400, 40000401);
const POLICY: &str = "/admin/on-behalf/policy";

struct Scene {
    app: TestApp,
    alice: UserId,
    sup: UserId,
    /// The supporter's own access token; they proved a second factor in its session just now.
    own: String,
    /// That of an administrator.
    admin: String,
}

impl Scene {
    async fn new() -> Self {
        let app = TestApp::start().await;
        let alice = app.user("alice", Role::Member).await;
        let (sup, own) = app.home().signed_in("sup", Role::Support).await;
        let admin = app.sign_in(app.admin).await.access;
        app.proves(&own);
        app.proves(&admin);
        Self { app, alice, sup, own, admin }
    }

    async fn act(&self, user: UserId) -> Answer {
        let body = json!({ "user_id": user.to_string(), "reason": "ticket 42" });
        self.app.post("/admin/impersonate", &self.own, body).await
    }

    async fn acting(&self, user: UserId) -> String {
        let answer = self.act(user).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body["data"]["access_token"].as_str().expect("a token").to_owned()
    }

    async fn lives(&self, token: &str) -> bool {
        self.app.get("/auth/me", token).await.status == 200
    }

    async fn set(&self, policy: Value) {
        let answer = self.app.put(POLICY, &self.admin, policy).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }

    fn minted(&self) -> i64 {
        self.app.count("SELECT count(*) FROM tickets WHERE purpose = 'on_behalf'")
    }

    fn refusals(&self) -> Vec<Value> {
        self.app.audit("on_behalf.refused").into_iter().map(|row| row["why"].clone()).collect()
    }
}

fn claims(token: &str) -> Value {
    authms_testkit::jwt::claims(token)
}

#[tokio::test]
async fn s56_act_names_the_actor_and_scope_is_what_both_may() {
    let s = Scene::new().await;
    let answer = s.act(s.alice).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let data = &answer.body["data"];
    assert_eq!((&data["expires_in"], &data["token_type"]), (&json!(1800), &json!("Bearer")));
    assert_eq!(data["user"]["id"], s.alice.to_string());
    assert_eq!(data.get("refresh_token"), None, "never");
    let claims = claims(data["access_token"].as_str().expect("a token"));
    assert_eq!((&claims["sub"], &claims["role"]), (&json!(s.alice.to_string()), &json!("member")));
    assert_eq!((&claims["act"]["sub"], &claims["scope"]), (&json!(s.sup.to_string()), &json!("read")));
    assert_eq!(claims["custom"]["imp_reason"], "ticket 42");
    assert_eq!(claims["aud"], json!([authms_testkit::ISSUER]));
    assert_eq!(claims["exp"].as_i64(), claims["iat"].as_i64().map(|iat| iat + 1800));

    for (name, why) in [("on_behalf.requested", None), ("on_behalf.started", None)] {
        let row = &s.app.audit(name)[0];
        assert_eq!(
            (&row["actor"], &row["subject"]),
            (&json!(s.sup.to_string()), &json!(s.alice.to_string()))
        );
        assert_eq!((row["reason"].as_str(), row.get("why")), (Some("ticket 42"), why), "{name}");
    }
}

#[tokio::test]
async fn the_user_may_be_named_in_the_path() {
    let s = Scene::new().await;
    let path = format!("/admin/users/{}/impersonate", s.alice);
    let answer =
        s.app.post(&path, &s.own, json!({ "reason": "ticket 42", "user_id": s.alice.to_string() })).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let token = answer.body["data"]["impersonation_token"].as_str().expect("a token");
    assert_eq!(claims(token)["sub"], s.alice.to_string());
    assert!(answer.body["data"]["expires_at"].is_string());
}

#[tokio::test]
async fn p21_path_and_body_that_name_two_people_are_refused() {
    let s = Scene::new().await;
    let bob = s.app.user("bob", Role::Member).await;
    let path = format!("/admin/users/{}/impersonate", s.alice);
    for other in [bob.to_string(), s.sup.to_string(), "alice".to_owned(), String::new()] {
        let answer = s.app.post(&path, &s.own, json!({ "reason": "ticket 42", "user_id": other })).await;
        assert_eq!(answer.refusal(), (400, 40001803), "{other}");
    }
    assert_eq!((s.minted(), s.refusals()), (0, vec![json!("ids_differ"); 4]));
    // Who could not act at all leaves no row by it.
    let nobody = s.app.sign_in(bob).await.access;
    let answer = s.app.post(&path, &nobody, json!({ "user_id": bob.to_string() })).await;
    assert_eq!((answer.refusal(), s.refusals().len()), ((403, 40000010), 4));
}

#[tokio::test]
async fn stopping_ends_that_session_alone_and_hands_nothing_out() {
    let s = Scene::new().await;
    let token = s.acting(s.alice).await;
    let stopped = s.app.post("/auth/me/stop-impersonation", &token, json!({})).await;
    assert_eq!((stopped.status, &stopped.body["data"]), (200, &json!({})));
    assert!(!s.lives(&token).await);
    assert!(s.lives(&s.own).await, "the actor's own goes on");
    let row = s.app.audit("on_behalf.ended").pop().expect("a row");
    assert_eq!((&row["why"], &row["actor"]), (&json!("act_stopped"), &json!(s.sup.to_string())));
    let again = s.app.post("/auth/me/stop-impersonation", &s.own, json!({})).await;
    assert_eq!(again.refusal(), (409, 40001804), "nobody acts in one's own");
}

#[tokio::test]
async fn p20_every_target_that_is_not_below_is_refused_audited_and_nothing_is_minted() {
    let s = Scene::new().await;
    let other = s.app.another_tenant("other").await;
    let gone = s.app.user("gone", Role::Member).await;
    let off = json!({ "status": "disabled" });
    assert_eq!(s.app.put(&format!("/admin/users/{gone}/status"), &s.admin, off).await.status, 200);
    let cases = [
        (s.app.user("equal", Role::Support).await, (403, 40000403), "rank"),
        (s.app.user("chief", Role::Admin).await, (403, 40000403), "rank"),
        (s.sup, (400, 40000404), "purpose"),
        (gone, (403, 40000302), "user_inactive"),
        (other.user("bob", Role::Member).await, (404, 40000301), "unknown_user"),
        (UserId::from_bytes([7; 16]), (404, 40000301), "unknown_user"),
    ];
    let mut told = Vec::new();
    for (user, refusal, why) in cases {
        let body = json!({ "reason": "ticket 42", "user_id": user.to_string(), "purpose": "on_behalf" });
        let path = format!("/admin/users/{user}/impersonate");
        for path in ["/admin/impersonate", &path, "/auth/generate-ticket"] {
            assert_eq!(s.app.post(path, &s.own, body.clone()).await.refusal(), refusal, "{path} {why}");
            told.push(json!(why));
        }
    }
    assert_eq!((s.minted(), s.refusals()), (0, told));
}

#[tokio::test]
async fn an_act_needs_a_reason_and_a_reference_where_the_tenant_says_so() {
    let s = Scene::new().await;
    let ask = async |more: Value| {
        let mut body = json!({ "user_id": s.alice.to_string() });
        for (member, value) in more.as_object().into_iter().flatten() {
            body[member] = value.clone();
        }
        s.app.post("/admin/impersonate", &s.own, body).await
    };
    for blank in
        [json!({}), json!({ "reason": null }), json!({ "reason": "" }), json!({ "reason": " \u{3000}" })]
    {
        assert_eq!(ask(blank.clone()).await.refusal(), (400, 40000405), "{blank}");
    }
    let path = format!("/admin/users/{}/impersonate", s.alice);
    assert_eq!(
        s.app.request("POST", &path).bearer(&s.own).send().await.refusal(),
        (400, 40000405),
        "no body"
    );
    s.set(json!({ "require_reference": true })).await;
    assert_eq!(ask(json!({ "reason": "r" })).await.refusal(), (400, 40001802));
    assert_eq!(ask(json!({ "reason": "r", "reference": " " })).await.refusal(), (400, 40000001));
    assert_eq!(s.minted(), 0);
    assert_eq!(s.refusals().len(), 7);
    assert_eq!(ask(json!({ "reason": "r", "reference": "CASE-7" })).await.status, 200);
    assert_eq!(s.app.audit("on_behalf.started")[0]["reference"], "CASE-7");
}

#[tokio::test]
async fn p20_a_stale_or_single_factor_actor_is_refused() {
    let s = Scene::new().await;
    let single = s.app.sign_in(s.sup).await.access;
    let ask = json!({ "user_id": s.alice.to_string(), "reason": "ticket 42" });
    for path in ["/admin/impersonate", "/auth/generate-ticket"] {
        assert_eq!(s.app.post(path, &single, ask.clone()).await.refusal(), STEP_UP, "{path}");
    }
    s.app.clock.advance(Span::seconds(899));
    assert_eq!(s.act(s.alice).await.status, 200);
    s.app.clock.advance(Span::seconds(1));
    let stale = s.act(s.alice).await;
    assert_eq!((stale.refusal(), &stale.body["needs"]), (STEP_UP, &json!("factor")));
    assert_eq!((s.minted(), s.refusals()), (1, vec![json!("not_fresh"); 3]));
}

#[tokio::test]
async fn who_steps_up_by_a_factor_may_act() {
    const PASSWORD: &str = "correct horse battery staple";
    let s = Scene::new().await;
    let home = s.app.home();
    let helper = home.user_with_password("helper", Role::Support, PASSWORD).await;
    let (_, phone) = home.add_authenticator(helper, true).await;
    let token = home.sign_in_by_factor("helper", PASSWORD, &phone).await.access;
    let ask = json!({ "user_id": s.alice.to_string(), "reason": "ticket 42" });
    let begin = async |step_up: &str| {
        let request = s.app.request("POST", "/admin/impersonate").bearer(&token).json(ask.clone());
        let request = if step_up.is_empty() { request } else { request.header("x-step-up-token", step_up) };
        request.send().await
    };
    assert_eq!(begin("").await.status, 200, "by both factors at the sign-in");
    s.app.clock.advance(Span::seconds(901));
    assert_eq!(begin("").await.refusal(), STEP_UP);
    let proved =
        s.app.post("/mfa/step-up", &token, json!({ "method": "totp", "code": phone.code(&s.app) })).await;
    assert_eq!(proved.status, 200, "{}", proved.body);
    let step_up = proved.body["data"]["step_up_token"].as_str().expect("a token").to_owned();
    assert_eq!(begin(&step_up).await.status, 200);
    // It counts in the session in which it was made, and nowhere else.
    let other = s.app.sign_in(s.sup).await.access;
    let request = s.app.request("POST", "/admin/impersonate").bearer(&other).json(ask.clone());
    assert_eq!(request.header("x-step-up-token", &step_up).send().await.refusal(), STEP_UP);
}

#[tokio::test]
async fn a_ticket_on_somebodys_behalf_that_was_caught_on_the_way_is_worth_nothing() {
    let s = Scene::new().await;
    let client = s.app.client("helpdesk", &Purpose::ALL).await;
    let ask = json!({ "user_id": s.alice.to_string(), "reason": "ticket 42" });
    let bare = s.app.mint(&s.own, ask.clone()).await;
    assert_eq!(s.app.redeem(&bare).await.refusal(), REFUSED, "neither a client nor a proof");
    assert_eq!(s.app.audit("ticket.refused")[0]["why"], "unproven");
    let answer = s.app.signin(json!({ "ticket": bare })).basic(&client.0, &client.1).send().await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let token = Tokens::of(answer);
    assert_eq!(token.claims()["aud"], json!([client.0]), "for that client alone");
    assert!(s.lives(&token.access).await, "and for ending it here");

    let mut proven = ask;
    proven["proof"] = json!(pkce_s256(VERIFIER));
    let ticket = s.app.mint(&s.own, proven).await;
    assert_eq!(s.app.redeem(&ticket).await.refusal(), REFUSED);
    assert_eq!(s.app.post("/auth/logout", &s.own, json!({})).await.status, 200);
    let late = s.app.signin(json!({ "ticket": ticket, "verifier": VERIFIER })).send().await;
    assert_eq!(late.refusal(), REFUSED, "the session in which it was minted is over");
}

#[tokio::test]
async fn the_policy_says_who_acts_for_whom_and_where() {
    let s = Scene::new().await;
    let client = s.app.client("helpdesk", &Purpose::ALL).await;
    let other = s.app.client("shop", &Purpose::ALL).await;
    s.set(json!({ "rules": [{ "actor_roles": ["admin"] }] })).await;
    assert_eq!(s.act(s.alice).await.refusal(), (403, 40001801), "of another role");
    s.set(json!({ "rules": [{ "actors": [s.app.admin.to_string()] }] })).await;
    assert_eq!(s.act(s.alice).await.refusal(), (403, 40001801), "another person");
    s.set(json!({ "rules": [{ "subject_roles": ["support"] }] })).await;
    assert_eq!(s.act(s.alice).await.refusal(), (403, 40001801), "for others");
    let ask = json!({ "user_id": s.alice.to_string(), "reason": "ticket 42" });
    s.set(json!({ "rules": [{ "actors": [s.sup.to_string()], "client_ids": [client.0] }] })).await;
    assert_eq!(s.act(s.alice).await.refusal(), REFUSED, "elsewhere than at its clients");
    let ticket = s.app.mint(&s.own, ask.clone()).await;
    let at = |client: &(String, String)| {
        s.app.signin(json!({ "ticket": ticket })).basic(&client.0, &client.1).send()
    };
    assert_eq!(at(&other).await.refusal(), REFUSED);
    assert_eq!(at(&client).await.status, 200);
    s.set(json!({ "rules": [], "opted_out": [s.alice.to_string()] })).await;
    assert_eq!(s.act(s.alice).await.refusal(), (403, 40001801), "for her nobody does");
    s.set(json!({ "rules": [{ "client_ids": [client.0] }], "opted_out": [] })).await;
    // Taken back, it counts at once: also for a ticket that is out.
    let ticket = s.app.mint(&s.own, ask).await;
    s.set(json!({ "rules": [{ "actor_roles": ["admin"] }] })).await;
    let late = s.app.signin(json!({ "ticket": ticket })).basic(&client.0, &client.1).send().await;
    assert_eq!(late.refusal(), REFUSED);
}

#[tokio::test]
async fn an_act_only_looks_unless_a_rule_lets_it_write() {
    let s = Scene::new().await;
    let ask = json!({ "user_id": s.alice.to_string(), "reason": "ticket 42", "write": true });
    let begin = async || s.app.post("/admin/impersonate", &s.own, ask.clone()).await;
    assert_eq!(begin().await.refusal(), (403, 40001801));
    s.set(json!({ "rules": [{ "write": true }], "session_ttl_seconds": 600 })).await;
    let answer = begin().await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let token = answer.body["data"]["access_token"].as_str().expect("a token").to_owned();
    assert_eq!(
        (&claims(&token)["scope"], &answer.body["data"]["expires_in"]),
        (&json!("read write"), &json!(600))
    );
    let introspect = s.app.post("/oauth/introspect", &s.admin, json!({ "token": token })).await;
    assert_eq!(
        (&introspect.body["scope"], &introspect.body["custom"]["is_imp"]),
        (&json!("read write"), &json!(true))
    );
    for bad in [59, 3601] {
        let answer = s.app.put(POLICY, &s.admin, json!({ "session_ttl_seconds": bad })).await;
        assert_eq!(answer.refusal(), (400, 40000001));
    }
    assert_eq!(s.app.put(POLICY, &s.own, json!({})).await.refusal(), (403, 40000010));
}

#[tokio::test]
async fn an_actor_acts_for_one_at_a_time_unless_the_tenant_allows_more() {
    let s = Scene::new().await;
    let bob = s.app.user("bob", Role::Member).await;
    let first = s.acting(s.alice).await;
    let second = s.acting(bob).await;
    assert_eq!((s.lives(&first).await, s.lives(&second).await), (false, true));
    let row = s.app.audit("on_behalf.ended").pop().expect("a row");
    assert_eq!((&row["why"], &row["subject"]), (&json!("act_replaced"), &json!(s.alice.to_string())));
    s.set(json!({ "several_at_once": true })).await;
    let third = s.acting(s.alice).await;
    assert_eq!((s.lives(&second).await, s.lives(&third).await), (true, true));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_acts_that_begin_at_once_one_stays() {
    let s = Scene::new().await;
    let ask = json!({ "user_id": s.alice.to_string(), "reason": "ticket 42" });
    let begin = |_| s.app.request("POST", "/admin/impersonate").bearer(&s.own).json(ask.clone()).send();
    let answers = authms_testkit::storm(16, begin).await;
    let mut living = 0;
    for answer in answers.iter().filter(|a| a.status == 200) {
        living += i32::from(s.lives(answer.body["data"]["access_token"].as_str().unwrap_or_default()).await);
    }
    assert_eq!(living, 1);
}

#[tokio::test]
async fn the_user_and_another_administrator_end_it_at_once() {
    let s = Scene::new().await;
    let alice = s.app.sign_in(s.alice).await.access;
    let token = s.acting(s.alice).await;
    let mine = s.app.get("/auth/me/sessions", &alice).await.body["data"]["items"].clone();
    let act =
        mine.as_array().and_then(|all| all.iter().find(|x| x["acting_user_id"].is_string())).expect("listed");
    assert_eq!(
        (&act["acting_user_id"], &act["acting_reason"]),
        (&json!(s.sup.to_string()), &json!("ticket 42"))
    );
    let path = format!("/auth/me/sessions/{}", act["id"].as_str().unwrap_or_default());
    assert_eq!(s.app.delete(&path, &alice).await.status, 200);
    assert!(!s.lives(&token).await);

    let token = s.acting(s.alice).await;
    let id = SessionId::parse(claims(&token)["sid"].as_str().expect("a session")).expect("an id");
    session::end_of(&s.app.parts, &s.app.console(), id, &Source::default()).await.expect("ends it");
    assert!(!s.lives(&token).await);
    let told = s.app.post("/oauth/introspect", &s.admin, json!({ "token": token })).await;
    assert_eq!(told.body, json!({ "active": false }));
    let why: Vec<_> = s.app.audit("on_behalf.ended").into_iter().map(|row| row["why"].clone()).collect();
    assert_eq!(why, ["ended_by_user", "ended_by_admin"]);
}

#[tokio::test]
async fn it_ends_when_the_actor_signs_out_loses_the_role_or_is_disabled() {
    let s = Scene::new().await;
    let token = s.acting(s.alice).await;
    assert_eq!(s.app.post("/auth/logout", &s.own, json!({})).await.status, 200);
    assert!(!s.lives(&token).await);
    assert_eq!(s.app.audit("on_behalf.ended").pop().expect("a row")["why"], "actor_gone");
    for (path, body) in [
        (format!("/admin/memberships/{}", s.sup), json!({ "role": "member" })),
        (format!("/admin/users/{}/status", s.sup), json!({ "status": "disabled" })),
    ] {
        let back =
            s.app.put(&format!("/admin/memberships/{}", s.sup), &s.admin, json!({ "role": "support" })).await;
        assert_eq!(back.status, 200);
        let own = s.app.sign_in(s.sup).await.access;
        let token = s.app.act_for(&own, s.alice).await.access;
        assert!(s.lives(&token).await);
        assert_eq!(s.app.put(&path, &s.admin, body).await.status, 200);
        assert!(!s.lives(&token).await, "{path}");
    }
}

#[tokio::test]
async fn every_request_of_such_a_session_is_written_down_with_both_names() {
    let s = Scene::new().await;
    let token = s.acting(s.alice).await;
    assert_eq!(s.app.get("/auth/me/tenants", &token).await.status, 200);
    let row = s.app.audit("on_behalf.action").pop().expect("a row");
    assert_eq!((&row["method"], &row["route"]), (&json!("GET"), &json!("/auth/me/tenants")));
    assert_eq!((&row["actor"], &row["subject"]), (&json!(s.sup.to_string()), &json!(s.alice.to_string())));
    let beyond = s.app.put("/auth/me/password", &token, json!({})).await;
    assert_eq!(beyond.refusal(), (403, 40000012));
    let row = s.app.audit("on_behalf.refused").pop().expect("a row");
    assert_eq!((&row["why"], &row["route"]), (&json!("out_of_reach"), &json!("/auth/me/password")));
    assert_eq!((&row["actor"], &row["subject"]), (&json!(s.sup.to_string()), &json!(s.alice.to_string())));
}

#[tokio::test]
async fn such_a_session_is_not_refreshed_and_not_chained() {
    let s = Scene::new().await;
    let token = s.acting(s.alice).await;
    let refreshed = s.app.refresh(&token).await;
    assert!(matches!(refreshed.status, 400 | 401), "{}", refreshed.body);
    assert_eq!((refreshed.body.get("access_token"), s.lives(&token).await), (None, true));
    let bob = s.app.user("bob", Role::Member).await;
    let body = json!({ "user_id": bob.to_string(), "reason": "ticket 42" });
    assert_eq!(s.app.post("/admin/impersonate", &token, body).await.refusal(), (403, 40000012));
    let key = s.app.api_key(&[Permission::TicketMint], Role::SuperAdmin).await;
    let body = json!({ "user_id": bob.to_string(), "reason": "ticket 42" });
    assert_eq!(s.app.post("/admin/impersonate", &key, body).await.refusal(), (403, 40000013));
}

#[tokio::test]
async fn the_user_is_told_by_mail_at_once_unless_the_tenant_says_why_not() {
    let s = Scene::new().await;
    s.app.post_leaves().await;
    s.acting(s.alice).await;
    let letters = s.app.post_leaves().await;
    let letter = letters.iter().find(|l| l.to == "alice@example.test").expect("a letter");
    for part in ["sup", "ticket 42", authms_testkit::ISSUER] {
        assert!(letter.text.contains(part), "{part}: {}", letter.text);
    }
    for blank in ["", " "] {
        let answer = s.app.put(POLICY, &s.admin, json!({ "notice_off_reason": blank })).await;
        assert_eq!(
            (answer.refusal(), &answer.body["member"]),
            ((400, 40000001), &json!("notice_off_reason"))
        );
    }
    s.set(json!({ "notice_off_reason": "told by telephone" })).await;
    let row = s.app.audit("tenant.on_behalf_policy_changed").pop().expect("a row");
    assert_eq!(
        (&row["notice_off"], &row["actor"]),
        (&json!("told by telephone"), &json!(s.app.admin.to_string()))
    );
    s.acting(s.alice).await;
    assert!(s.app.post_leaves().await.is_empty());
    let told: Vec<_> = s.app.audit("on_behalf.started").into_iter().map(|row| row["told"].clone()).collect();
    assert_eq!(told, ["mail", "off"]);
}

#[tokio::test]
async fn the_user_finds_who_acted_why_where_and_how_long() {
    let s = Scene::new().await;
    let alice = s.app.sign_in(s.alice).await.access;
    let client = s.app.client("helpdesk", &Purpose::ALL).await;
    let ask = json!({ "user_id": s.alice.to_string(), "reason": "ticket 42" });
    let ticket = s.app.mint(&s.own, ask).await;
    let begun =
        Tokens::of(s.app.signin(json!({ "ticket": ticket })).basic(&client.0, &client.1).send().await);
    s.app.clock.advance(Span::seconds(60));
    assert_eq!(s.app.post("/auth/me/stop-impersonation", &begun.access, json!({})).await.status, 200);
    s.app.seal().await;
    let found = s.app.get("/auth/me/security-events", &alice).await.body["items"].clone();
    let of = |kind: &str| {
        found.as_array().and_then(|all| all.iter().find(|item| item["type"] == kind)).expect("told").clone()
    };
    let (started, ended) = (of("on_behalf.started"), of("on_behalf.ended"));
    for event in [&started, &ended] {
        let (actor, session) = (json!(s.sup.to_string()), &begun.claims()["sid"]);
        assert_eq!((&event["actor_id"], &event["session_id"]), (&actor, session));
        assert!(event["ip"].is_null(), "where the actor was is theirs to know");
    }
    assert_eq!((&started["reason"], &started["client_id"]), (&json!("ticket 42"), &json!(client.0)));
    assert!(started["created_at"].as_str() < ended["created_at"].as_str());
    assert!(ended["created_at"].as_str() < started["ends_at"].as_str());
    // Another's are not told, nor are they told to whoever acts.
    let others = s.app.get("/auth/me/security-events", &s.own).await.body["items"].clone();
    assert!(others.as_array().expect("items").iter().all(|item| item["type"] != "on_behalf.started"));
    let token = s.acting(s.alice).await;
    assert_eq!(s.app.get("/auth/me/security-events", &token).await.refusal(), (403, 40000012));
}

#[tokio::test]
async fn how_the_users_password_stands_is_kept_from_the_actor() {
    let s = Scene::new().await;
    let body = json!({ "username": "bob", "password": "correct horse battery staple" });
    let made = s.app.post("/admin/users", &s.admin, body).await;
    let bob = made.body["data"]["user"]["id"].as_str().and_then(UserId::parse).expect("a user");
    let own = s.app.sign_in(bob).await.access;
    assert_eq!(s.app.get("/auth/me", &own).await.body["data"]["must_change_password"], true);
    let begun = s.act(bob).await;
    assert_eq!(begun.body["data"]["user"]["must_change_password"], false);
    let token = begun.body["data"]["access_token"].as_str().expect("a token").to_owned();
    assert_eq!(s.app.get("/auth/me", &token).await.body["data"]["must_change_password"], false);
}

#[tokio::test]
async fn nothing_of_the_users_own_state_moves() {
    let s = Scene::new().await;
    let of = |table: &str| s.app.count(&format!("SELECT count(*) FROM {table}"));
    s.app.learn().await;
    let tables = ["devices", "risk_events", "histories"];
    let before = tables.map(of);
    s.acting(s.alice).await;
    s.app.learn().await;
    assert_eq!(tables.map(of), before);
}
