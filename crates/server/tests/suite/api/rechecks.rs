//! Every restriction there is, against sessions of every kind: what of it a refresh sees.

use Outcome::{Asked, Dead, GoesOn, Refused};
use authms_core::access::{Permission, Role};
use authms_core::id::UserId;
use authms_core::mfa::MfaPolicy;
use authms_core::time::Span;
use authms_testkit::places::{BAD, HOME, JAPAN};
use authms_testkit::{Answer, Population, TestApp, TestRequest, Tokens};
use serde_json::{Value, json};

const PASSWORD: &str = "correct horse battery staple";

/// What comes of a refresh after a restriction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Outcome {
    /// The next tokens.
    GoesOn,
    /// A challenge; the access token ends by itself.
    Asked,
    /// Neither; the same.
    Refused,
    /// Refused, and the access token is refused, too.
    Dead,
}

/// A restriction, and what it means for a session opened by password, by a ticket of an API key, and by a client.
type Row = (&'static str, [Outcome; 3]);

const ROWS: [Row; 25] = [
    ("nothing", [GoesOn, GoesOn, GoesOn]),
    ("user disabled", [Dead, Dead, Dead]),
    ("user disabled and enabled", [Dead, Dead, Dead]),
    ("user deleted", [Dead, Dead, Dead]),
    ("tenant disabled", [Dead, Dead, Dead]),
    ("membership removed", [Dead, Dead, Dead]),
    ("role changed", [Dead, Dead, Dead]),
    ("password set by an administrator", [Dead, Dead, Dead]),
    ("password compromised", [Dead, Dead, Dead]),
    ("password expired", [Refused, GoesOn, GoesOn]),
    ("all sessions ended", [Dead, Dead, Dead]),
    ("signed out", [Dead, GoesOn, GoesOn]),
    ("client disabled", [GoesOn, GoesOn, Dead]),
    ("client deleted", [GoesOn, GoesOn, Dead]),
    ("client's purpose taken", [GoesOn, GoesOn, Dead]),
    ("key deactivated", [GoesOn, Dead, GoesOn]),
    ("key deleted", [GoesOn, Dead, GoesOn]),
    ("key compromised", [GoesOn, Dead, GoesOn]),
    ("a factor asked of everybody, who has one", [Asked, Asked, Asked]),
    ("a factor asked of the role, who has one", [Asked, Asked, Asked]),
    ("a factor asked of a higher role", [GoesOn, GoesOn, GoesOn]),
    ("a factor asked of everybody, who enrols one first", [Asked, Asked, Asked]),
    ("abroad, who has a factor", [Asked, Asked, GoesOn]),
    ("abroad, who has none", [GoesOn, GoesOn, GoesOn]),
    ("a listed address abroad", [Dead, Dead, GoesOn]),
];

/// A tenant of its own, with somebody in it and a session of each kind, each refreshed once.
struct Scene<'a> {
    tenant: Population<'a>,
    root: String,
    user: UserId,
    client: String,
    key: String,
    /// Before the refresh and after it.
    sessions: Vec<(Tokens, Tokens)>,
}

impl<'a> Scene<'a> {
    async fn new(app: &'a TestApp) -> Self {
        let tenant = app.another_tenant("branch").await;
        let user = tenant.user_with_password("ada", Role::Member, PASSWORD).await;
        let client = tenant.client("shop").await;
        let key = tenant.key(&[Permission::TicketMint], Role::Member).await;
        app.clock.advance(Span::hours(48));
        let root = tenant.signed_in("root", Role::SuperAdmin).await.1;

        let login =
            json!({ "identity": "ada", "password": PASSWORD, "tenant_id": tenant.tenant.to_string() });
        let by_password = app.request("POST", "/auth/login").json(login);
        let minted = app.mint(key.raw.expose(), json!({ "user_id": user.to_string() })).await;
        let by_key = app.signin(json!({ "ticket": minted }));
        let (id, secret) = (client.client.id.to_string(), client.secret.expose());
        let by_client = app.signin(json!({ "ticket": tenant.ticket(user).await })).basic(&id, secret);
        let mut sessions = Vec::new();
        for request in [by_password, by_key, by_client] {
            let first = granted(request.from(HOME).send().await);
            let second = granted(refresh(app, &first, HOME).send().await);
            sessions.push((first, second));
        }
        let key = key.key.id.to_string();
        Self { tenant, root, user, client: id, key, sessions }
    }

    /// Restricts, and says from where the refreshes come then.
    async fn restrict(&self, what: &str) -> &'static str {
        let Self { tenant, user, client, key, .. } = self;
        let administered = |path: &str| format!("/admin/users/{user}/{path}");
        let membership = format!("/admin/memberships/{user}");
        let (client, key) = (format!("/admin/oauth/clients/{client}"), format!("/auth/api-keys/{key}"));
        match what {
            "user disabled" => self.put(&administered("status"), json!({ "status": "disabled" })).await,
            "user disabled and enabled" => {
                for status in ["disabled", "active"] {
                    self.put(&administered("status"), json!({ "status": status })).await;
                }
            }
            "user deleted" => self.delete(&format!("/admin/users/{user}")).await,
            "tenant disabled" => self.disable_tenant().await,
            "membership removed" => self.delete(&membership).await,
            "role changed" => self.put(&membership, json!({ "role": "support" })).await,
            "password set by an administrator" => {
                self.put(&administered("password"), json!({ "new_password": "a wholly different phrase" }))
                    .await;
            }
            "password compromised" => {
                self.carry_out("POST", &administered("password-compromised"), json!({})).await;
            }
            "password expired" => {
                let policy = json!({ "expiry_days": 1, "warning_days": 0, "grace_period_days": 0 });
                self.put("/admin/security/password-policy", policy).await;
            }
            "all sessions ended" => self.as_ada("DELETE", "/auth/me/sessions").await,
            "signed out" => self.as_ada("POST", "/auth/logout").await,
            "client disabled" => self.put(&client, json!({ "status": "disabled" })).await,
            "client deleted" => self.delete(&client).await,
            "client's purpose taken" => self.put(&client, json!({ "purposes": ["on_behalf"] })).await,
            "key deactivated" => self.put(&format!("{key}/status"), json!({ "status": "inactive" })).await,
            "key deleted" => self.delete(&key).await,
            "key compromised" => self.put(&format!("{key}/status"), json!({ "status": "compromised" })).await,
            "a factor asked of everybody, who has one" => {
                tenant.authenticator(*user).await;
                tenant.always_asks().await;
            }
            "a factor asked of the role, who has one" => {
                tenant.authenticator(*user).await;
                self.ask_from(Role::Member).await;
            }
            "a factor asked of a higher role" => self.ask_from(Role::Support).await,
            "a factor asked of everybody, who enrols one first" => tenant.always_asks().await,
            "abroad, who has a factor" => {
                tenant.authenticator(*user).await;
                return self.mind(JAPAN).await;
            }
            "abroad, who has none" => return self.mind(JAPAN).await,
            "a listed address abroad" => return self.mind(BAD).await,
            _ => {}
        }
        HOME
    }

    async fn put(&self, path: &str, body: Value) {
        self.carry_out("PUT", path, body).await;
    }

    async fn delete(&self, path: &str) {
        self.carry_out("DELETE", path, Value::Null).await;
    }

    async fn as_ada(&self, method: &str, path: &str) {
        let request = self.tenant.app().request(method, path).bearer(&self.sessions[0].1.access);
        let answer = request.send().await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }

    async fn carry_out(&self, method: &str, path: &str, body: Value) {
        let answer = self.tenant.app().request(method, path).bearer(&self.root).json(body).send().await;
        assert!((200..300).contains(&answer.status), "{method} {path}: {}", answer.body);
    }

    async fn disable_tenant(&self) {
        let app = self.tenant.app();
        let founder = app.sign_in(app.admin).await.access;
        let path = format!("/admin/tenants/{}", self.tenant.tenant);
        assert_eq!(app.put(&path, &founder, json!({ "status": "disabled" })).await.status, 200);
    }

    async fn ask_from(&self, role: Role) {
        self.tenant.asks_for(MfaPolicy { from_role: Some(role), ..MfaPolicy::default() }).await;
    }

    async fn mind(&self, place: &'static str) -> &'static str {
        self.put("/admin/security/risk-config", json!({ "session_risk_enabled": true })).await;
        place
    }
}

fn refresh(app: &TestApp, tokens: &Tokens, ip: &str) -> TestRequest {
    app.request("POST", "/auth/refresh").json(json!({ "refresh_token": tokens.refresh })).from(ip)
}

fn granted(answer: Answer) -> Tokens {
    assert_eq!((answer.status, &answer.body["requires_mfa"]), (200, &json!(false)), "{}", answer.body);
    Tokens::of(answer)
}

async fn outcome(app: &TestApp, answer: &Answer, access: &str) -> Outcome {
    let tokens = ["access_token", "refresh_token", "user"].map(|member| answer.body.get(member).is_some());
    let alive = app.me(access).await.status == 200;
    match (answer.status, answer.body["requires_mfa"] == json!(true), tokens, alive) {
        (200, false, [true, true, true], true) => GoesOn,
        (200, true, [false, false, false], true) => Asked,
        (401, false, [false, false, false], alive) => {
            // What would answer an ended session again is erased: then its former token is one that was used before.
            assert!([40000201, 40000202].contains(&answer.code()), "{}", answer.body);
            if alive { Refused } else { Dead }
        }
        _ => panic!("{} {}", answer.status, answer.body),
    }
}

#[tokio::test]
async fn p23_every_restriction_against_sessions_of_every_kind() {
    for (what, expected) in ROWS {
        let app = TestApp::start().await;
        let scene = Scene::new(&app).await;
        let ip = scene.restrict(what).await;
        let ways = ["by password", "by an API key's ticket", "by a client"];
        for (((first, second), expected), way) in scene.sessions.iter().zip(expected).zip(ways) {
            // The same as another tab would send it, within the ten seconds, and as the next refresh.
            let repeated = refresh(&app, first, ip).send().await;
            assert_eq!(outcome(&app, &repeated, &second.access).await, expected, "{what}, {way}, repeated");
            let answer = refresh(&app, second, ip).send().await;
            assert_eq!(outcome(&app, &answer, &second.access).await, expected, "{what}, {way}");
        }
    }
}
