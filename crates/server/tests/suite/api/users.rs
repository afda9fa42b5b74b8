//! Administering people.

use super::stage::{PASSWORD, scopes};
use authms_core::access::{Permission, Role};
use authms_core::id::UserId;
use authms_testkit::{Answer, Population, TestApp};
use serde_json::{Value, json};

const USERS: &str = "/admin/users";

async fn put(app: &TestApp, bearer: &str, path: &str, body: Value) -> Answer {
    app.request("PUT", path).bearer(bearer).json(body).send().await
}

#[tokio::test]
async fn a_users_life() {
    let app = TestApp::start().await;
    let (_, admin) = app.home().signed_in("deputy", Role::Admin).await;
    let body = json!({ "username": "Alice", "email": "Alice@Example.Test", "phone": "+49 (30) 123-456", "password": PASSWORD });
    let made = app.post(USERS, &admin, body).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let user = &made.body["data"]["user"];
    assert_eq!(user["username"], "alice");
    assert_eq!(user["email"], "alice@example.test");
    assert_eq!(user["phone"], "+4930123456");
    assert_eq!((&user["role"], &user["status"]), (&json!("member"), &json!("active")));
    assert_eq!(user["must_change_password"], true, "somebody else knows it");
    assert_eq!(
        made.body["data"]["identities"]
            .as_array()
            .expect("identities")
            .iter()
            .map(|i| i["identifier"].clone())
            .collect::<Vec<_>>(),
        ["a***", "a***@example.test", "+***"]
    );
    let id = user["id"].as_str().expect("an id").to_owned();
    let path = format!("{USERS}/{id}");
    let shown = app.get(&path, &admin).await;
    assert_eq!(shown.body["data"], made.body["data"]);
    assert!(!shown.body.to_string().contains("argon2"), "no hash is ever shown");

    for identity in ["ALICE", "alice@EXAMPLE.test", "+49 30 123456"] {
        let login =
            app.request("POST", "/auth/login").json(json!({ "identity": identity, "password": PASSWORD }));
        assert_eq!(login.send().await.status, 200, "{identity}");
    }
    let changed =
        put(&app, &admin, &path, json!({ "nickname": " Ally ", "email": "ally@example.test" })).await;
    assert_eq!((changed.status, &changed.body["data"]["nickname"]), (200, &json!("Ally")));
    assert_eq!(changed.body["data"]["username"], "alice", "what is absent stays");

    // Disabled: everything ends at once.
    let alice = UserId::parse(&id).expect("an id");
    let (session, ticket) = (app.sign_in(alice).await, app.ticket(alice).await);
    let off = put(&app, &admin, &format!("{path}/status"), json!({ "status": "disabled" })).await;
    assert_eq!((off.status, &off.body["data"]["status"]), (200, &json!("disabled")));
    assert_eq!(app.get("/auth/me", &session.access).await.refusal(), (401, 40000009));
    assert_eq!(app.redeem(&ticket).await.refusal(), (400, 40000401));
    let login = || {
        app.request("POST", "/auth/login").json(json!({ "identity": "alice", "password": PASSWORD })).send()
    };
    assert_eq!(login().await.refusal(), (401, 40000502));
    assert_eq!(put(&app, &admin, &format!("{path}/status"), json!({ "status": "active" })).await.status, 200);
    assert_eq!(login().await.status, 200);
    assert_eq!(app.get("/auth/me", &session.access).await.status, 401, "what ended stays ended");
    assert_eq!(app.redeem(&ticket).await.status, 400);

    // Deleted: gone for good, and the names are free again.
    let session = app.sign_in(alice).await;
    let gone = app.request("DELETE", &path).bearer(&admin).send().await;
    assert_eq!((gone.status, gone.body), (204, Value::Null));
    assert_eq!(app.get("/auth/me", &session.access).await.status, 401);
    for (method, more, body) in [
        ("GET", "", Value::Null),
        ("PUT", "", json!({ "nickname": "x" })),
        ("PUT", "/status", json!({ "status": "active" })),
        ("PUT", "/password", json!({ "new_password": "a different long sentence" })),
        ("DELETE", "", Value::Null),
    ] {
        let request = app.request(method, &format!("{path}{more}")).bearer(&admin);
        let request = if body.is_null() { request } else { request.json(body) };
        assert_eq!(request.send().await.refusal(), (404, 40000301), "{method} {more}");
    }
    let membership = format!("/admin/memberships/{id}");
    assert_eq!(put(&app, &admin, &membership, json!({ "role": "support" })).await.refusal(), (404, 40000301));
    assert_eq!(app.request("DELETE", &membership).bearer(&admin).send().await.refusal(), (404, 40000301));
    let kept = app.get(&format!("{USERS}?status=deleted"), &admin).await;
    assert_eq!(kept.body["total"], 1);
    for name in ["username", "email", "phone", "nickname"] {
        assert!(kept.body["items"][0].get(name).is_none(), "{name} was erased: {}", kept.body);
    }
    assert_eq!(
        app.post(USERS, &admin, json!({ "username": "alice", "email": "ally@example.test" })).await.status,
        201
    );
}

#[tokio::test]
async fn p33_names_are_normalized_and_what_reads_alike_is_taken() {
    let app = TestApp::start().await;
    let admin = app.sign_in(app.admin).await.access;
    let first = json!({ "username": "paypal", "email": "pay@example.test", "phone": "+4930123456" });
    assert_eq!(app.post(USERS, &admin, first).await.status, 201);
    let other = app.user("other", Role::Member).await;
    for body in [
        json!({ "username": "paypal" }),
        json!({ "username": "PayPal" }),
        json!({ "username": " paypal " }),
        json!({ "username": "ｐａｙｐａｌ" }),
        json!({ "username": "paypa1" }),
        json!({ "email": "PAY@example.test" }),
        json!({ "email": "pay＠example.test" }),
        json!({ "phone": "+49 30 123456" }),
        json!({ "phone": "+49 (30) 12-34-56" }),
    ] {
        let before = app.written();
        assert_eq!(app.post(USERS, &admin, body.clone()).await.refusal(), (409, 40000303), "{body}");
        let changed = put(&app, &admin, &format!("{USERS}/{other}"), body.clone()).await;
        assert_eq!(changed.refusal(), (409, 40000303), "{body}");
        assert_eq!(app.written(), before, "{body}");
    }
    for (member, bad) in [
        ("username", "pаypal"),
        ("username", "a b"),
        ("username", ""),
        ("username", "12345"),
        ("username", "a@b.test"),
        ("username", "a\u{200d}b"),
        ("username", "a\u{202e}b"),
        ("email", "no-at-sign"),
        ("email", "a@b@example.test"),
        ("email", "a@localhost"),
        ("email", "é@example.test"),
        ("email", ""),
        ("phone", "1234"),
        ("phone", "+1234567890123456"),
        ("phone", "call me"),
        ("nickname", ""),
        ("nickname", "a\u{2028}b"),
        ("role", "owner"),
        ("password", "short"),
    ] {
        let mut body = json!({ "username": "fine" });
        body[member] = json!(bad);
        let answer = app.post(USERS, &admin, body).await;
        assert_eq!(answer.status, 400, "{member} {bad:?}: {}", answer.body);
        let names = answer.body["message"].as_str().is_some_and(|m| m.contains(member));
        assert!(names, "{member} {bad:?}: {}", answer.body);
    }
    let nameless = app.post(USERS, &admin, json!({ "nickname": "Nobody" })).await;
    assert_eq!((nameless.refusal(), nameless.body["member"].as_str()), ((400, 40000001), Some("username")));
}

/// p22: nobody becomes something by saying so.
#[tokio::test]
async fn p22_members_that_are_not_for_the_caller_to_say_are_ignored() {
    let app = TestApp::start().await;
    let (_, admin) = app.home().signed_in("deputy", Role::Admin).await;
    let extra = json!({
        "id": "usr_0000000000000000000001", "status": "disabled", "fence": 99, "rev": 99, "is_super_admin": true,
        "permissions": ["tenant:write"], "tenant": "tnt_x", "email_verified": true,
        "email_verified_at": "2020-01-01T00:00:00Z", "phone_verified_at": "2020-01-01T00:00:00Z",
        "must_change_password": false, "has_password": true, "mfa_enabled": true,
        "created_at": "1970-01-01T00:00:00Z", "locked_until": null, "identities": [], "memberships": [], "roles": ["admin"],
        "__proto__": { "role": "admin" },
    });
    let with = |mut body: Value| {
        for (name, value) in extra.as_object().expect("an object") {
            body[name] = value.clone();
        }
        body
    };
    let made = app.post(USERS, &admin, with(json!({ "username": "alice", "password": PASSWORD }))).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let user = made.body["data"]["user"].clone();
    assert_ne!(user["id"], extra["id"]);
    assert_eq!((&user["status"], &user["role"]), (&json!("active"), &json!("member")));
    assert_eq!(user["must_change_password"], true);
    assert_eq!(user["tenant_id"], app.tenant.to_string());
    for absent in ["email_verified", "email_verified_at", "mfa_enabled", "permissions", "fence", "rev"] {
        assert!(user.get(absent).is_none(), "{absent}");
    }
    let path = format!("{USERS}/{}", user["id"].as_str().expect("an id"));
    let changed =
        put(&app, &admin, &path, with(json!({ "nickname": "Ally", "password": "mine now, all of it" })))
            .await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    for member in ["id", "status", "role", "must_change_password", "tenant_id", "created_at", "username"] {
        assert_eq!(changed.body["data"][member], user[member], "{member}");
    }
    let login =
        app.request("POST", "/auth/login").json(with(json!({ "identity": "alice", "password": PASSWORD })));
    let session = login.send().await;
    assert_eq!((session.status, &session.body["must_change_password"]), (200, &json!(true)));
    let token = session.body["challenge_token"].as_str().unwrap_or_default();
    let change =
        json!({ "old_password": PASSWORD, "new_password": "a different long sentence", "role": "admin" });
    assert_eq!(put(&app, token, "/auth/me/password", with(change)).await.status, 200);
    let session = app.login("alice", "a different long sentence").await;
    let token = session.body["access_token"].as_str().unwrap_or_default();
    let mine = app.get("/auth/me/memberships", token).await;
    assert_eq!(mine.body["items"][0]["role"], "member");
    assert_eq!(app.get("/auth/me/permissions", token).await.body["data"]["permissions"], json!([]));
}

/// All that may be done to a user, by route.
fn acts(id: UserId) -> Vec<(&'static str, String, Value)> {
    let user = format!("{USERS}/{id}");
    vec![
        ("PUT", user.clone(), json!({ "nickname": "Nick" })),
        ("PUT", format!("{user}/password"), json!({ "new_password": "a different long sentence" })),
        ("PUT", format!("{user}/status"), json!({ "status": "disabled" })),
        ("PUT", format!("{user}/status"), json!({ "status": "active" })),
        ("PUT", format!("/admin/memberships/{id}"), json!({ "role": "member" })),
        ("DELETE", format!("/admin/memberships/{id}"), Value::Null),
        ("DELETE", user, Value::Null),
    ]
}

async fn act(app: &TestApp, bearer: &str, (method, path, body): &(&'static str, String, Value)) -> Answer {
    let request = app.request(method, path).bearer(bearer);
    if body.is_null() { request.send().await } else { request.json(body.clone()).send().await }
}

/// p20: whoever administers ranks above whom they administer.
#[tokio::test]
async fn p20_nobody_touches_equals_or_superiors() {
    let app = TestApp::start().await;
    let home = app.home();
    let mut n = 0;
    for target in Role::ALL {
        for actor in [Role::Admin, Role::SuperAdmin] {
            let (_, person) = home.signed_in(&format!("actor{n}"), actor).await;
            let key = home.key(&scopes(), actor).await.raw;
            n += 1;
            for (bearer, may) in [
                (person.as_str(), target < actor || actor == Role::SuperAdmin),
                (key.expose(), target <= actor),
            ] {
                n += 1;
                // Removed last: each of both has somebody of its own.
                let removed = home.user(&format!("removed{n}"), target).await;
                let deleted = home.user(&format!("deleted{n}"), target).await;
                let before = app.written();
                for doing in acts(deleted).into_iter().filter(|(_, path, _)| !path.contains("memberships")) {
                    let answer = act(&app, bearer, &doing).await;
                    assert_eq!(answer.status < 300, may, "{actor:?} {target:?} {doing:?}: {}", answer.body);
                    assert!(may || answer.refusal() == (403, 40000011), "{doing:?}: {}", answer.body);
                }
                for doing in acts(removed).into_iter().filter(|(_, path, _)| path.contains("memberships")) {
                    let answer = act(&app, bearer, &doing).await;
                    assert_eq!(answer.status < 300, may, "{actor:?} {target:?} {doing:?}: {}", answer.body);
                    assert!(may || answer.refusal() == (403, 40000011), "{doing:?}: {}", answer.body);
                }
                assert!(may || app.written() == before, "{actor:?} {target:?}: something was stored");
            }
        }
    }
}

#[tokio::test]
async fn nobody_appoints_to_their_own_rank_or_above() {
    let app = TestApp::start().await;
    let home = app.home();
    for actor in [Role::Admin, Role::SuperAdmin] {
        let (me, bearer) = home.signed_in(&format!("the-{}", actor.as_str().replace('_', "-")), actor).await;
        for role in Role::ALL {
            let name = format!("{}-{}", actor.as_str().replace('_', "-"), role.as_str().replace('_', "-"));
            let may = role < actor || actor == Role::SuperAdmin;
            let expected = |ok: u16| if may { (ok, 0) } else { (403, 40000011) };
            let made = app
                .post(USERS, &bearer, json!({ "username": format!("new-{name}"), "role": role.as_str() }))
                .await;
            assert_eq!(made.refusal(), expected(201), "{actor:?} creates {role:?}");
            let user = home.user(&name, Role::Member).await;
            let set =
                put(&app, &bearer, &format!("/admin/memberships/{user}"), json!({ "role": role.as_str() }))
                    .await;
            assert_eq!(set.refusal(), expected(200), "{actor:?} appoints {role:?}");
            let other = home.user(&format!("{name}2"), Role::Member).await;
            let set = put(&app, &bearer, &format!("{USERS}/{other}"), json!({ "role": role.as_str() })).await;
            assert_eq!(set.refusal(), expected(200), "{actor:?} appoints {role:?} by update");
        }
        if actor == Role::Admin {
            for path in [format!("{USERS}/{me}"), format!("/admin/memberships/{me}")] {
                let own = put(&app, &bearer, &path, json!({ "role": "super_admin" })).await;
                assert_eq!(own.refusal(), (403, 40000011), "nobody promotes themself: {path}");
            }
        }
        let own = json!({ "new_password": "a different long sentence" });
        let own = put(&app, &bearer, &format!("{USERS}/{me}/password"), own).await;
        assert_eq!(own.refusal(), (403, 40000011), "one's own password takes the present one");
        assert_eq!(app.get("/auth/me", &bearer).await.status, 200);
    }
}

#[tokio::test]
async fn another_role_ends_what_rested_on_the_former() {
    let app = TestApp::start().await;
    let (alice, session) = app.home().signed_in("alice", Role::Support).await;
    let ticket = app.ticket(alice).await;
    let admin = app.sign_in(app.admin).await.access;
    let path = format!("/admin/memberships/{alice}");
    assert_eq!(put(&app, &admin, &path, json!({ "role": "support" })).await.status, 200);
    assert_eq!(app.get("/auth/me", &session).await.status, 200, "nothing changed, so nothing ends");
    assert_eq!(put(&app, &admin, &path, json!({ "role": "member" })).await.status, 200);
    assert_eq!(app.get("/auth/me", &session).await.status, 401);
    assert_eq!(app.redeem(&ticket).await.status, 400);
    assert_eq!(app.sign_in(alice).await.claims()["role"], "member");

    let last = app.sign_in(alice).await.access;
    assert_eq!(app.request("DELETE", &path).bearer(&admin).send().await.status, 204);
    assert_eq!(app.get("/auth/me", &last).await.status, 401);
    assert_eq!(app.get(&format!("{USERS}/{alice}"), &admin).await.refusal(), (404, 40000301));
    assert_eq!(app.request("DELETE", &path).bearer(&admin).send().await.refusal(), (404, 40000301));
}

#[tokio::test]
async fn an_account_is_administered_where_it_was_created() {
    let app = TestApp::start().await;
    let other = app.another_tenant("other").await;
    let (_, boss) = other.signed_in("boss", Role::SuperAdmin).await;
    let seen = app.get(&format!("{USERS}/{}", app.admin), &boss).await;
    assert_eq!(seen.status, 200, "the founder is a member: {}", seen.body);
    for doing in acts(app.admin).into_iter().filter(|(_, path, _)| !path.contains("memberships")) {
        assert_eq!(act(&app, &boss, &doing).await.refusal(), (403, 40000103), "{doing:?}");
    }
    let leave = app.request("DELETE", &format!("/admin/memberships/{}", app.admin)).bearer(&boss);
    assert_eq!(leave.send().await.status, 204, "their membership is the tenant's to end");
    assert_eq!(app.redeem(&app.ticket(app.admin).await).await.status, 200, "their account stays");
}

#[tokio::test]
async fn the_last_super_admin_stays() {
    let app = TestApp::start().await;
    let root = app.sign_in(app.admin).await.access;
    let key = app.home().key(&scopes(), Role::SuperAdmin).await.raw;
    let harmful = |id| {
        acts(id).into_iter().filter(|(method, _, body)| {
            *method == "DELETE" || body["role"] == "member" || body["status"] == "disabled"
        })
    };
    for bearer in [root.as_str(), key.expose()] {
        for doing in harmful(app.admin) {
            assert_eq!(act(&app, bearer, &doing).await.refusal(), (409, 40000304), "{doing:?}");
        }
    }
    // One who cannot sign in does not count, and may go.
    let second = app.user("second", Role::SuperAdmin).await;
    let off = put(&app, &root, &format!("{USERS}/{second}/status"), json!({ "status": "disabled" })).await;
    assert_eq!(off.status, 200);
    for doing in harmful(app.admin) {
        assert_eq!(act(&app, key.expose(), &doing).await.refusal(), (409, 40000304), "{doing:?}");
    }
    let gone = app.request("DELETE", &format!("{USERS}/{second}")).bearer(&root).send().await;
    assert_eq!(gone.status, 204, "{}", gone.body);
    assert_eq!(app.get("/auth/me", &root).await.status, 200);
}

/// p01: each of two would leave one; both together must not leave none.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p01_two_super_admins_cannot_remove_each_other_at_once() {
    let app = TestApp::start().await;
    let mut won = [0; 2];
    for round in 0..12 {
        let tenant = app.another_tenant(&format!("tenant {round}")).await;
        let (a, by_a) = tenant.signed_in("anna", Role::SuperAdmin).await;
        let (b, by_b) = tenant.signed_in("bert", Role::SuperAdmin).await;
        let founder = app.request("DELETE", &format!("/admin/memberships/{}", app.admin)).bearer(&by_a);
        assert_eq!(founder.send().await.status, 204);
        let (of_b, of_a) = (acts(b), acts(a));
        let harm = [2, 4, 5, 6][round % 4];
        let (first, second) = tokio::join!(act(&app, &by_a, &of_b[harm]), act(&app, &by_b, &of_a[harm]));
        let done = [first.status, second.status].iter().filter(|s| **s < 300).count();
        assert_eq!(done, 1, "{:?}: {} {}", of_a[harm], first.body, second.body);
        won[usize::from(second.status < 300)] += 1;
        let left = left(&app, &tenant).await;
        assert_eq!(left, 1, "{:?}", of_a[harm]);
    }
    assert_eq!(won.iter().sum::<u32>(), 12);
}

/// How many active super administrators a tenant has.
async fn left(app: &TestApp, tenant: &Population<'_>) -> usize {
    let key = tenant.key(&[Permission::UserRead], Role::Member).await.raw;
    let list = app.get(&format!("{USERS}?status=active"), key.expose()).await;
    let items = list.body["items"].as_array().cloned().unwrap_or_default();
    items.iter().filter(|u| u["role"] == "super_admin").count()
}

#[tokio::test]
async fn lists_are_paged_and_searched() {
    let app = TestApp::start().await;
    for n in 0..25 {
        app.user(&format!("user{n:02}"), Role::Member).await;
    }
    let admin = app.sign_in(app.admin).await.access;
    let names = |answer: &Answer| -> Vec<String> {
        let items = answer.body["items"].as_array().cloned().unwrap_or_default();
        items.iter().map(|u| u["username"].as_str().unwrap_or_default().to_owned()).collect()
    };
    let mut all = Vec::new();
    for page in 1..=3 {
        let answer = app.get(&format!("{USERS}?page={page}&page_size=10"), &admin).await;
        assert_eq!(answer.body["total"], 26);
        assert_eq!(answer.body["pagination"]["has_next"], page < 3);
        all.extend(names(&answer));
    }
    let unique: std::collections::BTreeSet<_> = all.iter().cloned().collect();
    assert_eq!((all.len(), unique.len()), (26, 26), "each once: {all:?}");
    assert!(names(&app.get(&format!("{USERS}?page=4&page_size=10"), &admin).await).is_empty());
    assert_eq!(names(&app.get(USERS, &admin).await).len(), 20, "the default");
    assert_eq!(names(&app.get(&format!("{USERS}?page_size=1000"), &admin).await).len(), 26, "100 at most");

    assert_eq!(names(&app.get(&format!("{USERS}?search=USER1"), &admin).await).len(), 10);
    assert_eq!(names(&app.get(&format!("{USERS}?search=user07%40example"), &admin).await), ["user07"]);
    for literal in ["%25", "_", "user__", "%27%20OR%201=1--", "%5C"] {
        assert_eq!(names(&app.get(&format!("{USERS}?search={literal}"), &admin).await).len(), 0, "{literal}");
    }
    assert_eq!(app.get(&format!("{USERS}?status=disabled"), &admin).await.body["total"], 0);
}

#[tokio::test]
async fn malformed_users_are_unknown_ones() {
    let app = TestApp::start().await;
    let admin = app.sign_in(app.admin).await.access;
    for id in [
        "x",
        "usr_",
        "usr_0000000000000000000001",
        "tnt_0000000000000000000001",
        "me",
        "*",
        "usr_-000000000000000000001",
    ] {
        for (method, path) in
            [("GET", format!("{USERS}/{id}")), ("DELETE", format!("/admin/memberships/{id}"))]
        {
            let answer = app.request(method, &path).bearer(&admin).send().await;
            assert_eq!(answer.refusal(), (404, 40000301), "{method} {path}");
        }
        let session = app.request("DELETE", &format!("/auth/me/sessions/{id}")).bearer(&admin).send().await;
        assert_eq!(session.refusal(), (404, 40000801), "{id}");
    }
}
