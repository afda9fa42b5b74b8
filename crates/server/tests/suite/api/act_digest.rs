//! Users who are told of acts once a day, and administrators who are told that their approval is asked for.

use authms_core::access::Role;
use authms_core::id::UserId;
use authms_core::on_behalf;
use authms_core::time::Span;
use authms_testkit::{Arrived, CommitFault, Setup, TestApp};
use serde_json::{Value, json};

const POLICY: &str = "/admin/on-behalf/policy";

struct Scene {
    app: TestApp,
    alice: UserId,
    sup: UserId,
    admin: String,
}

impl Scene {
    /// At noon, in a tenant that has users told daily.
    async fn new() -> Self {
        let app = TestApp::start().await;
        let noon = app.parts.now().day().next().start().plus(Span::hours(12));
        app.clock.set(noon);
        let alice = app.user("alice", Role::Member).await;
        let sup = app.user("sup", Role::Support).await;
        let admin = app.sign_in(app.admin).await.access;
        app.proves(&admin);
        let s = Self { app, alice, sup, admin };
        s.set(json!({ "notice": "daily" })).await;
        s.app.post_leaves().await;
        s
    }

    async fn set(&self, policy: Value) -> Value {
        let answer = self.app.put(POLICY, &self.admin, policy).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body["data"].clone()
    }

    /// The supporter, who proved a second factor just now.
    async fn signed_in(&self) -> String {
        let own = self.app.sign_in(self.sup).await.access;
        self.app.proves(&own);
        own
    }

    async fn act(&self, user: UserId, reason: &str) {
        let body = json!({ "user_id": user.to_string(), "reason": reason });
        let answer = self.app.post("/admin/impersonate", &self.signed_in().await, body).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }

    /// The next day begins.
    fn tomorrow(&self) {
        self.app.clock.set(self.app.parts.now().day().next().start());
    }

    async fn told(&self) -> Vec<Arrived> {
        on_behalf::tell_acts(&self.app.parts).await.expect("tells");
        self.app.post_leaves().await
    }

    fn waiting(&self) -> i64 {
        self.app.count("SELECT count(*) FROM act_notices")
    }
}

#[tokio::test]
async fn a_days_acts_are_told_in_one_letter_after_it_in_the_users_language() {
    let s = Scene::new().await;
    let bob = s.app.user("bob", Role::Member).await;
    let bobs = s.app.sign_in(bob).await.access;
    assert_eq!(s.app.put("/auth/me", &bobs, json!({ "locale": "zh-CN" })).await.status, 200);
    for reason in ["ticket 42", "ticket 43"] {
        s.act(s.alice, reason).await;
    }
    s.act(bob, "ticket 44").await;
    let told: Vec<_> = s.app.audit("on_behalf.started").into_iter().map(|row| row["told"].clone()).collect();
    assert_eq!(told, ["daily", "daily", "daily"]);
    s.app.clock.set(s.app.parts.now().day().next().start().minus(Span::millis(1)));
    assert!(s.told().await.is_empty(), "the day is not over");
    s.app.clock.advance(Span::millis(1));
    let mut letters = s.told().await;
    letters.sort_by(|a, b| a.to.cmp(&b.to));
    assert_eq!(
        letters.iter().map(|l| l.to.as_str()).collect::<Vec<_>>(),
        ["alice@example.test", "bob@example.test"]
    );
    let lines =
        |letter: &Arrived| letter.text.lines().filter(|l| l.contains("12:00 UTC: sup: ticket")).count();
    assert_eq!((lines(&letters[0]), lines(&letters[1])), (2, 1), "{}", letters[0].text);
    assert!(letters[0].text.contains("ticket 42") && letters[0].text.contains("ticket 43"));
    assert!(
        letters[1].text.contains("代表您登录") && letters[1].text.contains("ticket 44"),
        "{}",
        letters[1].text
    );
    assert!(s.told().await.is_empty(), "and no more");
    assert_eq!(s.waiting(), 0);
}

#[tokio::test]
async fn of_several_nodes_one_tells_and_what_one_leaves_undone_another_does() {
    let s = Scene::new().await;
    let other = s.app.beside(s.app.clock.clone(), Setup { seed: 2, ..Setup::default() }).await;
    s.act(s.alice, "ticket 42").await;
    s.tomorrow();
    // The other tells just before this one's commit.
    let parts = other.parts.clone();
    s.app.faults.before_next_commit(async move { on_behalf::tell_acts(&parts).await });
    on_behalf::tell_acts(&s.app.parts).await.expect("nothing is wrong with being late");
    assert_eq!(s.app.count("SELECT count(*) FROM message_outbox"), 1);
    assert_eq!(s.app.post_leaves().await.len(), 1);

    s.act(s.alice, "ticket 43").await;
    s.tomorrow();
    s.app.faults.next_commit(CommitFault::Unavailable);
    assert!(on_behalf::tell_acts(&s.app.parts).await.is_err(), "as if it died before its commit");
    assert_eq!(s.waiting(), 1);
    on_behalf::tell_acts(&other.parts).await.expect("tells");
    let letters = s.app.post_leaves().await;
    assert!(letters.len() == 1 && letters[0].text.contains("ticket 43"));
    assert!(s.told().await.is_empty());
}

#[tokio::test]
async fn a_reason_forges_no_line_and_a_letter_lists_so_many_acts() {
    let s = Scene::new().await;
    for n in 0..52 {
        s.act(s.alice, &format!("case {n} {{service}}")).await;
    }
    s.tomorrow();
    let letters = s.told().await;
    assert_eq!(letters.len(), 1);
    let text = &letters[0].text;
    assert_eq!(text.matches("UTC: sup: case").count(), 50, "{text}");
    assert!(text.contains("\n+ 2\n") && text.contains("{service} ("), "{text}");
}

#[tokio::test]
async fn how_users_are_told_is_said_in_either_way() {
    let s = Scene::new().await;
    let shown = |policy: Value| (policy["notice"].clone(), policy["notice_off_reason"].clone());
    let is = |how: &str, why: Value| (json!(how), why);
    let why = json!("told by telephone");
    assert_eq!(shown(s.set(json!({ "require_reference": false })).await), is("daily", json!(null)));
    assert_eq!(shown(s.set(json!({ "notice_off_reason": null })).await), is("daily", json!(null)));
    assert_eq!(shown(s.set(json!({ "notice_off_reason": why })).await), is("off", why.clone()), "as before");
    assert_eq!(shown(s.set(json!({ "notice": "off" })).await), is("off", why.clone()));
    assert_eq!(
        shown(s.set(json!({ "notice_off_reason": null })).await),
        is("at_once", json!(null)),
        "as before"
    );
    assert_eq!(
        shown(s.set(json!({ "notice": "off", "notice_off_reason": why })).await),
        is("off", why.clone())
    );
    assert_eq!(shown(s.set(json!({ "notice": "daily" })).await), is("daily", json!(null)));
    assert_eq!(s.app.audit("tenant.on_behalf_policy_changed").pop().expect("a row")["notice"], "daily");
    assert_eq!(shown(s.set(json!({ "notice": "at_once" })).await), is("at_once", json!(null)));
    for (wrong, member) in [
        (json!({ "notice": "off" }), "notice_off_reason"),
        (json!({ "notice": "off", "notice_off_reason": null }), "notice_off_reason"),
        (json!({ "notice": "daily", "notice_off_reason": why }), "notice_off_reason"),
        (json!({ "notice": "weekly" }), "notice"),
    ] {
        let refused = s.app.put(POLICY, &s.admin, wrong.clone()).await;
        assert_eq!(
            (refused.refusal(), &refused.body["member"]),
            ((400, 40000001), &json!(member)),
            "{wrong}"
        );
    }
}

#[tokio::test]
async fn who_may_approve_is_told_in_the_commit_of_the_request() {
    let s = Scene::new().await;
    s.app.user("boss", Role::Admin).await;
    s.app.user("chief", Role::SuperAdmin).await;
    s.app.user("peer", Role::Support).await;
    s.set(json!({ "require_approval": true })).await;
    let ask = async |token: &str, user: UserId| {
        let body = json!({ "user_id": user.to_string(), "reason": "ticket 42" });
        let answer = s.app.post("/admin/on-behalf/requests", token, body).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        let letters = s.app.post_leaves().await;
        let mut to: Vec<_> = letters.iter().map(|l| l.to.clone()).collect();
        to.sort();
        let says = ["alice", "ticket 42"].iter().all(|part| letters.iter().all(|l| l.text.contains(part)));
        (to, says)
    };
    let at = |names: &[&str]| names.iter().map(|name| format!("{name}@example.test")).collect::<Vec<_>>();
    let sup = s.signed_in().await;
    let (told, says) = ask(&sup, s.alice).await;
    assert_eq!(
        (told, says),
        (at(&["boss", "chief"]), true),
        "neither the user, nor the actor, nor who may not"
    );
    let other = s.app.user("other", Role::Admin).await;
    assert_eq!(ask(&s.admin, other).await.0, at(&["chief"]), "who ranks above the user, and did not ask");
    s.app.faults.next_commit(CommitFault::Unavailable);
    let body = json!({ "user_id": s.alice.to_string(), "reason": "ticket 42" });
    assert_eq!(s.app.post("/admin/on-behalf/requests", &sup, body).await.status, 503);
    assert!(s.app.post_leaves().await.is_empty(), "no request, no letter");
    s.set(json!({ "require_approval": false })).await;
    assert_eq!(ask(&sup, s.alice).await.0, at(&[]), "nobody's approval is needed");
}
