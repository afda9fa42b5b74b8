//! The wall between tenants.

use super::stage::{Cast, Example, PASSWORD, Who, scopes};
use authms_core::access::Role;
use authms_core::id::{ApiKeyId, ClientId, RestrictionId, SessionId, TenantId, UserId};
use authms_http::routes;
use authms_testkit::{Answer, TestApp, jwt};
use serde_json::{Value, json};

/// What a caller can tell answers apart by, besides what differs by itself.
fn seen(answer: &Answer) -> (u16, u64, Value, String) {
    let header = answer.header("www-authenticate").to_owned();
    (answer.status, answer.code(), answer.body["message"].clone(), header)
}

#[tokio::test]
async fn what_is_behind_the_wall_is_answered_like_what_does_not_exist() {
    let app = TestApp::start().await;
    let other = app.another_tenant("other").await;
    let unknown = [
        UserId::from_bytes([7; 16]).to_string(),
        ClientId::from_bytes([7; 16]).to_string(),
        ApiKeyId::from_bytes([7; 16]).to_string(),
        SessionId::from_bytes([7; 16]).to_string(),
        TenantId::from_bytes([7; 16]).to_string(),
    ];
    let (mut tried, mut missing) = (0, 0);
    // A kind of factor, or a level of risk, names nothing that anybody else could have.
    let kinds = ["{method_type}", "{level}"];
    let names_things = |path: &str| path.contains('{') && !kinds.iter().any(|kind| path.contains(kind));
    for route in routes().iter().filter(|r| names_things(&r.path)) {
        for who in [Who::Person(Role::SuperAdmin), Who::FullKey] {
            // The caller lives in the other tenant, the things in the default one.
            let caller = Cast::new(&app, &other, who, route).await;
            let theirs = Cast::new(&app, &app.home(), Who::Person(Role::Member), route).await;
            let foreign = theirs.expect(route);
            let [user, client, key, session, tenant] = unknown.clone();
            let path =
                route.path.replace("{user_id}", &user).replace("{client_id}", &client).replace("{id}", &key);
            let path = path.replace("{session_id}", &session).replace("{tenant_id}", &tenant);
            let path = path.replace("{restriction_id}", &RestrictionId::from_bytes([7; 16]).to_string());
            let nobodys = Example { path, ..foreign.clone() };

            let before = app.written();
            let behind = foreign.request(&app).bearer(&caller.bearer).send().await;
            let absent = nobodys.request(&app).bearer(&caller.bearer).send().await;
            let at = format!("{} {} by {}", route.method, foreign.path, who.name());
            assert_eq!(seen(&behind), seen(&absent), "{at}");
            assert!(behind.status == 404 || behind.status == 403, "{at}: {}", behind.body);
            // Who asks to act for somebody, or decides about it, is written down, whatever comes of it.
            let decides = route.method == "POST" && route.path.starts_with("/admin/on-behalf/requests/");
            let told = (route.path.ends_with("/impersonate") || decides) && who != Who::FullKey;
            assert_eq!(app.written() != before, told, "{at}: something was stored");

            let own = caller.send(route).await;
            // Who may not do it at all is told so first, whatever is named.
            if own.status < 300 {
                let unseen = behind.status == 404 || [40000013, 40000103].contains(&behind.code());
                missing += usize::from(unseen);
                tried += 1;
            }
            assert!(
                own.status < 300 || own.code() == 40000013 || own.code() == 40000010,
                "{at}: {}",
                own.body
            );
        }
    }
    assert!(tried >= 34 && missing == tried, "{missing} of {tried}");
}

#[tokio::test]
async fn nobody_mints_or_redeems_across_the_wall() {
    let app = TestApp::start().await;
    let other = app.another_tenant("other").await;
    let alice = app.user("alice", Role::Member).await;
    let bob = other.user("bob", Role::Member).await;
    let theirs = other.client("their app").await;
    let (_, person) = app.home().signed_in("root", Role::SuperAdmin).await;
    app.proves(&person);
    let key = app.home().key(&scopes(), Role::SuperAdmin).await.raw;
    let nobody = UserId::from_bytes([7; 16]);
    for minter in [person.as_str(), key.expose()] {
        let ask = |user: UserId, more: Value| {
            let mut body = json!({ "user_id": user.to_string(), "reason": "ticket 42" });
            for (name, value) in more.as_object().into_iter().flatten() {
                body[name] = value.clone();
            }
            body
        };
        let before = app.written();
        let behind = app.post("/auth/generate-ticket", minter, ask(bob, json!({}))).await;
        let absent = app.post("/auth/generate-ticket", minter, ask(nobody, json!({}))).await;
        assert_eq!(seen(&behind), seen(&absent));
        assert_eq!(behind.refusal(), (404, 40000301));
        let named = ask(bob, json!({ "tenant_id": other.tenant.to_string() }));
        assert_eq!(app.post("/auth/generate-ticket", minter, named).await.refusal(), (403, 40000103));
        let client = |id: String| ask(alice, json!({ "client_id": id }));
        let behind = app.post("/auth/generate-ticket", minter, client(theirs.client.id.to_string())).await;
        let absent = app
            .post("/auth/generate-ticket", minter, client(ClientId::from_bytes([7; 16]).to_string()))
            .await;
        assert_eq!(seen(&behind), seen(&absent));
        assert_eq!(behind.refusal(), (404, 40000601));
        if minter == person {
            assert_eq!(app.count("SELECT count(*) FROM tickets WHERE purpose = 'on_behalf'"), 0);
            assert_eq!(app.audit("on_behalf.refused").len(), 4, "but that it was tried");
        } else {
            assert_eq!(app.written(), before, "nothing was stored");
        }
    }

    // A ticket names its tenant; neither a header nor a client of another one has a say.
    let ticket = app.ticket(alice).await;
    let redeem = || app.request("POST", "/auth/ticket/signin").json(json!({ "ticket": ticket }));
    let elsewhere = redeem().header("x-tenant-id", &other.tenant.to_string()).send().await;
    assert_eq!(elsewhere.refusal(), (400, 40000401));
    let stranger = redeem().basic(&theirs.client.id.to_string(), theirs.secret.expose()).send().await;
    assert_eq!(stranger.refusal(), (400, 40000401));
    let done = redeem().header("x-tenant-id", &app.tenant.to_string()).send().await;
    assert_eq!(done.status, 200, "{}", done.body);
}

/// p21: what is authorized is what is acted on, wherever the request names a tenant.
#[tokio::test]
async fn p21_header_body_and_token_name_one_tenant() {
    let app = TestApp::start().await;
    let other = app.another_tenant("other").await;
    for route in routes().iter().filter(|r| r.security.iter().any(|s| s == "bearer")) {
        for who in [Who::Person(Role::SuperAdmin), Who::FullKey, Who::OnBehalf] {
            let cast = Cast::new(&app, &app.home(), who, route).await;
            let example = cast.expect(route);
            let at = format!("{} {} by {}", route.method, route.path, who.name());
            let named = |tenant: &str| {
                example.request(&app).bearer(&cast.bearer).header("x-tenant-id", tenant).send()
            };
            let before = app.written();
            for tenant in
                [other.tenant.to_string(), TenantId::from_bytes([7; 16]).to_string(), "x".to_owned()]
            {
                let answer = named(&tenant).await;
                assert_eq!(answer.refusal(), (403, 40000103), "{at} with {tenant}");
            }
            assert_eq!(app.written(), before, "{at}: something was stored");
            let own = named(&cast.tenant).await;
            assert_ne!(own.code(), 40000103, "{at}");
            let nothing_to_stop = own.code() == 40001804;
            let good = own.status < 300 || nothing_to_stop;
            assert!(good || who != Who::Person(Role::SuperAdmin), "{at}: {}", own.body);
        }
    }
    let admin = app.sign_in(app.admin).await.access;
    for (path, body) in [
        ("/admin/users", json!({ "username": "eve", "tenant_id": other.tenant.to_string() })),
        ("/admin/users", json!({ "username": "eve", "tenant_id": "other" })),
        (
            "/auth/generate-ticket",
            json!({ "user_id": app.admin.to_string(), "tenant_id": other.tenant.to_string() }),
        ),
    ] {
        assert_eq!(app.post(path, &admin, body).await.refusal(), (403, 40000103), "{path}");
    }
    // A query, a second spelling and an unknown member have no say at all.
    let sly = json!({ "username": "eve", "tenant": other.tenant.to_string(), "tenantId": other.tenant.to_string() });
    let path = format!("/admin/users?tenant_id={}", other.tenant);
    let made = app.post(&path, &admin, sly).await;
    assert_eq!((made.status, &made.body["data"]["user"]["tenant_id"]), (201, &json!(app.tenant.to_string())));
    let (sly, plain) = (app.get(&path, &admin).await, app.get("/admin/users", &admin).await);
    assert_eq!((sly.status, &sly.body["items"]), (200, &plain.body["items"]));
}

#[tokio::test]
async fn the_same_name_in_two_tenants_is_two_people() {
    let app = TestApp::start().await;
    let other = app.another_tenant("other").await;
    let here = app.home().user_with_password("alice", Role::Member, PASSWORD).await;
    let there = other.user_with_password("alice", Role::Admin, "another password entirely").await;
    let login = |tenant: TenantId, password: &str| {
        let body = json!({ "identity": "alice", "password": password, "tenant_id": tenant.to_string() });
        app.request("POST", "/auth/login").json(body).send()
    };
    let sub =
        |answer: &Answer| jwt::claims(answer.body["access_token"].as_str().expect("a token"))["sub"].clone();
    assert_eq!(sub(&login(app.tenant, PASSWORD).await), here.to_string());
    assert_eq!(sub(&login(other.tenant, "another password entirely").await), there.to_string());
    assert_eq!(login(other.tenant, PASSWORD).await.refusal(), (401, 40000502));
    assert_eq!(login(TenantId::from_bytes([7; 16]), PASSWORD).await.refusal(), (401, 40000502));
    let plain = json!({ "identity": "alice", "password": PASSWORD });
    let named = app.request("POST", "/auth/login").header("x-tenant-id", &other.tenant.to_string());
    assert_eq!(
        named.json(plain.clone()).send().await.refusal(),
        (401, 40000502),
        "the header names the tenant"
    );
    assert_eq!(
        sub(&app.request("POST", "/auth/login").json(plain).send().await),
        here.to_string(),
        "the default one"
    );

    let admin = other.sign_in(there).await.access;
    let list = app.get("/admin/users", &admin).await;
    let seen: Vec<_> =
        list.body["items"].as_array().expect("items").iter().map(|u| u["id"].clone()).collect();
    assert!(seen.contains(&json!(there.to_string())) && !seen.contains(&json!(here.to_string())), "{seen:?}");
    let gone = app.request("DELETE", &format!("/admin/users/{there}"));
    assert_eq!(gone.bearer(&app.sign_in(app.admin).await.access).send().await.refusal(), (404, 40000301));
}

#[tokio::test]
async fn lists_show_the_callers_tenant_alone() {
    let app = TestApp::start().await;
    let other = app.another_tenant("other").await;
    app.home().client("here").await;
    app.home().key(&[], Role::Member).await;
    app.user("somebody", Role::Member).await;
    other.client("there").await;
    let key = other.key(&scopes(), Role::SuperAdmin).await;
    let (_, person) = other.signed_in("boss", Role::SuperAdmin).await;
    let tenant = json!(other.tenant.to_string());
    for bearer in [key.raw.expose(), person.as_str()] {
        for path in ["/admin/users", "/admin/oauth/clients", "/auth/api-keys", "/admin/tenants"] {
            let answer = app.get(path, bearer).await;
            let items = answer.body["items"].as_array().unwrap_or_else(|| panic!("{path}: {}", answer.body));
            assert!(!items.is_empty(), "{path}");
            let name = if path == "/admin/tenants" { "id" } else { "tenant_id" };
            // The founder's account belongs to the default tenant, their membership to this one.
            let strangers = items.iter().filter(|i| i[name] != tenant && i["username"] != "admin").count();
            assert_eq!(strangers, 0, "{path}: {}", answer.body);
            assert_eq!(answer.body["total"], items.len(), "{path}: nor are others counted");
        }
    }
}
