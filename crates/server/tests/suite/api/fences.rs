//! Whatever a redemption is decided on: changed before it, in the middle of it, or after it.

use authms_core::access::{Permission, Role};
use authms_core::id::{TenantId, UserId};
use authms_core::ticket::{self, Mint, Purpose};
use authms_core::time::{Span, Timestamp};
use authms_crypto::pkce_s256;
use authms_testkit::{Answer, TestApp, TestRequest, Tokens, VERIFIER};
use serde_json::{Value, json};

const REFUSED: (u16, u64) = (400, 40000401);

/// Who mints.
#[derive(Clone, Copy, PartialEq, Debug)]
enum By {
    /// A system, for a client.
    System,
    /// The user.
    Self_,
    /// A supporter, on the user's behalf.
    Supporter,
}

/// A fresh subject with a ticket, and all that stands behind it.
struct Scene {
    admin: String,
    subject: UserId,
    subject_token: String,
    supporter: UserId,
    supporter_token: String,
    key_id: String,
    client: (String, String),
    ticket: String,
}

impl Scene {
    async fn set(app: &TestApp, admin: &str, n: usize, by: By) -> Self {
        let subject = app.user(&format!("subject-{n}"), Role::Member).await;
        let supporter = app.user(&format!("supporter-{n}"), Role::Support).await;
        let (subject_token, supporter_token) =
            (app.sign_in(subject).await.access, app.sign_in(supporter).await.access);
        let client = app.client(&format!("client-{n}"), &Purpose::ALL).await;
        let body = json!({ "name": "minter", "scopes": ["ticket:mint"], "rank": "support" });
        let created = app.post("/auth/api-keys", admin, body).await.body["data"].clone();
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        let user_id = subject.to_string();
        let (bearer, body) = match by {
            By::System => (text(&created["raw_key"]), json!({ "user_id": user_id, "client_id": client.0 })),
            By::Self_ => (subject_token.clone(), json!({ "user_id": user_id })),
            By::Supporter => {
                let proof = pkce_s256(VERIFIER);
                let body = json!({ "user_id": user_id, "reason": "ticket 42", "proof": proof });
                (supporter_token.clone(), body)
            }
        };
        app.proves(&supporter_token);
        let ticket = app.mint(&bearer, body).await;
        let key_id = text(&created["id"]);
        let admin = admin.to_owned();
        Self { admin, subject, subject_token, supporter, supporter_token, key_id, client, ticket }
    }

    async fn redeem(&self, app: &TestApp, by: By) -> Answer {
        let verifier = (by == By::Supporter).then_some(VERIFIER);
        let request = app.signin(json!({ "ticket": self.ticket, "verifier": verifier }));
        let request = if by == By::System { request.basic(&self.client.0, &self.client.1) } else { request };
        request.send().await
    }
}

/// Something that is taken back.
struct Revocation {
    what: &'static str,
    by: By,
    request: fn(&TestApp, &Scene) -> TestRequest,
    /// Whether a session that was opened before ends with it, too.
    ends_sessions: bool,
}

fn admin(app: &TestApp, s: &Scene, method: &str, path: &str, body: Value) -> TestRequest {
    app.request(method, path).bearer(&s.admin).json(body)
}

const REVOCATIONS: &[Revocation] = &[
    Revocation { what: "user disabled", by: By::System, request: disable_subject, ends_sessions: true },
    Revocation {
        what: "user disabled, self-minted",
        by: By::Self_,
        request: disable_subject,
        ends_sessions: true,
    },
    Revocation {
        what: "user disabled, on behalf",
        by: By::Supporter,
        request: disable_subject,
        ends_sessions: true,
    },
    Revocation {
        what: "user deleted",
        by: By::System,
        request: |app, s| admin(app, s, "DELETE", &format!("/admin/users/{}", s.subject), json!({})),
        ends_sessions: true,
    },
    Revocation {
        what: "password set",
        by: By::System,
        request: |app, s| {
            let body = json!({ "new_password": "correct horse battery staple" });
            admin(app, s, "PUT", &format!("/admin/users/{}/password", s.subject), body)
        },
        ends_sessions: true,
    },
    Revocation { what: "role changed", by: By::System, request: promote_subject, ends_sessions: true },
    Revocation {
        what: "role changed, on behalf",
        by: By::Supporter,
        request: promote_subject,
        ends_sessions: true,
    },
    Revocation {
        what: "membership removed",
        by: By::System,
        request: |app, s| admin(app, s, "DELETE", &format!("/admin/memberships/{}", s.subject), json!({})),
        ends_sessions: true,
    },
    Revocation {
        what: "client disabled",
        by: By::System,
        request: |app, s| {
            let path = format!("/admin/oauth/clients/{}", s.client.0);
            admin(app, s, "PUT", &path, json!({ "status": "disabled" }))
        },
        ends_sessions: true,
    },
    Revocation {
        what: "client deleted",
        by: By::System,
        request: |app, s| admin(app, s, "DELETE", &format!("/admin/oauth/clients/{}", s.client.0), json!({})),
        ends_sessions: true,
    },
    Revocation {
        what: "API key deactivated",
        by: By::System,
        request: |app, s| {
            let path = format!("/auth/api-keys/{}/status", s.key_id);
            admin(app, s, "PUT", &path, json!({ "status": "inactive" }))
        },
        ends_sessions: true,
    },
    Revocation {
        what: "API key deleted",
        by: By::System,
        request: |app, s| admin(app, s, "DELETE", &format!("/auth/api-keys/{}", s.key_id), json!({})),
        ends_sessions: true,
    },
    Revocation {
        what: "minter logged out",
        by: By::Self_,
        request: |app, s| app.request("POST", "/auth/logout").bearer(&s.subject_token),
        ends_sessions: false,
    },
    Revocation {
        what: "minter ended all sessions",
        by: By::Self_,
        request: |app, s| app.request("DELETE", "/auth/me/sessions").bearer(&s.subject_token),
        ends_sessions: true,
    },
    Revocation {
        what: "supporter logged out",
        by: By::Supporter,
        request: |app, s| app.request("POST", "/auth/logout").bearer(&s.supporter_token),
        ends_sessions: true,
    },
    Revocation {
        what: "supporter disabled",
        by: By::Supporter,
        request: |app, s| {
            let path = format!("/admin/users/{}/status", s.supporter);
            admin(app, s, "PUT", &path, json!({ "status": "disabled" }))
        },
        ends_sessions: true,
    },
    Revocation {
        what: "supporter demoted",
        by: By::Supporter,
        request: |app, s| {
            let path = format!("/admin/memberships/{}", s.supporter);
            admin(app, s, "PUT", &path, json!({ "role": "member" }))
        },
        ends_sessions: true,
    },
    Revocation {
        what: "supporter removed",
        by: By::Supporter,
        request: |app, s| admin(app, s, "DELETE", &format!("/admin/memberships/{}", s.supporter), json!({})),
        ends_sessions: true,
    },
];

fn disable_subject(app: &TestApp, s: &Scene) -> TestRequest {
    admin(app, s, "PUT", &format!("/admin/users/{}/status", s.subject), json!({ "status": "disabled" }))
}

fn promote_subject(app: &TestApp, s: &Scene) -> TestRequest {
    admin(app, s, "PUT", &format!("/admin/memberships/{}", s.subject), json!({ "role": "support" }))
}

fn done(answer: &Answer) -> bool {
    matches!(answer.status, 200 | 204)
}

#[tokio::test]
async fn p09_what_is_revoked_between_mint_and_redeem_signs_nobody_in() {
    let app = TestApp::start().await;
    let root = app.sign_in(app.admin).await.access;
    for (n, Revocation { what, by, request, .. }) in REVOCATIONS.iter().enumerate() {
        let scene = Scene::set(&app, &root, n, *by).await;
        let sessions: i64 = app.query("SELECT count(*) FROM sessions");
        assert!(done(&request(&app, &scene).send().await), "{what}");
        assert_eq!(scene.redeem(&app, *by).await.refusal(), REFUSED, "{what}");
        assert_eq!(app.query::<i64>("SELECT count(*) FROM sessions"), sessions, "{what}");
    }
}

#[tokio::test]
async fn p09_what_is_revoked_between_read_and_commit_has_no_living_session() {
    let app = TestApp::start().await;
    let root = app.sign_in(app.admin).await.access;
    for (n, Revocation { what, by, request, .. }) in REVOCATIONS.iter().enumerate() {
        let scene = Scene::set(&app, &root, n, *by).await;
        let (done_at, revoked) = tokio::sync::oneshot::channel();
        let revoke = request(&app, &scene).send();
        app.faults.before_next_commit(async move { done_at.send(revoke.await) });
        let answer = scene.redeem(&app, *by).await;
        assert!(revoked.await.is_ok_and(|a| done(&a)), "{what}");
        if answer.status == 200 {
            let tokens = Tokens::of(answer);
            assert_eq!(app.get("/auth/me", &tokens.access).await.status, 401, "{what}");
            let refresh = json!({ "refresh_token": tokens.refresh });
            assert_eq!(app.post("/auth/refresh", "", refresh).await.status, 401, "{what}");
        } else {
            assert_eq!(answer.refusal(), REFUSED, "{what}");
        }
    }
}

#[tokio::test]
async fn what_is_revoked_after_the_redemption_ends_its_session() {
    let app = TestApp::start().await;
    let root = app.sign_in(app.admin).await.access;
    for (n, Revocation { what, by, request, ends_sessions }) in REVOCATIONS.iter().enumerate() {
        let scene = Scene::set(&app, &root, n, *by).await;
        let tokens = Tokens::of(scene.redeem(&app, *by).await);
        assert_eq!(app.get("/auth/me", &tokens.access).await.status, 200, "{what}");
        assert!(done(&request(&app, &scene).send().await), "{what}");
        let expected = if *ends_sessions { 401 } else { 200 };
        assert_eq!(app.get("/auth/me", &tokens.access).await.status, expected, "{what}");
        let refresh = json!({ "refresh_token": tokens.refresh });
        if *by != By::Supporter {
            assert_eq!(app.post("/auth/refresh", "", refresh).await.status, expected, "{what}");
        }
    }
}

#[tokio::test]
async fn s07_a_user_locked_after_minting_is_refused_also_once_unlocked() {
    let app = TestApp::start().await;
    let root = app.sign_in(app.admin).await.access;
    let scene = Scene::set(&app, &root, 0, By::System).await;
    let status = format!("/admin/users/{}/status", scene.subject);
    assert_eq!(app.put(&status, &root, json!({ "status": "disabled" })).await.status, 200);
    assert_eq!(scene.redeem(&app, By::System).await.refusal(), REFUSED);
    assert_eq!(app.put(&status, &root, json!({ "status": "active" })).await.status, 200);
    assert_eq!(scene.redeem(&app, By::System).await.refusal(), REFUSED, "the lock ended the ticket");
    let why: Vec<_> = app.audit("ticket.refused").into_iter().map(|row| row["why"].clone()).collect();
    assert_eq!(why, ["user_inactive", "changed_since_minting"]);
    assert_eq!(app.redeem(&app.ticket(scene.subject).await).await.status, 200, "a new ticket signs in");
}

#[tokio::test]
async fn a_disabled_tenant_signs_nobody_in() {
    let app = TestApp::start().await;
    let root = app.sign_in(app.admin).await.access;
    let create = json!({ "name": "globex" });
    let created = app.post("/admin/tenants", &root, create).await.body["data"]["id"].clone();
    let id = created.as_str().and_then(TenantId::parse).expect("a tenant");
    let mint = async || {
        let minted = ticket::mint_at_console(&app.parts, id, Mint::for_user(app.admin)).await;
        minted.expect("mints").ticket.expose().to_owned()
    };
    let set = |status: &str| {
        app.request("PUT", &format!("/admin/tenants/{id}"))
            .bearer(&root)
            .json(json!({ "status": status }))
            .send()
    };
    let (early, late) = (mint().await, mint().await);
    let tokens = Tokens::of(app.redeem(&early).await);
    assert_eq!(tokens.claims()["tenant_id"], created);
    assert_eq!(set("disabled").await.status, 200);
    assert_eq!(app.redeem(&late).await.refusal(), REFUSED);
    assert_eq!(app.get("/auth/me", &tokens.access).await.status, 401);

    assert_eq!(set("active").await.status, 200);
    let middle = mint().await;
    app.faults.before_next_commit(set("disabled"));
    let tokens = Tokens::of(app.redeem(&middle).await);
    assert_eq!(app.get("/auth/me", &tokens.access).await.status, 401, "between read and commit");
}

#[tokio::test]
async fn what_an_expired_key_minted_stays() {
    let app = TestApp::start().await;
    let root = app.sign_in(app.admin).await.access;
    let alice = app.user("alice", Role::Member).await.to_string();
    let expires_at = Timestamp::to_string(&app.parts.now().plus(Span::seconds(60)));
    let body = json!({ "name": "short", "scopes": ["ticket:mint"], "expires_at": expires_at });
    let key = app.post("/auth/api-keys", &root, body).await.body["data"]["raw_key"].clone();
    let key = key.as_str().expect("a key");
    let ticket = app.mint(key, json!({ "user_id": alice })).await;
    app.clock.advance(Span::seconds(60));
    assert_eq!(app.post("/auth/generate-ticket", key, json!({ "user_id": alice })).await.status, 401);
    assert_eq!(app.redeem(&ticket).await.status, 200);
}

#[tokio::test]
async fn a_client_that_may_no_longer_redeem_the_purpose_does_not() {
    let app = TestApp::start().await;
    let root = app.sign_in(app.admin).await.access;
    let scene = Scene::set(&app, &root, 0, By::System).await;
    let path = format!("/admin/oauth/clients/{}", scene.client.0);
    assert_eq!(app.put(&path, &root, json!({ "purposes": ["on_behalf"] })).await.status, 200);
    assert_eq!(scene.redeem(&app, By::System).await.refusal(), REFUSED);
}

#[tokio::test]
async fn a_user_renamed_after_minting_still_signs_in() {
    let app = TestApp::start().await;
    let root = app.sign_in(app.admin).await.access;
    let scene = Scene::set(&app, &root, 0, By::System).await;
    let path = format!("/admin/users/{}", scene.subject);
    assert_eq!(app.put(&path, &root, json!({ "username": "renamed" })).await.status, 200);
    let answer = scene.redeem(&app, By::System).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.body["user"]["username"], "renamed");
}

#[tokio::test]
async fn a_mint_in_the_middle_of_a_revocation_makes_a_dead_ticket() {
    let app = TestApp::start().await;
    let root = app.sign_in(app.admin).await.access;
    let alice = app.user("alice", Role::Member).await;
    let key = app.api_key(&[Permission::TicketMint], Role::Member).await;
    let disable = app.request("PUT", &format!("/admin/users/{alice}/status")).bearer(&root);
    app.faults.before_next_commit(disable.json(json!({ "status": "disabled" })).send());
    let minted = app.post("/auth/generate-ticket", &key, json!({ "user_id": alice.to_string() })).await;
    if minted.status == 200 {
        let ticket = minted.body["ticket"].as_str().expect("a ticket");
        assert_eq!(app.redeem(ticket).await.refusal(), REFUSED);
    }
}
