//! One's own sessions: new at each sign-in, listed, ended.

use authms_core::access::{Permission, Role};
use authms_core::time::Span;
use authms_testkit::{TestApp, Tokens};
use serde_json::{Value, json};

const SESSIONS: &str = "/api/v1/auth/me/sessions";

#[tokio::test]
async fn s33_each_sign_in_opens_a_new_session() {
    let app = TestApp::start().await;
    let alice = app.user_with_password("alice", "three wise monkeys").await;
    let mut seen = std::collections::HashSet::new();
    for _ in 0..3 {
        assert!(seen.insert(sid(&app.sign_in(alice).await)));
        assert!(seen.insert(sid(&Tokens::of(app.login("alice", "three wise monkeys").await))));
    }
    let mut tokens = app.sign_in(alice).await;
    let same = sid(&tokens);
    tokens = Tokens::of(app.refresh(&tokens.refresh).await);
    assert_eq!(sid(&tokens), same, "a refresh is no sign-in");
}

#[tokio::test]
async fn p19_preset_identifiers_are_ignored() {
    let app = TestApp::start().await;
    app.user_with_password("alice", "three wise monkeys").await;
    let mallory = app.sign_in(app.user("mallory", Role::Member).await).await;
    let fixed = mallory.claims();

    let answer = app
        .request("POST", "/auth/login")
        .bearer(&mallory.access)
        .header("cookie", &format!("session_id={0}; sid={0}", sid(&mallory)))
        .header("x-session-id", &sid(&mallory))
        .json(json!({
            "identity": "alice", "password": "three wise monkeys",
            "sid": fixed["sid"], "session_id": fixed["sid"], "jti": fixed["jti"],
            "user_id": fixed["sub"], "sub": fixed["sub"], "role": "super_admin", "client_id": "cli_x",
            "access_token": mallory.access, "refresh_token": mallory.refresh,
        }))
        .send()
        .await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(answer.headers.get("set-cookie").is_none());
    let alices = Tokens::of(answer);
    let claims = alices.claims();
    for own in ["sid", "session_id", "jti", "sub", "user_id"] {
        assert_ne!(claims[own], fixed[own], "{own}");
    }
    assert_eq!((&claims["role"], &claims["client_id"]), (&json!("member"), &json!("authms")));
    assert_ne!(alices.refresh, mallory.refresh);

    let me = app.me(&mallory.access).await;
    assert_eq!(me.body["data"]["username"], "mallory", "nobody is switched to another user");
    assert_eq!(app.me(&alices.access).await.body["data"]["username"], "alice");
}

#[tokio::test]
async fn i_see_my_own_living_sessions_newest_first() {
    let app = TestApp::start().await;
    let alice = app.user_with_password("alice", "three wise monkeys").await;
    app.sign_in(app.user("bob", Role::Member).await).await;
    let by_ticket = app
        .request("POST", "/auth/ticket/signin")
        .from("203.0.113.9")
        .header("user-agent", "Mozilla/5.0 (test)")
        .json(json!({ "ticket": app.ticket(alice).await }));
    let by_ticket = Tokens::of(by_ticket.send().await);
    app.clock.advance(Span::seconds(10));
    let ended = app.sign_in(alice).await;
    app.request("POST", "/auth/logout").bearer(&ended.access).send().await;
    app.clock.advance(Span::seconds(10));
    let by_password = Tokens::of(app.login("alice", "three wise monkeys").await);

    let answer = app.get(SESSIONS, &by_ticket.access).await;
    assert_eq!((answer.status, answer.code()), (200, 0), "{}", answer.body);
    let items = answer.body["data"]["items"].as_array().expect("a list").clone();
    let ids: Vec<_> = items.iter().map(|s| s["id"].as_str().expect("an id").to_owned()).collect();
    assert_eq!(ids, [sid(&by_password), sid(&by_ticket)]);
    assert_eq!(answer.body["data"]["total"], 2);
    assert_eq!((&items[0]["method"], &items[0]["current"]), (&json!("password"), &json!(false)));
    assert_eq!(
        items[1],
        json!({
            "id": sid(&by_ticket), "current": true, "status": "active", "method": "ticket",
            "ip": "203.0.113.9", "user_agent": "Mozilla/5.0 (test)",
            "tenant_id": app.tenant.to_string(), "user_id": alice.to_string(),
            "created_at": "2026-11-18T11:06:40.000Z", "last_active_at": "2026-11-18T11:06:40.000Z",
            "expires_at": "2026-12-18T11:06:40.000Z", "idle_expires_at": "2026-12-02T11:06:40.000Z",
        })
    );
}

#[tokio::test]
async fn the_list_comes_in_pages() {
    let app = TestApp::start().await;
    let alice = app.user("alice", Role::Member).await;
    let mut all = Vec::new();
    for _ in 0..5 {
        app.clock.advance(Span::seconds(1));
        all.push(app.sign_in(alice).await);
    }
    let newest_first: Vec<_> = all.iter().rev().map(sid).collect();
    let mut seen = Vec::new();
    for page in 1..=4 {
        let answer = app.get(&format!("{SESSIONS}?page={page}&page_size=2"), &all[0].access).await;
        let data = &answer.body["data"];
        assert_eq!(data["total"], 5);
        let position = &data["pagination"];
        assert_eq!((&position["page"], &position["total_pages"]), (&json!(page), &json!(3)));
        let ids = data["items"].as_array().expect("a list").iter();
        seen.extend(ids.map(|s| s["id"].as_str().expect("an id").to_owned()));
    }
    assert_eq!(seen, newest_first);
}

#[tokio::test]
async fn sessions_that_a_fence_has_ended_are_not_listed() {
    let app = TestApp::start().await;
    let alice = app.user("alice", Role::Member).await;
    let before = app.sign_in(alice).await;
    let root = app.sign_in(app.admin).await.access;
    let path = format!("/admin/users/{alice}");
    let promoted = app.request("PUT", &path).bearer(&root).json(json!({ "role": "support" })).send().await;
    assert_eq!(promoted.status, 200, "{}", promoted.body);

    let after = app.sign_in(alice).await;
    let listed = app.get(SESSIONS, &after.access).await.body["data"].clone();
    assert_eq!(listed["total"], 1, "{listed}");
    assert_eq!(listed["items"][0]["id"], sid(&after));
    assert_ne!(sid(&after), sid(&before));
}

#[tokio::test]
async fn sessions_that_time_has_ended_are_not_listed() {
    let app = TestApp::start().await;
    let alice = app.user("alice", Role::Member).await;
    app.sign_in(alice).await;
    app.clock.advance(Span::hours(14 * 24));
    let now = app.sign_in(alice).await;
    let answer = app.get(SESSIONS, &now.access).await;
    assert_eq!(answer.body["data"]["total"], 1, "{}", answer.body);
}

#[tokio::test]
async fn i_end_one_of_my_sessions() {
    let app = TestApp::start().await;
    let alice = app.user("alice", Role::Member).await;
    let (here, lost) = (app.sign_in(alice).await, app.sign_in(alice).await);
    let path = format!("{SESSIONS}/{}", sid(&lost));

    let ended = app.request("DELETE", &path).bearer(&here.access).send().await;
    assert_eq!((ended.status, &ended.body["code"]), (200, &json!(0)), "{}", ended.body);
    assert_eq!(app.me(&lost.access).await.status, 401);
    assert_eq!(app.refresh(&lost.refresh).await.refusal(), (401, 40000202));
    assert_eq!(app.me(&here.access).await.status, 200);
    let again = app.request("DELETE", &path).bearer(&here.access).send().await;
    assert_eq!(again.refusal(), (404, 40000801), "it is over already");
}

#[tokio::test]
async fn another_users_session_is_nothing_to_me() {
    let app = TestApp::start().await;
    let bob = app.sign_in(app.user("bob", Role::Member).await).await;
    let unknown = "ses_0000000000000000000001";
    for role in [Role::Member, Role::SuperAdmin] {
        let me = app.sign_in(app.user(role.as_str().trim_matches('_'), role).await).await;
        for id in [sid(&bob), unknown.to_owned(), "nonsense".to_owned()] {
            let path = format!("{SESSIONS}/{id}");
            let answer = app.request("DELETE", &path).bearer(&me.access).send().await;
            assert_eq!(answer.refusal(), (404, 40000801), "{id}");
        }
        let list = app.get(SESSIONS, &me.access).await;
        assert_eq!(list.body["data"]["total"], 1, "only one's own");
    }
    assert_eq!(app.me(&bob.access).await.status, 200);
}

#[tokio::test]
async fn i_end_all_my_sessions() {
    let app = TestApp::start().await;
    let alice = app.user("alice", Role::Member).await;
    let bob = app.sign_in(app.user("bob", Role::Member).await).await;
    let mine = [app.sign_in(alice).await, app.sign_in(alice).await, app.sign_in(alice).await];

    let ended = app.request("DELETE", SESSIONS).bearer(&mine[0].access).send().await;
    assert_eq!(ended.status, 200, "{}", ended.body);
    for tokens in &mine {
        assert_eq!(app.me(&tokens.access).await.status, 401, "the present one, too");
        assert_eq!(app.refresh(&tokens.refresh).await.refusal(), (401, 40000202));
    }
    assert_eq!(app.me(&bob.access).await.status, 200, "nobody else's");
    assert_eq!(app.redeem(&app.ticket(alice).await).await.status, 200, "she may sign in again");
}

#[tokio::test]
async fn s35_disabling_and_deleting_a_user_end_everything_at_once() {
    let app = TestApp::start().await;
    let admin = app.sign_in(app.admin).await.access;
    for (name, method, path, body) in
        [("alice", "PUT", "/status", json!({ "status": "disabled" })), ("bob", "DELETE", "", Value::Null)]
    {
        let user = app.user(name, Role::Member).await;
        let tokens = app.sign_in(user).await;
        let ticket = app.ticket(user).await;
        let path = format!("/admin/users/{user}{path}");
        let done = app.request(method, &path).bearer(&admin).json(body).send().await;
        assert!((200..300).contains(&done.status), "{}", done.body);
        assert_eq!(app.me(&tokens.access).await.refusal(), (401, 40000009), "{name}");
        assert_eq!(app.get(SESSIONS, &tokens.access).await.status, 401);
        assert_eq!(app.refresh(&tokens.refresh).await.refusal(), (401, 40000202), "{name}");
        assert_eq!(app.redeem(&ticket).await.refusal(), (400, 40000401), "{name}");
    }
}

#[tokio::test]
async fn a_key_and_whoever_acts_for_me_have_no_say_over_my_sessions() {
    let app = TestApp::start().await;
    let alice = app.user("alice", Role::Member).await;
    let mine = app.sign_in(alice).await;
    let helper = app.sign_in(app.user("helper", Role::Support).await).await;
    let acting = app.act_for(&helper.access, alice).await;
    let key = app.api_key(&[Permission::UserRead, Permission::UserWrite], Role::Admin).await;

    let one = format!("{SESSIONS}/{}", sid(&mine));
    for (bearer, code) in [(&acting.access, 40000012), (&key, 40000013)] {
        for (method, path) in [("GET", SESSIONS), ("DELETE", SESSIONS), ("DELETE", one.as_str())] {
            let answer = app.request(method, path).bearer(bearer).send().await;
            assert_eq!(answer.refusal(), (403, code), "{method} {path}");
        }
    }
    let list = app.get(SESSIONS, &mine.access).await;
    let items = list.body["data"]["items"].as_array().expect("a list").clone();
    let theirs = items.iter().find(|s| s["id"] == json!(sid(&acting))).expect("I see who acts for me");
    assert_eq!(theirs["acting_reason"], "ticket 42");
    let path = format!("{SESSIONS}/{}", sid(&acting));
    assert_eq!(app.request("DELETE", &path).bearer(&mine.access).send().await.status, 200);
    assert_eq!(app.me(&acting.access).await.status, 401, "and I can end it");
}

fn sid(tokens: &Tokens) -> String {
    tokens.claims()["sid"].as_str().expect("sid").to_owned()
}
