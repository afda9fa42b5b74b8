//! Requests to act on somebody's behalf: a second pair of eyes, and the user's own word.

use authms_core::access::Role;
use authms_core::id::UserId;
use authms_core::ticket::Purpose;
use authms_core::time::Span;
use authms_testkit::{Answer, TestApp, jwt};
use serde_json::{Value, json};

const NOT_CLEARED: (u16, u64) = (403, 40001805);
const OF_NO_USE: (u16, u64) = (403, 40001806);
const UNKNOWN: (u16, u64) = (404, 40001807);
const OWN: (u16, u64) = (403, 40001808);
const CLOSED: (u16, u64) = (409, 40001809);
const REFUSED: (u16, u64) = (400, 40000401);
const STEP_UP: (u16, u64) = (401, 40800251);
const REQUESTS: &str = "/admin/on-behalf/requests";
const MINE: &str = "/auth/me/on-behalf/requests";

/// A tenant that wants what `policy` says, a supporter, a member, and two administrators; who acts and who approves has
/// proved a second factor just now.
struct Scene {
    app: TestApp,
    alice: UserId,
    /// Access tokens.
    alices: String,
    sup: String,
    boss: UserId,
    bosses: String,
    root: String,
}

impl Scene {
    async fn new(policy: Value) -> Self {
        let app = TestApp::start().await;
        let (alice, alices) = app.home().signed_in("alice", Role::Member).await;
        let (_, sup) = app.home().signed_in("sup", Role::Support).await;
        let (boss, bosses) = app.home().signed_in("boss", Role::Admin).await;
        let root = app.sign_in(app.admin).await.access;
        for token in [&sup, &bosses, &root] {
            app.proves(token);
        }
        let s = Self { app, alice, alices, sup, boss, bosses, root };
        s.set(policy).await;
        s
    }

    async fn set(&self, policy: Value) {
        let answer = self.app.put("/admin/on-behalf/policy", &self.root, policy).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }

    async fn ask_as(&self, token: &str, more: Value) -> Answer {
        self.app.post(REQUESTS, token, with(json!({ "reason": "ticket 42" }), self.alice, more)).await
    }

    /// The supporter's request to act for Alice.
    async fn asked(&self) -> String {
        let answer = self.ask_as(&self.sup, json!({})).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        answer.body["data"]["id"].as_str().expect("an id").to_owned()
    }

    async fn say(&self, token: &str, id: &str, word: &str) -> Answer {
        self.app.post(&format!("{REQUESTS}/{id}/{word}"), token, json!({})).await
    }

    async fn alice_says(&self, token: &str, id: &str, word: &str) -> Answer {
        self.app.post(&format!("{MINE}/{id}/{word}"), token, json!({})).await
    }

    /// The supporter begins to act for Alice by this request.
    async fn act(&self, id: &str) -> Answer {
        self.act_with(json!({ "act_request": id })).await
    }

    async fn act_with(&self, more: Value) -> Answer {
        self.app.post("/admin/impersonate", &self.sup, with(json!({}), self.alice, more)).await
    }

    fn minted(&self) -> i64 {
        self.app.count("SELECT count(*) FROM tickets WHERE purpose = 'on_behalf'")
    }

    fn refusals(&self) -> Vec<Value> {
        self.app.audit("on_behalf.refused").into_iter().map(|row| row["why"].clone()).collect()
    }
}

fn with(mut body: Value, user: UserId, more: Value) -> Value {
    body["user_id"] = json!(user.to_string());
    for (member, value) in more.as_object().into_iter().flatten() {
        body[member] = value.clone();
    }
    body
}

#[tokio::test]
async fn an_act_waits_for_another_administrator_where_the_tenant_says_so() {
    let s = Scene::new(json!({ "require_approval": true })).await;
    for path in ["/admin/impersonate", "/auth/generate-ticket"] {
        let bare = with(json!({ "reason": "ticket 42" }), s.alice, json!({}));
        assert_eq!(s.app.post(path, &s.sup, bare).await.refusal(), NOT_CLEARED, "{path}");
    }
    let id = s.asked().await;
    assert_eq!(s.act(&id).await.refusal(), NOT_CLEARED, "asked is not approved");
    assert_eq!((s.minted(), s.refusals()), (0, vec![json!("not_cleared"); 3]));
    assert_eq!(s.say(&s.bosses, &id, "approve").await.status, 200);
    let shown = s.app.get(&format!("{REQUESTS}/{id}"), &s.sup).await.body["data"].clone();
    assert_eq!((&shown["status"], &shown["approved_by"]), (&json!("open"), &json!(s.boss.to_string())));
    let begun = s.act(&id).await;
    assert_eq!(begun.status, 200, "{}", begun.body);
    let claims = jwt::claims(begun.body["data"]["access_token"].as_str().expect("a token"));
    assert_eq!(claims["custom"]["imp_reason"], "ticket 42", "as it was approved");
    assert_eq!(s.act(&id).await.refusal(), OF_NO_USE, "for one act");

    let row = s.app.audit("on_behalf.approved").pop().expect("a row");
    assert_eq!((&row["subject"], &row["act_request"]), (&json!(s.alice.to_string()), &json!(id)));
    assert_eq!(
        (&row["decided_by"], &row["decided_as"]),
        (&json!(s.boss.to_string()), &json!("administrator"))
    );
    for name in ["on_behalf.requested", "on_behalf.started"] {
        let rows = s.app.audit(name);
        assert_eq!((rows.len(), &rows[0]["act_request"]), (1, &json!(id)), "{name}");
    }
}

#[tokio::test]
async fn nobody_approves_their_own_request_nor_one_for_their_equals() {
    let s = Scene::new(json!({ "require_approval": true })).await;
    let own = s.ask_as(&s.bosses, json!({})).await.body["data"]["id"].clone();
    let own = own.as_str().expect("an id");
    assert_eq!(s.say(&s.bosses, own, "approve").await.refusal(), OWN);
    assert_eq!(s.refusals(), ["own_request"]);
    assert_eq!(
        s.say(&s.sup, own, "approve").await.refusal(),
        (403, 40000010),
        "a supporter is no administrator"
    );
    assert_eq!(s.say(&s.alices, own, "approve").await.refusal(), (403, 40000010));
    let peer = s.app.user("peer", Role::Admin).await;
    let about = s.app.post(REQUESTS, &s.root, with(json!({ "reason": "r" }), peer, json!({}))).await;
    let about = about.body["data"]["id"].as_str().expect("an id").to_owned();
    assert_eq!(s.say(&s.bosses, &about, "approve").await.refusal(), (403, 40000011));
    let other = s.app.another_tenant("other").await;
    let (_, stranger) = other.signed_in("stranger", Role::SuperAdmin).await;
    s.app.proves(&stranger);
    for word in ["approve", "refuse"] {
        assert_eq!(s.say(&stranger, own, word).await.refusal(), UNKNOWN, "of another tenant: {word}");
    }
    let key = s.app.api_key(&[authms_core::access::Permission::UserWrite], Role::SuperAdmin).await;
    assert_eq!(s.say(&key, own, "approve").await.refusal(), (403, 40000013));
    assert!(s.app.audit("on_behalf.approved").is_empty());
    assert_eq!(s.say(&s.root, own, "approve").await.status, 200);
}

#[tokio::test]
async fn whoever_approves_has_proved_a_second_factor_just_now() {
    let s = Scene::new(json!({ "require_approval": true })).await;
    let id = s.asked().await;
    let single = s.app.sign_in(s.boss).await.access;
    assert_eq!(s.say(&single, &id, "approve").await.refusal(), STEP_UP);
    s.app.clock.advance(Span::seconds(901));
    s.app.proves(&s.sup);
    let id = s.asked().await;
    assert_eq!(s.say(&s.bosses, &id, "approve").await.refusal(), STEP_UP, "too long ago");
    assert_eq!(s.refusals(), ["not_fresh", "not_fresh"]);
}

#[tokio::test]
async fn an_expired_request_is_neither_approved_nor_used() {
    let s = Scene::new(json!({ "require_approval": true })).await;
    let (late, used_late) = (s.asked().await, s.asked().await);
    assert_eq!(s.say(&s.bosses, &used_late, "approve").await.status, 200);
    s.app.clock.advance(Span::seconds(600));
    for token in [&s.bosses, &s.root] {
        assert_eq!(s.say(token, &late, "approve").await.refusal(), CLOSED);
    }
    assert_eq!(s.act(&used_late).await.refusal(), OF_NO_USE);
    assert_eq!(
        (s.minted(), s.refusals()),
        (0, ["closed", "closed", "act_request"].map(|w| json!(w)).to_vec())
    );
    let shown = s.app.get(REQUESTS, &s.root).await.body["items"].clone();
    assert!(shown.as_array().expect("items").iter().all(|item| item["status"] == "expired"), "{shown}");
}

#[tokio::test]
async fn a_refused_request_stays_refused_also_after_it_was_approved() {
    let s = Scene::new(json!({ "require_approval": true })).await;
    let id = s.asked().await;
    assert_eq!(s.say(&s.bosses, &id, "approve").await.status, 200);
    assert_eq!(s.say(&s.root, &id, "refuse").await.status, 200);
    assert_eq!(s.say(&s.bosses, &id, "approve").await.refusal(), CLOSED);
    assert_eq!(s.act(&id).await.refusal(), OF_NO_USE);
    let row = s.app.audit("on_behalf.refused")[0].clone();
    assert_eq!((&row["why"], &row["decided_by"]), (&json!("declined"), &json!(s.app.admin.to_string())));
}

#[tokio::test]
async fn what_was_approved_is_what_is_done() {
    let s = Scene::new(json!({ "require_approval": true, "rules": [{ "write": true }] })).await;
    let client = s.app.client("helpdesk", &Purpose::ALL).await;
    let other = s.app.client("shop", &Purpose::ALL).await;
    let asked = s.ask_as(&s.sup, json!({ "client_id": client.0, "reference": "CASE-7" })).await;
    let id = asked.body["data"]["id"].as_str().expect("an id").to_owned();
    assert_eq!(s.say(&s.bosses, &id, "approve").await.status, 200);
    let bob = s.app.user("bob", Role::Member).await;
    let ask = |user: UserId, more: Value| {
        let body = with(json!({ "act_request": id }), user, more);
        async { s.app.post("/auth/generate-ticket", &s.sup, body).await }
    };
    for more in [
        json!({ "reason": "another" }),
        json!({ "reference": "CASE-8" }),
        json!({ "client_id": other.0 }),
        json!({ "write": true }),
    ] {
        assert_eq!(ask(s.alice, more.clone()).await.refusal(), OF_NO_USE, "{more}");
    }
    assert_eq!(ask(bob, json!({})).await.refusal(), OF_NO_USE, "for another");
    assert_eq!(s.act(&id).await.refusal(), OF_NO_USE, "at a client, not here");
    assert_eq!(
        s.app
            .post("/auth/generate-ticket", &s.root, with(json!({ "act_request": id }), s.alice, json!({})))
            .await
            .refusal(),
        OF_NO_USE,
        "another's"
    );
    for id in ["obr_none", "", &format!("obr_{}", "0".repeat(22))] {
        assert_eq!(s.act(id).await.refusal(), OF_NO_USE, "{id:?}");
    }
    assert_eq!(s.minted(), 0);
    let minted = ask(s.alice, json!({ "reason": "ticket 42" })).await;
    assert_eq!(minted.status, 200, "{}", minted.body);
    let redeem = |client: &(String, String)| {
        s.app.signin(json!({ "ticket": minted.body["ticket"] })).basic(&client.0, &client.1).send()
    };
    assert_eq!(redeem(&other).await.refusal(), REFUSED);
    let begun = redeem(&client).await;
    assert_eq!(begun.status, 200, "{}", begun.body);
    assert_eq!(jwt::claims(begun.body["access_token"].as_str().expect("a token"))["scope"], "read");
    assert_eq!(s.app.audit("on_behalf.started")[0]["reference"], "CASE-7");
}

#[tokio::test]
async fn who_was_thrown_out_has_approved_nothing() {
    let s = Scene::new(json!({ "require_approval": true })).await;
    let id = s.asked().await;
    assert_eq!(s.say(&s.bosses, &id, "approve").await.status, 200);
    let demoted = json!({ "role": "support" });
    assert_eq!(s.app.put(&format!("/admin/memberships/{}", s.boss), &s.root, demoted).await.status, 200);
    assert_eq!(s.act(&id).await.refusal(), NOT_CLEARED);
}

#[tokio::test]
async fn a_policy_that_asks_for_more_counts_for_tickets_that_are_out() {
    let s = Scene::new(json!({})).await;
    let client = s.app.client("helpdesk", &Purpose::ALL).await;
    for policy in
        [json!({ "require_approval": true }), json!({ "require_approval": false, "require_consent": true })]
    {
        s.set(json!({ "require_approval": false, "require_consent": false })).await;
        let ticket = s.app.mint(&s.sup, with(json!({ "reason": "r" }), s.alice, json!({}))).await;
        s.set(policy).await;
        let late = s.app.signin(json!({ "ticket": ticket })).basic(&client.0, &client.1).send().await;
        assert_eq!(late.refusal(), REFUSED);
    }
}

#[tokio::test]
async fn the_user_agrees_first_where_the_tenant_says_so() {
    let s = Scene::new(json!({ "require_consent": true, "require_approval": true })).await;
    s.app.post_leaves().await;
    let id = s.asked().await;
    let letters = s.app.post_leaves().await;
    let letter = letters.iter().find(|l| l.to == "alice@example.test").expect("a letter");
    assert!(["sup", "ticket 42"].iter().all(|part| letter.text.contains(part)), "{}", letter.text);
    assert_eq!(s.say(&s.bosses, &id, "approve").await.status, 200);
    assert_eq!(s.act(&id).await.refusal(), NOT_CLEARED, "she has not agreed");
    let mine = s.app.get(MINE, &s.alices).await.body["items"].clone();
    assert_eq!((&mine[0]["id"], &mine[0]["reason"]), (&json!(id), &json!("ticket 42")));
    for token in [&s.sup, &s.bosses, &s.root] {
        assert_eq!(s.alice_says(token, &id, "agree").await.refusal(), UNKNOWN, "hers alone");
    }
    assert_eq!(s.alice_says(&s.alices, &id, "agree").await.status, 200);
    assert_eq!(s.alice_says(&s.alices, &id, "agree").await.refusal(), CLOSED, "once");
    let begun = s.act(&id).await;
    assert_eq!(begun.status, 200, "{}", begun.body);
    let row = s.app.audit("on_behalf.approved").pop().expect("a row");
    assert_eq!((&row["decided_as"], &row["decided_by"]), (&json!("user"), &json!(s.alice.to_string())));
}

#[tokio::test]
async fn the_user_refuses_also_after_having_agreed() {
    let s = Scene::new(json!({ "require_consent": true })).await;
    let id = s.asked().await;
    assert_eq!(s.alice_says(&s.alices, &id, "agree").await.status, 200);
    assert_eq!(s.alice_says(&s.alices, &id, "refuse").await.status, 200);
    assert_eq!(s.act(&id).await.refusal(), OF_NO_USE);
    let row = s.app.audit("on_behalf.refused")[0].clone();
    assert_eq!((&row["why"], &row["decided_as"]), (&json!("declined"), &json!("user")));
}

#[tokio::test]
async fn consent_is_out_of_reach_for_whoever_acts() {
    let s = Scene::new(json!({})).await;
    let begun = s.act_with(json!({ "reason": "ticket 42" })).await;
    let acting = begun.body["data"]["access_token"].as_str().expect("a token").to_owned();
    s.set(json!({ "require_consent": true })).await;
    let id = s.asked().await;
    for word in ["agree", "refuse"] {
        assert_eq!(s.alice_says(&acting, &id, word).await.refusal(), (403, 40000012), "{word}");
    }
    assert_eq!(s.app.get(MINE, &acting).await.refusal(), (403, 40000012));
    assert_eq!(s.act(&id).await.refusal(), NOT_CLEARED);
}

#[tokio::test]
async fn only_who_may_act_asks_and_sees_what_concerns_them() {
    let s = Scene::new(json!({ "require_approval": true, "require_reference": true })).await;
    let (_, bobs) = s.app.home().signed_in("bob", Role::Member).await;
    assert_eq!(s.ask_as(&bobs, json!({})).await.refusal(), (403, 40000010));
    assert_eq!(s.ask_as(&s.alices, json!({})).await.refusal(), (400, 40000404), "nobody for themselves");
    assert_eq!(s.ask_as(&s.sup, json!({ "reason": " " })).await.refusal(), (400, 40000405));
    assert_eq!(s.ask_as(&s.sup, json!({})).await.refusal(), (400, 40001802));
    let single = s.app.home().signed_in("single", Role::Support).await.1;
    let good = json!({ "reference": "CASE-7" });
    assert_eq!(s.ask_as(&single, good.clone()).await.refusal(), STEP_UP);
    let chief = s.app.user("chief", Role::Admin).await;
    let above = s.app.post(REQUESTS, &s.sup, with(json!({ "reason": "r" }), chief, good.clone())).await;
    assert_eq!(above.refusal(), (403, 40000403));
    assert_eq!(s.app.count("SELECT count(*) FROM act_requests"), 0);
    assert_eq!(s.refusals(), ["purpose", "no_reason", "no_reference", "not_fresh", "rank"]);
    let asked = s.ask_as(&s.sup, good).await;
    assert_eq!(asked.status, 201, "{}", asked.body);
    let path = format!("{REQUESTS}/{}", asked.body["data"]["id"].as_str().unwrap_or_default());
    assert_eq!(s.app.get(&path, &single).await.refusal(), UNKNOWN, "another supporter's");
    assert_eq!(s.app.get(REQUESTS, &single).await.body["total"], 0);
    for token in [&s.sup, &s.bosses] {
        assert_eq!(s.app.get(&path, token).await.status, 200);
        assert_eq!(s.app.get(REQUESTS, token).await.body["total"], 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_request_is_good_for_one_act_however_many_begin_at_once() {
    let s = Scene::new(json!({ "require_approval": true, "several_at_once": true })).await;
    let id = s.asked().await;
    assert_eq!(s.say(&s.bosses, &id, "approve").await.status, 200);
    let ask = with(json!({ "act_request": id }), s.alice, json!({}));
    let begin = |_| s.app.request("POST", "/admin/impersonate").bearer(&s.sup).json(ask.clone()).send();
    let answers = authms_testkit::storm(16, begin).await;
    let begun = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!((begun, s.minted()), (1, 1));
    assert!(answers.iter().all(|answer| answer.status == 200 || answer.refusal() == OF_NO_USE));
}

#[tokio::test]
async fn breaking_the_glass_asks_nobody_and_tells_two_others_in_the_same_commit() {
    let s = Scene::new(json!({ "require_approval": true, "require_consent": true })).await;
    s.set(json!({ "opted_out": [s.alice.to_string()] })).await;
    let glass = json!({ "reason": "the house burns", "break_glass": true });
    assert_eq!(s.act_with(glass.clone()).await.refusal(), (403, 40001801), "only where the tenant lets one");
    s.set(json!({ "break_glass": true })).await;
    s.app.user("second", Role::SuperAdmin).await;
    s.app.post_leaves().await;
    let begun = s.act_with(glass).await;
    assert_eq!(begun.status, 200, "{}", begun.body);
    let letters = s.app.post_leaves().await;
    let alarmed: Vec<_> = letters.iter().filter(|l| l.text.contains("broken the glass")).collect();
    assert_eq!(alarmed.len(), 2, "the administrators, neither the actor nor the user");
    for letter in alarmed {
        let tells = ["sup", "alice", "the house burns"].iter().all(|part| letter.text.contains(part));
        assert!(tells && letter.to != "alice@example.test", "{}: {}", letter.to, letter.text);
    }
    assert!(letters.iter().any(|l| l.to == "alice@example.test"), "she is told, too");
    for name in ["on_behalf.requested", "on_behalf.started"] {
        assert_eq!(s.app.audit(name)[0]["glass"], "broken", "{name}");
    }
}

#[tokio::test]
async fn the_glass_stays_whole_unless_two_others_can_be_told() {
    let s = Scene::new(json!({ "require_approval": true, "break_glass": true })).await;
    let glass = json!({ "reason": "the house burns", "break_glass": true });
    // The first administrator has no address: there is one other.
    assert_eq!(s.act_with(glass.clone()).await.refusal(), (409, 40001810));
    let second = s.app.user("second", Role::Admin).await;
    let off = json!({ "status": "disabled" });
    assert_eq!(s.app.put(&format!("/admin/users/{second}/status"), &s.root, off).await.status, 200);
    assert_eq!(s.act_with(glass.clone()).await.refusal(), (409, 40001810), "who is disabled does not count");
    s.app.user("supporter", Role::Support).await;
    assert_eq!(s.act_with(glass).await.refusal(), (409, 40001810), "nor who administers nobody");
    assert_eq!((s.minted(), s.refusals()), (0, vec![json!("no_alarm"); 3]));
}

#[tokio::test]
async fn breaking_the_glass_skips_neither_rank_nor_factor_nor_reason_nor_rule() {
    let s = Scene::new(json!({ "break_glass": true, "rules": [{ "subject_roles": ["member"] }] })).await;
    let chief = s.app.user("chief", Role::Admin).await;
    let single = s.app.home().signed_in("single", Role::Support).await.1;
    let ask = async |token: &str, user: UserId, more: Value| {
        let body = with(json!({ "reason": "the house burns", "break_glass": true }), user, more);
        s.app.post("/admin/impersonate", token, body).await.refusal()
    };
    assert_eq!(ask(&s.sup, chief, json!({})).await, (403, 40000403));
    assert_eq!(ask(&single, s.alice, json!({})).await, STEP_UP);
    assert_eq!(ask(&s.sup, s.alice, json!({ "reason": "" })).await, (400, 40000405));
    assert_eq!(ask(&s.sup, s.alice, json!({ "write": true })).await, (403, 40001801));
    let id = s.asked().await;
    assert_eq!(ask(&s.sup, s.alice, json!({ "act_request": id })).await, OF_NO_USE, "leave was asked for");
    s.set(json!({ "rules": [{ "actor_roles": ["admin"] }] })).await;
    assert_eq!(ask(&s.sup, s.alice, json!({})).await, (403, 40001801));
    assert_eq!((s.minted(), s.refusals().len()), (0, 6));
    assert!(s.app.post_leaves().await.iter().all(|l| !l.text.contains("broken the glass")));
}

#[tokio::test]
async fn what_somebody_may_not_say_to_a_request_is_written_down() {
    let s = Scene::new(json!({ "require_approval": true, "require_consent": true })).await;
    let told = || {
        let row = s.app.audit("on_behalf.refused").pop().expect("a row");
        let text = |member: &str| row[member].as_str().unwrap_or_default().to_owned();
        (text("why"), text("decision"), text("subject") == s.alice.to_string())
    };
    let row = |why: &str, decision: &str, known| (why.to_owned(), decision.to_owned(), known);
    let id = s.asked().await;
    assert_eq!(s.say(&s.sup, &id, "approve").await.refusal(), (403, 40000010));
    assert_eq!(told(), row("forbidden", "approve", true));
    assert_eq!(s.say(&s.sup, &id, "refuse").await.refusal(), (403, 40000010));
    assert_eq!(told(), row("forbidden", "refuse", true));
    for word in ["approve", "refuse"] {
        assert_eq!(s.say(&s.bosses, "obr_0000000000000000000001", word).await.refusal(), UNKNOWN);
        assert_eq!(told(), row("unknown_request", word, false));
    }
    let before = s.refusals().len();
    assert_eq!(s.say(&s.alices, &id, "approve").await.refusal(), (403, 40000010));
    assert_eq!(s.alice_says(&s.alices, "obr_0000000000000000000001", "agree").await.refusal(), UNKNOWN);
    assert_eq!(s.refusals().len(), before, "members fill no log");
    assert_eq!(s.alice_says(&s.alices, &id, "refuse").await.status, 200);
    for word in ["agree", "refuse"] {
        assert_eq!(s.alice_says(&s.alices, &id, word).await.refusal(), CLOSED);
        assert_eq!(told(), row("closed", word, true));
        let word = if word == "agree" { "approve" } else { word };
        assert_eq!(s.say(&s.bosses, &id, word).await.refusal(), CLOSED);
        assert_eq!(told(), row("closed", word, true));
    }
    let above = json!({ "user_id": s.boss.to_string() });
    s.set(json!({ "require_approval": true })).await;
    let about_boss = s.app.post(REQUESTS, &s.root, with(json!({ "reason": "r" }), s.boss, above)).await;
    let id = about_boss.body["data"]["id"].as_str().expect("an identifier");
    assert_eq!(s.say(&s.bosses, id, "approve").await.refusal(), (403, 40000011));
    assert_eq!(s.app.audit("on_behalf.refused").pop().expect("a row")["why"], "rank");
}
