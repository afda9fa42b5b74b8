//! Giving an API key a new secret.

use authms_core::access::{Permission, Role};
use authms_core::key::{self, CreatedKey, Rotate};
use authms_core::time::Span;
use authms_testkit::{Answer, Setup, TestApp, Tokens, storm};
use serde_json::json;
use std::collections::HashSet;

const MINT: [Permission; 2] = [Permission::TicketMint, Permission::UserRead];

struct Scene {
    app: TestApp,
    admin: String,
    key: CreatedKey,
}

impl Scene {
    async fn new() -> Self {
        let app = TestApp::start().await;
        let admin = app.sign_in(app.admin).await.access;
        let key = app.home().key(&MINT, Role::Member).await;
        Self { app, admin, key }
    }

    fn old(&self) -> &str {
        self.key.raw.expose()
    }

    async fn rotate(&self, overlap: i64) -> Answer {
        let path = format!("/auth/api-keys/{}/rotate", self.key.key.id);
        self.app.post(&path, &self.admin, json!({ "overlap_seconds": overlap })).await
    }

    /// Rotates, and gives the new raw key.
    async fn rotated(&self, overlap: i64) -> String {
        let done = self.rotate(overlap).await;
        assert_eq!(done.status, 200, "{}", done.body);
        done.body["data"]["raw_key"].as_str().expect("a raw key").to_owned()
    }

    async fn works(&self, raw: &str) -> bool {
        let answer = self.app.get("/admin/users", raw).await;
        assert!(answer.status == 200 || answer.refusal() == (401, 40000009), "{}", answer.body);
        answer.status == 200
    }
}

#[tokio::test]
async fn both_secrets_work_during_the_overlap_and_what_the_key_minted_lives_on() {
    let s = Scene::new().await;
    let alice = s.app.user("alice", Role::Member).await;
    let ask = json!({ "user_id": alice.to_string() });
    let ticket = s.app.mint(s.old(), ask.clone()).await;
    let session = Tokens::of(s.app.redeem(&s.app.mint(s.old(), ask.clone()).await).await);

    let done = s.rotate(3600).await;
    let data = &done.body["data"];
    assert_eq!((done.status, &data["id"]), (200, &json!(s.key.key.id.to_string())), "the same key");
    let until = s.app.parts.now().plus(Span::seconds(3600));
    assert_eq!(data["previous_secret_expires_at"], until.to_string());
    let new = data["raw_key"].as_str().expect("a raw key");
    assert!(new != s.old() && new.starts_with(&s.old()[..25]), "another secret of the same identifier");
    let shown = s.app.get(&format!("/auth/api-keys/{}", s.key.key.id), &s.admin).await;
    assert!(shown.body["data"].get("raw_key").is_none(), "shown that once");

    assert!(s.works(s.old()).await && s.works(new).await);
    assert_eq!(s.app.me(&session.access).await.status, 200);
    s.app.clock.advance(Span::seconds(200));
    assert_eq!(s.app.redeem(&ticket).await.status, 200, "an unredeemed ticket, too");
    let by_old = s.app.mint(s.old(), ask.clone()).await;

    s.app.clock.set(until.minus(Span::millis(1)));
    assert!(s.works(s.old()).await, "to the last moment");
    s.app.clock.set(until);
    assert!(!s.works(s.old()).await && s.works(new).await);
    assert_eq!(s.app.redeem(&by_old).await.refusal(), (400, 40000401), "long expired");
    let refreshed = s.app.refresh(&session.refresh).await;
    assert_eq!(refreshed.status, 200, "{}", refreshed.body);

    key::write_uses(&s.app.parts).await.expect("writes");
    assert_eq!(s.app.audit("api_key.refused")[0]["why"], "rotated", "somebody still uses the old one");
    let rows = s.app.audit("api_key.rotated");
    assert_eq!((rows.len(), &rows[0]["overlap_seconds"]), (1, &json!(3600)));
    assert_eq!(rows[0]["actor"], s.app.admin.to_string());
}

#[tokio::test]
async fn without_overlap_the_old_secret_ends_at_once() {
    let s = Scene::new().await;
    let new = s.rotated(0).await;
    assert!(!s.works(s.old()).await && s.works(&new).await);
    let third = s.rotated(60).await;
    assert!(s.works(&new).await && s.works(&third).await);
    let fourth = s.rotated(0).await;
    assert!(!s.works(&new).await && !s.works(&third).await && s.works(&fourth).await);
}

#[tokio::test]
async fn the_overlap_is_a_day_unless_said_and_a_week_at_most() {
    let s = Scene::new().await;
    for bad in [-1, 604_801, i64::MAX, i64::MIN] {
        let refused = s.rotate(bad).await;
        assert_eq!(refused.refusal(), (400, 40000001), "{bad}");
        assert_eq!(refused.body["member"], "overlap_seconds");
    }
    assert!(s.works(s.old()).await);
    let until = |answer: &Answer| answer.body["data"]["previous_secret_expires_at"].clone();
    let now = s.app.parts.now();
    assert_eq!(until(&s.rotate(604_800).await), now.plus(Span::hours(7 * 24)).to_string());
    let path = format!("/auth/api-keys/{}/rotate", s.key.key.id);
    let plain = s.app.request("POST", &path).bearer(&s.admin).send().await;
    assert_eq!((plain.status, until(&plain)), (200, json!(now.plus(Span::hours(24)).to_string())));
}

#[tokio::test]
async fn a_second_rotation_during_the_overlap_ends_the_oldest_secret() {
    let s = Scene::new().await;
    let second = s.rotated(3600).await;
    let third = s.rotated(3600).await;
    assert!(!s.works(s.old()).await && s.works(&second).await && s.works(&third).await);
    let later = s.app.restart(Setup::default()).await;
    for (raw, works) in [(s.old(), false), (&second, true), (&third, true)] {
        assert_eq!(later.get("/admin/users", raw).await.status == 200, works, "after a restart");
    }
}

#[tokio::test]
async fn p01_of_parallel_rotations_two_secrets_are_left_and_no_answer_lies() {
    let s = Scene::new().await;
    let path = format!("/auth/api-keys/{}/rotate", s.key.key.id);
    let answers = storm(16, |_| {
        let request = s.app.request("POST", &path).bearer(&s.admin).json(json!({ "overlap_seconds": 60 }));
        request.send()
    })
    .await;
    let mut raws = HashSet::from([s.old().to_owned()]);
    for answer in &answers {
        match answer.status {
            200 => assert!(raws.insert(answer.body["data"]["raw_key"].as_str().expect("a key").to_owned())),
            _ => assert_eq!(answer.refusal(), (409, 40000014), "{}", answer.body),
        }
    }
    assert!(raws.len() > 1, "somebody won");
    assert_eq!(s.app.audit("api_key.rotated").len(), raws.len() - 1);
    let mut working = 0;
    for raw in &raws {
        working += usize::from(s.works(raw).await);
    }
    assert_eq!(working, 2);
    assert!(raws.len() == 2 || !s.works(s.old()).await, "every rotation but the first began with another's");
}

#[tokio::test]
async fn a_rotation_loses_to_what_happened_since_it_read() {
    for (status, code) in [("inactive", 409), ("compromised", 409)] {
        let s = Scene::new().await;
        let path = format!("/auth/api-keys/{}/status", s.key.key.id);
        let switch = s.app.request("PUT", &path).bearer(&s.admin).json(json!({ "status": status }));
        s.app.faults.before_next_commit(switch.send());
        assert_eq!(s.rotate(60).await.refusal(), (code, 40000014), "{status}");
        assert!(!s.works(s.old()).await, "{status}");
        let shown = s.app.get(&format!("/auth/api-keys/{}", s.key.key.id), &s.admin).await;
        assert_eq!(shown.body["data"]["status"], status);
    }
    // And the other way round: whoever deactivates meanwhile is told, and does it again.
    let s = Scene::new().await;
    let rotate = format!("/auth/api-keys/{}/rotate", s.key.key.id);
    s.app.faults.before_next_commit(s.app.request("POST", &rotate).bearer(&s.admin).json(json!({})).send());
    let path = format!("/auth/api-keys/{}/status", s.key.key.id);
    let off = async || s.app.put(&path, &s.admin, json!({ "status": "inactive" })).await;
    assert_eq!(off().await.refusal(), (409, 40000014));
    assert_eq!(off().await.status, 200);
    let new = s.rotated(60).await;
    assert!(!s.works(&new).await && !s.works(s.old()).await, "a new secret switches nothing on");
}

/// Who rotates a key learns its secret: it must not do more than they could have given it.
#[tokio::test]
async fn p20_nobody_rotates_a_key_into_more_than_they_are() {
    let s = Scene::new().await;
    let (_, admin) = s.app.home().signed_in("deputy", Role::Admin).await;
    for (scopes, rank, code) in [
        (vec![Permission::TenantWrite], Role::Member, 40000702),
        (vec![Permission::UserWrite], Role::Admin, 40000011),
        (vec![Permission::TicketMint], Role::SuperAdmin, 40000011),
    ] {
        let key = s.app.home().key(&scopes, rank).await.key;
        let path = format!("/auth/api-keys/{}", key.id);
        let before = s.app.written();
        for (method, end, body) in [
            ("POST", "rotate", json!({})),
            ("PUT", "scopes", json!({ "scopes": ["ticket:mint"] })),
            ("PUT", "clients", json!({ "client_ids": [] })),
            ("POST", "ip-restrictions", json!({ "value": "10.0.0.1" })),
            ("PUT", "status", json!({ "status": "active" })),
        ] {
            let request = s.app.request(method, &format!("{path}/{end}")).bearer(&admin);
            assert_eq!(request.json(body).send().await.refusal(), (403, code), "{end} {scopes:?} {rank:?}");
        }
        assert_eq!(s.app.written(), before);
    }
    let own = s.app.home().key(&[Permission::TicketMint], Role::Admin).await.key;
    let path = format!("/auth/api-keys/{}", own.id);
    for (scopes, expected) in [
        (json!(["user:write"]), (403, 40000011)),
        (json!(["tenant:write"]), (403, 40000702)),
        (json!(["ticket:on_behalf"]), (403, 40000702)),
        (json!(["key:write"]), (403, 40000702)),
        (json!(["all"]), (400, 40000001)),
        (json!(["user:read", "client:write"]), (200, 0)),
        (json!([]), (200, 0)),
    ] {
        let answer = s.app.put(&format!("{path}/scopes"), &admin, json!({ "scopes": scopes })).await;
        assert_eq!(answer.refusal(), expected, "{scopes}");
        if answer.status == 200 {
            assert_eq!(answer.body["data"]["scopes"], scopes);
        }
    }
    assert_eq!(s.app.post(&format!("{path}/rotate"), &admin, json!({})).await.status, 200);
}

#[tokio::test]
async fn the_operator_rotates_at_the_console() {
    let s = Scene::new().await;
    let source = authms_core::audit::Source::default();
    let ask = Rotate { overlap_seconds: Some(0) };
    let done =
        key::rotate(&s.app.parts, &s.app.console(), s.key.key.id, ask, &source).await.expect("rotates");
    assert!(s.works(done.raw.expose()).await && !s.works(s.old()).await);
    assert_eq!(s.app.audit("api_key.rotated")[0]["actor"], "console");
}
