//! What cannot be meant is refused by name, and nothing of it is kept.

use super::stage::{Cast, Example, PASSWORD, Who};
use authms_core::access::Role;
use authms_http::{RouteInfo, openapi_json, routes};
use authms_testkit::{Answer, TestApp};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Map, Value, json};

const SUPER_ADMIN: Who = Who::Person(Role::SuperAdmin);

/// A member of a request's body, as the OpenAPI document has it.
#[derive(Clone, Debug)]
struct Member {
    name: String,
    kind: String,
    /// Of a list: the kind of its items.
    of: String,
    max: Option<usize>,
    /// Whether its items are refused one by one: those of a batch.
    each: bool,
    required: bool,
}

/// The members that a route's body may have; none for a route that takes no body.
fn members(document: &Value, route: &RouteInfo) -> Vec<Member> {
    let operation = &document["paths"][&route.path][route.method.to_lowercase()];
    let schema = resolved(document, &operation["requestBody"]["content"]["application/json"]["schema"]);
    let required: Vec<_> = schema["required"].as_array().cloned().unwrap_or_default();
    let member = |(name, told): (&String, &Value)| {
        let told = resolved(document, told);
        let kind = match &told["type"] {
            Value::Array(types) => types.iter().find(|t| **t != "null").cloned().unwrap_or_default(),
            single => single.clone(),
        };
        let each = told["minItems"].is_number();
        let text = if kind == "array" { resolved(document, &told["items"]) } else { told };
        Member {
            name: name.clone(),
            kind: kind.as_str().expect("a type").to_owned(),
            of: text["type"].as_str().unwrap_or_default().to_owned(),
            max: text["maxLength"].as_u64().and_then(|n| usize::try_from(n).ok()),
            each,
            required: required.iter().any(|r| r == name),
        }
    };
    schema["properties"].as_object().into_iter().flatten().map(member).collect()
}

/// The schema behind references and `oneOf: [null, …]`.
fn resolved(document: &Value, schema: &Value) -> Value {
    if let Some(reference) = schema["$ref"].as_str() {
        return resolved(document, document.pointer(&reference[1..]).expect("resolves"));
    }
    match schema["oneOf"].as_array() {
        Some(choices) => resolved(document, choices.iter().find(|c| c["type"] != "null").expect("a choice")),
        None => schema.clone(),
    }
}

fn document() -> Value {
    serde_json::from_str(&openapi_json()).expect("JSON")
}

fn with_body(document: &Value) -> impl Iterator<Item = (&'static RouteInfo, Vec<Member>)> {
    routes().iter().map(|route| (route, members(document, route))).filter(|(_, members)| !members.is_empty())
}

/// What no member of this kind takes, and why.
fn wrong_values(member: &Member) -> Vec<(&'static str, Value)> {
    let other = [("a number", json!(7)), ("a truth", json!(true)), ("an object", json!({}))];
    let takes = match member.kind.as_str() {
        // A text binds a ticket, an object tells of the end user.
        _ if member.name == "context" => "an object",
        "integer" => "a number",
        "boolean" => "a truth",
        "object" => "an object",
        _ => "nothing of these",
    };
    let mut wrong: Vec<_> = other.into_iter().filter(|(what, _)| *what != takes).collect();
    if member.required {
        wrong.push(("null", Value::Null));
    }
    let texts = |max: usize| {
        [
            ("NUL", "a\0b".to_owned()),
            ("a line break", "a\r\nb".to_owned()),
            ("an escape", "a\u{1b}[2Jb".to_owned()),
            ("too long", "a".repeat(max + 1)),
            ("far too long", "é".repeat(max + 1)),
        ]
    };
    match member.kind.as_str() {
        "string" => {
            wrong.push(("a list", json!(["a"])));
            let max = member.max.unwrap_or_else(|| panic!("{} has no maxLength", member.name));
            wrong.extend(texts(max).map(|(why, text)| (why, json!(text))));
        }
        "array" => {
            wrong.push(("a text", json!("a")));
            if member.each {
                wrong.push(("nothing", json!([])));
                return wrong;
            }
            // The items of a batch are read each for itself: see the tests of those routes.
            if member.of != "object" {
                wrong.push(("a list of numbers", json!([7])));
                let max = member.max.unwrap_or_else(|| panic!("{} has no maxLength", member.name));
                wrong.extend(texts(max).map(|(why, text)| (why, json!([text]))));
            }
        }
        "integer" => {
            wrong.push(("a text", json!("7")));
            wrong.push(("a fraction", json!(7.5)));
            wrong.push(("too large", serde_json::from_str("1e30").expect("JSON")));
        }
        "boolean" => wrong.push(("a text", json!("true"))),
        "object" => wrong.extend([("a text", json!("{}")), ("a list", json!([]))]),
        other => panic!("{} is of type {other}: say here what it does not take", member.name),
    }
    wrong
}

#[tokio::test]
async fn every_member_refuses_nul_control_characters_too_long_and_wrong_types_by_name() {
    let (app, document, mut asked) = (TestApp::start().await, document(), 0);
    for (route, members) in with_body(&document) {
        let cast = Cast::new(&app, &app.home(), SUPER_ADMIN, route).await;
        let example = cast.expect(route);
        let before = app.written();
        for member in &members {
            for (why, value) in wrong_values(member) {
                let mut bad = example.clone();
                bad.body[&member.name] = value;
                let answer = bad.request(&app).bearer(&cast.bearer).send().await;
                let at = format!("{} {} {}: {why}: {}", route.method, route.path, member.name, answer.body);
                assert_eq!(answer.refusal(), (400, 40000001), "{at}");
                let named = answer.body["member"].as_str().unwrap_or_default();
                assert!(named == member.name || named == format!("{}[0]", member.name), "{at}");
                assert!(answer.body["message"].as_str().is_some_and(|m| m.starts_with(named)), "{at}");
                asked += 1;
            }
            if member.required {
                let mut bad = example.clone();
                bad.body.as_object_mut().expect("an object").remove(&member.name);
                let answer = bad.request(&app).bearer(&cast.bearer).send().await;
                assert_eq!(answer.refusal(), (400, 40000001), "{} without {}", route.path, member.name);
                assert_eq!(answer.body["message"], format!("{}: missing", member.name));
            }
        }
        assert_eq!(app.written(), before, "{} {}: something was stored", route.method, route.path);
        let good = example.request(&app).bearer(&cast.bearer).send().await;
        assert!(good.status < 300, "what was varied is good itself: {}", good.body);
    }
    assert!(asked > 300, "{asked}");
}

#[tokio::test]
async fn a_wrong_value_is_never_repeated() {
    let app = TestApp::start().await;
    for body in [
        json!({ "identity": "x", "password": 987_654_321 }),
        json!({ "identity": "x", "password": ["canary"] }),
        json!({ "identity": "x", "password": "canary\0" }),
        json!({ "identity": "x", "password": "canary".repeat(200) }),
    ] {
        let answer = app.request("POST", "/auth/login").json(body).send().await;
        assert_eq!(answer.status, 400);
        let said = answer.body.to_string();
        assert!(!said.contains("canary") && !said.contains("987"), "{said}");
    }
}

#[tokio::test]
async fn what_is_no_json_object_is_refused() {
    let (app, document) = (TestApp::start().await, document());
    for (route, _) in with_body(&document) {
        let cast = Cast::new(&app, &app.home(), SUPER_ADMIN, route).await;
        let example = cast.expect(route);
        let before = app.written();
        let good = example.body.to_string();
        for body in [
            "x".to_owned(),
            "null".to_owned(),
            "[]".to_owned(),
            "\"text\"".to_owned(),
            "7".to_owned(),
            "{".to_owned(),
            "{}}".to_owned(),
            format!("{good}{good}"),
            format!("[{good}]"),
            format!("\u{feff}{good}"),
            "{\"x\":".repeat(5_000),
            format!("{{\"x\":{}", "[".repeat(20_000)),
            "{'ticket':'x'}".to_owned(),
            "{\"a\":1,}".to_owned(),
            "{\"\\ud800\":1}".to_owned(),
            "{\"x\":NaN}".to_owned(),
        ] {
            let answer = send_bytes(&app, &cast, &example, body.as_bytes()).await;
            let shown: String = body.chars().take(30).collect();
            assert_eq!(answer.refusal(), (400, 40000001), "{} {shown}: {}", route.path, answer.body);
        }
        for bytes in [&b"\xff\xfe{}"[..], b"{\"x\":\"\xff\"}", b"\0"] {
            let answer = send_bytes(&app, &cast, &example, bytes).await;
            assert_eq!(answer.refusal(), (400, 40000001), "{} {bytes:?}: {}", route.path, answer.body);
        }
        // Acting for somebody misses its reason, by a code of its own; signing out, unlocking, rotating, removing and changing a factor, and beginning with a passkey need nothing; all others need something.
        let content = [
            "/auth/logout",
            "/admin/users/{user_id}/account-unlocks",
            "/admin/users/{user_id}/password-compromised",
            "/admin/users/{user_id}/impersonate",
            "/auth/api-keys/{id}/rotate",
            "/mfa/backup-codes/generate",
            "/auth/webauthn/authenticate/begin",
            "/auth/webauthn/login/begin",
            "/auth/webauthn/register/begin",
            "/mfa/webauthn/credentials/register",
        ];
        let changes_factors = route.path.starts_with("/mfa/totp/") || route.path.ends_with("/disable");
        if !content.contains(&route.path.as_str()) && !changes_factors && route.method != "DELETE" {
            assert_eq!(
                send_bytes(&app, &cast, &example, b"").await.refusal(),
                (400, 40000001),
                "{}",
                route.path
            );
        }
        assert_eq!(app.written(), before, "{} {}: something was stored", route.method, route.path);
    }
}

async fn send_bytes(app: &TestApp, cast: &Cast<'_>, example: &Example, body: &[u8]) -> Answer {
    let request = app.request(example.method, &example.path).bearer(&cast.bearer);
    request.bytes("application/json", body.to_vec()).send().await
}

#[tokio::test]
async fn a_member_given_twice_is_refused() {
    let app = TestApp::start().await;
    let alice = app.user("alice", Role::Member).await;
    let ticket = app.ticket(alice).await;
    let body = format!("{{\"ticket\":\"{ticket}\",\"ticket\":\"{ticket}\"}}");
    let request = app.request("POST", "/auth/ticket/signin").bytes("application/json", body.into_bytes());
    let answer = request.send().await;
    assert_eq!(answer.refusal(), (400, 40000001));
    assert_eq!(answer.body["message"], "ticket: given twice");
    assert_eq!(app.redeem(&ticket).await.status, 200, "it was not spent");
}

#[tokio::test]
async fn large_bodies_and_other_types_are_refused_at_every_route() {
    let (app, document) = (TestApp::start().await, document());
    for (route, _) in with_body(&document) {
        let cast = Cast::new(&app, &app.home(), SUPER_ADMIN, route).await;
        let example = cast.expect(route);
        let before = app.written();
        let mut large = example.body.clone();
        let limit = match route.path.as_str() {
            "/auth/generate-ticket/batch" => 8 * 1024 * 1024,
            path if path.contains("/batch") => 1024 * 1024,
            _ => 64 * 1024,
        };
        large["padding"] = json!("x".repeat(limit));
        let answer = send_bytes(&app, &cast, &example, large.to_string().as_bytes()).await;
        assert_eq!(answer.refusal(), (413, 40000004), "{} {}", route.method, route.path);

        // Whatever needs no body takes an empty object.
        let good = if example.body.is_null() { json!({}) } else { example.body.clone() };
        let good = good.to_string().into_bytes();
        let form = "application/x-www-form-urlencoded";
        let operation = &document["paths"][&route.path][route.method.to_lowercase()];
        let form = if operation["requestBody"]["content"][form].is_object() { "text/x-form" } else { form };
        for kind in ["text/plain", form, "application/json5", "application/jsonx", "multipart/form-data", ""]
        {
            let request = app.request(route.method, &example.path).bearer(&cast.bearer);
            let answer = request.bytes(kind, good.clone()).send().await;
            assert_eq!(answer.refusal(), (415, 40000005), "{} {} {kind:?}", route.method, route.path);
        }
        let request = app.request(route.method, &example.path).bearer(&cast.bearer);
        let answer =
            request.header("content-encoding", "gzip").bytes("application/json", good.clone()).send().await;
        assert_eq!(answer.status, 415, "{} {}", route.method, route.path);
        assert_eq!(app.written(), before, "{} {}: something was stored", route.method, route.path);

        let request = app.request(route.method, &example.path).bearer(&cast.bearer);
        let answer = request.bytes("Application/JSON ; charset=utf-8", good).send().await;
        assert!(answer.status < 300, "{} {}: {}", route.method, route.path, answer.body);
    }
}

/// s16: 1,024 bytes are looked at, one more is not.
#[tokio::test]
async fn s16_a_long_password_is_refused_before_it_is_hashed() {
    let app = TestApp::start().await;
    let login = |password: String| {
        app.request("POST", "/auth/login").json(json!({ "identity": "nobody", "password": password }))
    };
    assert_eq!(login("é".repeat(512)).send().await.refusal(), (401, 40000502));
    let answer = login(format!("{}x", "é".repeat(512))).send().await;
    assert_eq!(answer.refusal(), (400, 40000001));
    assert_eq!(answer.body["message"], "password: longer than 1024 bytes");
    assert_eq!(login("x".repeat(1024 * 1024)).send().await.status, 413);
}

#[tokio::test]
async fn a_long_ticket_is_malformed_and_a_shorter_one_is_unknown() {
    let app = TestApp::start().await;
    assert_eq!(app.redeem(&"x".repeat(256)).await.refusal(), (400, 40000401));
    assert_eq!(app.redeem("").await.refusal(), (400, 40000401));
    let answer = app.redeem(&"x".repeat(257)).await;
    assert_eq!(answer.refusal(), (400, 40000001));
    assert_eq!(answer.body["member"], "ticket");
}

#[tokio::test]
async fn what_cannot_be_minted_has_its_own_code_and_stores_nothing() {
    let app = TestApp::start().await;
    let home = app.home();
    let alice = home.user("alice", Role::Member).await;
    let boss = home.user("boss", Role::Admin).await;
    let gone = home.user("gone", Role::Member).await;
    let key = home.key(&[authms_core::access::Permission::TicketMint], Role::Member).await;
    let key = key.raw.expose();
    let admin = app.sign_in(app.admin).await.access;
    let off = app.request("PUT", &format!("/admin/users/{gone}/status")).bearer(&admin);
    assert_eq!(off.json(json!({ "status": "disabled" })).send().await.status, 200);

    let before = app.written();
    let nobody = authms_core::id::UserId::from_bytes([7; 16]);
    let nowhere = authms_core::id::TenantId::from_bytes([7; 16]);
    let noclient = authms_core::id::ClientId::from_bytes([7; 16]);
    for (wanted, body) in [
        ((404, 40000301), json!({ "user_id": nobody.to_string() })),
        ((404, 40000301), json!({ "user_id": "alice" })),
        ((404, 40000301), json!({ "user_id": "" })),
        ((403, 40000103), json!({ "user_id": alice.to_string(), "tenant_id": nowhere.to_string() })),
        ((403, 40000103), json!({ "user_id": alice.to_string(), "tenant_id": "default" })),
        ((403, 40000302), json!({ "user_id": gone.to_string() })),
        ((403, 40000403), json!({ "user_id": boss.to_string() })),
        ((400, 40000402), json!({ "user_id": alice.to_string(), "ttl_seconds": 9 })),
        ((400, 40000402), json!({ "user_id": alice.to_string(), "ttl_seconds": 601 })),
        ((400, 40000402), json!({ "user_id": alice.to_string(), "ttl_seconds": 0 })),
        ((400, 40000402), json!({ "user_id": alice.to_string(), "ttl_seconds": -1 })),
        ((400, 40000402), json!({ "user_id": alice.to_string(), "ttl_seconds": i64::MAX })),
        ((400, 40000402), json!({ "user_id": alice.to_string(), "ttl_seconds": i64::MIN })),
        ((400, 40000404), json!({ "user_id": alice.to_string(), "purpose": "on_behalf" })),
        ((400, 40000404), json!({ "user_id": alice.to_string(), "purpose": "admin" })),
        ((404, 40000601), json!({ "user_id": alice.to_string(), "client_id": noclient.to_string() })),
        ((404, 40000601), json!({ "user_id": alice.to_string(), "client_id": "app" })),
        ((400, 40000408), json!({ "user_id": alice.to_string(), "proof": "plain" })),
        ((403, 40000010), json!({ "user_id": alice.to_string(), "subject_auth_time": 1 })),
        ((403, 40000010), json!({ "user_id": alice.to_string(), "subject_amr": ["pwd"] })),
        ((400, 40000001), json!({ "user_id": alice.to_string(), "idempotency_key": "" })),
        ((400, 40000001), json!({ "user_id": alice.to_string(), "idempotency_key": "a b" })),
    ] {
        let answer = app.post("/auth/generate-ticket", key, body.clone()).await;
        assert_eq!(answer.refusal(), wanted, "{body}: {}", answer.body);
        assert!(answer.body.get("ticket").is_none());
    }
    assert_eq!(app.written(), before);
}

/// s08: what a flow needs cannot be left out, emptied or taken from elsewhere.
#[tokio::test]
async fn s08_steps_left_out_emptied_or_swapped_lead_nowhere() {
    let app = TestApp::start().await;
    let alice = app.user("alice", Role::Member).await;
    let tokens = app.sign_in(alice).await;
    let ticket = app.ticket(alice).await;
    let (redeem, refresh, login) = ("/auth/ticket/signin", "/auth/refresh", "/auth/login");
    let before = app.written();
    for (path, body) in [
        (redeem, json!({})),
        (redeem, json!({ "ticket": "" })),
        (redeem, json!({ "ticket": null })),
        (redeem, json!({ "ticket": tokens.refresh })),
        (redeem, json!({ "ticket": tokens.access.chars().take(256).collect::<String>() })),
        (redeem, json!({ "ticket": ticket, "client_id": "cli_x" })),
        (redeem, json!({ "ticket": ticket, "client_secret": "cs_x" })),
        (refresh, json!({})),
        (refresh, json!({ "refresh_token": "" })),
        (refresh, json!({ "refresh_token": ticket })),
        (refresh, json!({ "refresh_token": tokens.access.chars().take(256).collect::<String>() })),
        (login, json!({ "identity": "alice" })),
        (login, json!({ "identity": "alice", "password": null })),
    ] {
        let answer = app.request("POST", path).json(body.clone()).send().await;
        assert!((400..500).contains(&answer.status), "{path} {body}: {}", answer.status);
        assert!(answer.body.get("access_token").is_none());
    }
    assert_eq!(app.written(), before, "state unchanged");
    let no_password =
        app.request("POST", login).json(json!({ "identity": "alice", "password": "" })).send().await;
    assert_eq!(
        no_password.refusal(),
        (401, 40000502),
        "who has no password does not sign in with an empty one"
    );
    assert_eq!(app.redeem(&ticket).await.status, 200, "the ticket still stands");
    assert_eq!(app.get("/auth/me", &tokens.access).await.status, 200, "the session, too");
}

#[tokio::test]
async fn queries_are_bounded_like_bodies() {
    let app = TestApp::start().await;
    let admin = app.sign_in(app.admin).await.access;
    for (query, member) in [
        ("search=a%00b", "search"),
        ("search=a%0d%0ab", "search"),
        ("status=%00", "status"),
        ("status=unknown", "status"),
        ("page=x", "page"),
        ("page=-1", "page"),
        ("page=1.5", "page"),
        ("page=99999999999999999999", "page"),
        ("page_size=x", "page_size"),
        ("limit=-1", "limit"),
    ] {
        let answer = app.get(&format!("/admin/users?{query}"), &admin).await;
        assert_eq!(answer.refusal(), (400, 40000001), "{query}: {}", answer.body);
        assert_eq!(answer.body["member"], member, "{query}: {}", answer.body);
    }
    let long = "x".repeat(65);
    let answer = app.get(&format!("/admin/users?search={long}"), &admin).await;
    assert_eq!((answer.status, answer.body["member"].as_str()), (400, Some("search")));
    for bounded in ["page=0", "page=4294967295", "page_size=0", "page_size=4294967295", "x=%ff", "&&&=", ""] {
        for path in
            ["/admin/users", "/admin/tenants", "/admin/oauth/clients", "/auth/api-keys", "/auth/me/sessions"]
        {
            let answer = app.get(&format!("{path}?{bounded}"), &admin).await;
            assert_eq!(answer.status, 200, "{path}?{bounded}: {}", answer.body);
        }
    }
    let wild = app.get("/admin/users?search=%25", &admin).await;
    assert_eq!(wild.body["total"], 0, "a percent sign is a percent sign: {}", wild.body);
}

#[tokio::test]
async fn headers_cannot_smuggle_anything() {
    let app = TestApp::start().await;
    let alice = app.user("alice", Role::Member).await;
    let tokens = app.sign_in(alice).await;
    // Over-long, not ASCII, empty, doubled: each is no tenant of the caller's.
    for header in ["", " ", "tnt_", "default", "tnt_é", &"x".repeat(5_000)] {
        let request = app.request("GET", "/auth/me").bearer(&tokens.access).header("x-tenant-id", header);
        assert_eq!(request.send().await.refusal(), (403, 40000103), "{header:?}");
    }
    let twice = app.request("GET", "/auth/me").bearer(&tokens.access);
    let own = app.tenant.to_string();
    let twice = twice.header("x-tenant-id", &own).header("x-tenant-id", &own).send().await;
    assert_eq!(twice.refusal(), (403, 40000103));
    for key in ["", "a b", "é", "a\tb", &"x".repeat(256)] {
        let ticket = app.ticket(alice).await;
        let request = app.request("POST", "/auth/ticket/signin").header("idempotency-key", key);
        let answer = request.json(json!({ "ticket": ticket })).send().await;
        assert_eq!(answer.refusal(), (400, 40000001), "{key:?}");
        assert_eq!(answer.body["member"], "Idempotency-Key");
        assert_eq!(app.redeem(&ticket).await.status, 200, "it was not spent");
    }
    for id in ["a b", "a\tb", "é", &"x".repeat(129), ""] {
        let answer = app.request("GET", "/health").header("x-request-id", id).send().await;
        assert_eq!(answer.status, 200);
        assert_ne!(answer.header("x-request-id"), id);
        assert_eq!(answer.header("x-request-id").len(), 22, "a new one");
    }
    let kept = app.request("GET", "/health").header("x-request-id", "trace-7").send().await;
    assert_eq!(kept.header("x-request-id"), "trace-7");
    let basic = app.request("POST", "/auth/ticket/signin").basic("cli_x\0", "y");
    assert_eq!(basic.json(json!({ "ticket": "x" })).send().await.refusal(), (400, 40000001));
}

#[test]
fn no_json_whatsoever_makes_a_server_error() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let app = runtime.block_on(TestApp::start());
    let document = document();
    let all: Vec<_> = with_body(&document).collect();
    assert!(all.len() >= 14, "{}", all.len());
    for (route, members) in all {
        // A session of its own for what may sign out; the rest shares one.
        let cast = runtime.block_on(Cast::new(&app, &app.home(), SUPER_ADMIN, route));
        let example = cast.expect(route);
        let bearer = if route.path == "/auth/logout" { "" } else { &cast.bearer };
        let names: Vec<_> = members.iter().map(|m| m.name.clone()).collect();
        let mut runner =
            TestRunner::new(Config { cases: 32, failure_persistence: None, ..Config::default() });
        let bodies = prop_oneof![anything(), with_names(names, example.body.clone())];
        let outcome = runner.run(&bodies, |body| {
            let request = Example { body, ..example.clone() };
            let sent = app.request(request.method, &request.path).bearer(bearer).json(request.body.clone());
            let answer = runtime.block_on(sent.send());
            prop_assert!(answer.status < 500, "{}: {}", answer.status, answer.body);
            if answer.status >= 400 {
                prop_assert!(answer.code() >= 10_000_000, "{}", answer.body);
            }
            Ok(())
        });
        outcome.unwrap_or_else(|why| panic!("{} {}: {why}", route.method, route.path));
        if !bearer.is_empty() {
            let me = runtime.block_on(app.get("/auth/me", bearer));
            assert_eq!(me.status, 200, "{} {}: the caller was signed in all along", route.method, route.path);
        }
    }
}

/// Any JSON at all.
fn anything() -> BoxedStrategy<Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[a-z_]{0,12}".prop_map(Value::from),
        Just(json!(PASSWORD)),
        Just(json!("usr_0000000000000000000001")),
    ];
    let nested = leaf.prop_recursive(4, 24, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::hash_map(any::<String>(), inner, 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>())),
        ]
    });
    nested.boxed()
}

/// The good body with any values at some of its members' names.
fn with_names(names: Vec<String>, good: Value) -> BoxedStrategy<Value> {
    let one = (prop::sample::select(names), anything());
    let some = prop::collection::vec(one, 1..4);
    some.prop_map(move |changes| {
        let mut body = good.clone();
        for (name, value) in changes {
            body[name] = value;
        }
        body
    })
    .boxed()
}
