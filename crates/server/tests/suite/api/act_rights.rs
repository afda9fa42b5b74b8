//! Whatever a tenant's policy says, and whoever acts for whom: nobody holds a right on somebody's behalf that either side lacks.

use authms_core::access::{Permission, Role};
use authms_core::id::UserId;
use authms_core::ticket::Purpose;
use authms_crypto::pkce_s256;
use authms_testkit::{TestApp, Tokens, VERIFIER, jwt};
use serde_json::{Value, json};

/// How many acts are tried.
const CASES: u32 = 300;

/// Draws what comes next; the same for each run.
struct Draw(u64);

impl Draw {
    fn below(&mut self, bound: usize) -> usize {
        // Knuth's, of which the upper half is good enough.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }

    fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// Some of these, often none: which stands for all.
    fn some(&mut self, of: &[String]) -> Vec<String> {
        let chosen = of.iter().filter(|_| self.once_in(4));
        let chosen: Vec<String> = chosen.cloned().collect();
        if self.once_in(4) { chosen } else { Vec::new() }
    }
}

struct Someone {
    id: UserId,
    role: Role,
    /// An access token of a session in which a second factor was proved.
    own: String,
}

struct World {
    app: TestApp,
    people: Vec<Someone>,
    /// Two that are registered for acts, and one that is not.
    clients: Vec<(String, String)>,
    root: String,
}

impl World {
    async fn new() -> Self {
        let app = TestApp::start().await;
        let mut people = Vec::new();
        for role in Role::ALL.into_iter().cycle().take(8) {
            let (id, own) = app.home().signed_in(&format!("person{}", people.len()), role).await;
            people.push(Someone { id, role, own });
        }
        let mut clients = Vec::new();
        for purposes in [&Purpose::ALL[..], &Purpose::ALL[..], &[Purpose::Sso]] {
            clients.push(app.client(&format!("client{}", clients.len()), purposes).await);
        }
        let root = app.sign_in(app.admin).await.access;
        Self { app, people, clients, root }
    }

    fn rule(&self, draw: &mut Draw) -> Value {
        let roles: Vec<String> = Role::ALL.iter().map(|role| role.as_str().to_owned()).collect();
        let users: Vec<String> = self.people.iter().map(|one| one.id.to_string()).collect();
        let clients: Vec<String> = self.clients.iter().map(|(id, _)| id.clone()).collect();
        json!({
            "actor_roles": draw.some(&roles), "actors": draw.some(&users), "subject_roles": draw.some(&roles),
            "client_ids": draw.some(&clients), "write": draw.once_in(2),
        })
    }

    async fn policy(&self, draw: &mut Draw) -> Value {
        let rules: Vec<Value> = (0..draw.below(4)).map(|_| self.rule(draw)).collect();
        let out: Vec<String> =
            self.people.iter().filter(|_| draw.once_in(8)).map(|one| one.id.to_string()).collect();
        let policy = json!({ "rules": rules, "opted_out": out, "break_glass": draw.once_in(2) });
        let answer = self.app.put("/admin/on-behalf/policy", &self.root, policy.clone()).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        policy
    }

    /// Gives somebody another role; their sessions end with it.
    async fn move_to(&mut self, who: usize, role: Role) {
        let path = format!("/admin/memberships/{}", self.people[who].id);
        let answer = self.app.put(&path, &self.root, json!({ "role": role.as_str() })).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        self.people[who].role = role;
        self.people[who].own = self.app.sign_in(self.people[who].id).await.access;
    }
}

/// What a rule lets do, as the documentation says it, and not as the code does.
fn lets_write(policy: &Value, (actor, subject): (&Someone, &Someone), client: &str) -> bool {
    let among = |list: &Value, one: &str| {
        list.as_array().is_none_or(|list| list.is_empty() || list.iter().any(|entry| entry == one))
    };
    policy["rules"].as_array().into_iter().flatten().any(|rule| {
        rule["write"] == true
            && among(&rule["actor_roles"], actor.role.as_str())
            && among(&rule["actors"], &actor.id.to_string())
            && among(&rule["subject_roles"], subject.role.as_str())
            && among(&rule["client_ids"], client)
    })
}

#[tokio::test]
async fn s56_whatever_the_policy_nobody_holds_a_right_that_either_side_lacks() {
    let (mut w, mut draw) = (World::new().await, Draw(42));
    let (mut begun, mut wrote, mut policy) = (0, 0, json!({}));
    for case in 0..CASES {
        if case % 5 == 0 {
            policy = w.policy(&mut draw).await;
        }
        let (mut a, mut s) = (draw.below(w.people.len()), draw.below(w.people.len()));
        if w.people[a].role < w.people[s].role && !draw.once_in(4) {
            std::mem::swap(&mut a, &mut s);
        }
        let write = draw.once_in(2);
        let glass = draw.once_in(8);
        w.app.proves(&w.people[a].own);
        let bound = draw.once_in(3).then(|| draw.one(&w.clients).0.clone());
        let ask = json!({
            "user_id": w.people[s].id.to_string(), "reason": "ticket 42", "write": write, "break_glass": glass,
            "client_id": bound, "proof": pkce_s256(VERIFIER), "purpose": "on_behalf",
        });
        let minted = w.app.post("/auth/generate-ticket", &w.people[a].own, ask.clone()).await;
        if minted.status != 200 {
            continue;
        }
        // Sometimes either side is another when the ticket is redeemed.
        if draw.once_in(8) {
            let who = if draw.once_in(2) { a } else { s };
            let role = *draw.one(&Role::ALL);
            w.move_to(who, role).await;
        }
        if draw.once_in(8) {
            policy = w.policy(&mut draw).await;
        }
        let (id, secret) = draw.one(&w.clients).clone();
        let redeemed = w.app.signin(json!({ "ticket": minted.body["ticket"], "verifier": VERIFIER }));
        let redeemed = redeemed.basic(&id, &secret).send().await;
        if redeemed.status != 200 {
            continue;
        }
        let (actor, subject) = (&w.people[a], &w.people[s]);
        let token = Tokens::of(redeemed).access;
        let claims = jwt::claims(&token);
        let told = w.app.request("POST", "/oauth/introspect").basic(&id, &secret);
        let told = told.json(json!({ "token": token })).send().await.body;
        let seen =
            format!("case {case}: {:?} for {:?} by {policy} asked {ask}: {claims}", actor.role, subject.role);
        assert!(subject.role < actor.role, "{seen}");
        assert!(glass || !policy["opted_out"].as_array().expect("a list").contains(&claims["sub"]), "{seen}");
        for rights in [&claims, &told] {
            let role = rights["role"].as_str().and_then(Role::parse).expect("a role");
            assert!(role <= actor.role && role <= subject.role, "{seen}");
            for word in rights["scope"].as_str().expect("a scope").split(' ') {
                let held = match word {
                    "read" => true,
                    "write" => write && lets_write(&policy, (actor, subject), &id),
                    name => {
                        let permission = Permission::parse(name).expect("a permission");
                        actor.role.grants(permission) && subject.role.grants(permission)
                    }
                };
                assert!(held, "{word}: {seen}");
            }
        }
        assert_eq!(told["active"], true, "{seen}");
        let here = w.app.get("/auth/me/permissions", &token).await.body.to_string();
        let more =
            Permission::ALL.into_iter().filter(|p| !(actor.role.grants(*p) && subject.role.grants(*p)));
        for permission in more {
            assert!(!here.contains(permission.as_str()), "{permission:?}: {here}: {seen}");
        }
        begun += 1;
        wrote += u32::from(claims["scope"].as_str().is_some_and(|scope| scope.contains("write")));
    }
    assert!(begun >= 10 && wrote >= 2, "of {CASES} too few began to say anything: {begun}, {wrote} to write");
}
