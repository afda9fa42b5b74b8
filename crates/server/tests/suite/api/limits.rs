//! Traffic limits: per address, sign-in, client and ticket; those of accounts are beside the passwords.
//!
//! p28, one budget on several nodes, waits for a store that several nodes can share.

use authms_core::access::{Permission, Role};
use authms_core::limits::{Quota, Quotas};
use authms_core::ticket::Purpose;
use authms_core::time::Span;
use authms_testkit::{Answer, Setup, TestApp};
use serde_json::json;

const THROTTLED: (u16, u64) = (429, 40000006);

#[tokio::test]
async fn every_answer_tells_of_the_budgets_that_it_took_from() {
    let app = with(|q| {
        q.address = per_minute(600);
        q.sign_in = per_minute(120);
    })
    .await;
    let tokens = app.sign_in(app.admin).await;
    app.clock.advance(Span::seconds(60));

    let me = app.me(&tokens.access).await;
    assert_eq!(me.header("ratelimit-policy"), "\"address\";q=600;w=60");
    assert_eq!(me.header("ratelimit"), "\"address\";r=599;t=1");
    let refused = app.redeem("tkt_nonsense").await;
    assert_eq!(refused.status, 400);
    assert_eq!(refused.header("ratelimit-policy"), "\"address\";q=600;w=60, \"address_sign_in\";q=120;w=60");
    assert_eq!(refused.header("ratelimit"), "\"address\";r=598;t=1, \"address_sign_in\";r=119;t=1");
    assert_eq!(refused.header("retry-after"), "");
}

#[tokio::test]
async fn an_address_has_so_many_requests_a_window() {
    let app = with(|q| q.address = per_minute(3)).await;
    for left in [2, 1, 0] {
        let answer = get(&app, "203.0.113.9", "/auth/me").await;
        assert_eq!(answer.status, 401);
        assert!(answer.header("ratelimit").starts_with(&format!("\"address\";r={left};t=")));
    }
    for path in ["/auth/me", "/api/v1/auth/me", "/nothing", "/.well-known/jwks.json"] {
        let refused = get(&app, "203.0.113.9", path).await;
        assert_eq!(refused.refusal(), THROTTLED, "{path}");
        assert_eq!(refused.header("retry-after"), "20");
        assert_eq!(refused.header("ratelimit"), "\"address\";r=0;t=20");
        assert_eq!(refused.header("ratelimit-policy"), "\"address\";q=3;w=60");
        assert_eq!(refused.body["message"], "too many requests");
    }
    assert_eq!(get(&app, "203.0.113.10", "/auth/me").await.status, 401, "another address");
    for path in ["/health", "/health/live", "/health/ready"] {
        let health = get(&app, "203.0.113.9", path).await;
        assert_eq!((health.status, health.header("ratelimit")), (200, ""), "{path}");
    }
}

#[tokio::test]
async fn whoever_waits_as_long_as_told_is_let_through() {
    let app = with(|q| q.address = per_minute(3)).await;
    for _ in 0..3 {
        get(&app, "203.0.113.9", "/auth/me").await;
    }
    for _ in 0..4 {
        let refused = get(&app, "203.0.113.9", "/auth/me").await;
        assert_eq!(refused.status, 429);
        let wait: i64 = refused.header("retry-after").parse().expect("seconds");
        app.clock.advance(Span::seconds(wait - 1));
        assert_eq!(get(&app, "203.0.113.9", "/auth/me").await.status, 429, "not a second earlier");
        app.clock.advance(Span::seconds(1));
        assert_eq!(get(&app, "203.0.113.9", "/auth/me").await.status, 401);
    }
    app.clock.advance(Span::hours(1));
    let answer = get(&app, "203.0.113.9", "/auth/me").await;
    assert_eq!(answer.header("ratelimit"), "\"address\";r=2;t=20", "unused quota does not add up");
}

#[tokio::test]
async fn sign_in_routes_share_a_budget_of_their_own() {
    let app = with(|q| q.sign_in = per_minute(3)).await;
    let tokens = app.sign_in(app.user("alice", Role::Member).await).await;
    let ticket = app.ticket(app.admin).await;
    let from = "203.0.113.9";
    let send = async |path: &str, body| app.request("POST", path).from(from).json(body).send().await;
    assert_eq!(send("/auth/ticket/signin", json!({ "ticket": "tkt_x" })).await.status, 400);
    let login = json!({ "identity": "a", "password": "b" });
    assert_eq!(send("/bff/identity/api/v1/auth/login", login.clone()).await.status, 401);
    let refresh = json!({ "refresh_token": tokens.refresh });
    assert_eq!(send("/identity/api/v1/auth/refresh", refresh.clone()).await.status, 200);

    let verified = app.passwords.verified();
    for (path, body) in [
        ("/auth/login", login),
        ("/auth/refresh", refresh),
        ("/auth/ticket/signin", json!({ "ticket": ticket })),
        ("/auth/ticket/peek", json!({ "ticket": ticket })),
        ("/auth/ticket/report", json!({ "ticket": ticket })),
        ("/bff/session-service/api/v1/auth/ticket/signin", json!({ "ticket": ticket })),
    ] {
        let refused = send(path, body).await;
        assert_eq!(refused.refusal(), THROTTLED, "{path}");
        assert_eq!(refused.header("retry-after"), "20");
        assert!(refused.header("ratelimit").ends_with("\"address_sign_in\";r=0;t=20"));
    }
    assert_eq!(app.passwords.verified(), verified, "turned away before anything was hashed");
    assert_eq!(app.request("GET", "/auth/me").from(from).bearer(&tokens.access).send().await.status, 200);
    assert_eq!(app.redeem(&ticket).await.status, 200, "a ticket that was turned away is not spent");
}

#[tokio::test]
async fn p27_an_ipv6_64_is_one_address() {
    let app = with(|q| q.address = per_minute(3)).await;
    for host in ["2001:db8:1:2::1", "2001:db8:1:2::2", "2001:db8:1:2:ffff:ffff:ffff:ffff"] {
        assert_eq!(get(&app, host, "/auth/me").await.status, 401);
    }
    assert_eq!(get(&app, "2001:db8:1:2:3:4:5:6", "/auth/me").await.refusal(), THROTTLED);
    assert_eq!(get(&app, "2001:db8:1:3::1", "/auth/me").await.status, 401, "another /64");

    for _ in 0..3 {
        assert_eq!(get(&app, "203.0.113.9", "/auth/me").await.status, 401);
    }
    assert_eq!(
        get(&app, "::ffff:203.0.113.9", "/auth/me").await.refusal(),
        THROTTLED,
        "IPv4 in IPv6's clothes"
    );
}

#[tokio::test]
async fn p27_forged_forwarding_headers_buy_nothing() {
    let app = with(|q| q.address = per_minute(3)).await;
    let forge = async |n: usize| {
        let claimed = format!("192.0.2.{n}");
        let mut request = app.request("GET", "/auth/me").from("203.0.113.9");
        for header in ["x-forwarded-for", "x-real-ip", "cf-connecting-ip", "true-client-ip", "x-client-ip"] {
            request = request.header(header, &claimed);
        }
        request.header("forwarded", &format!("for={claimed}")).send().await
    };
    for n in 0..3 {
        assert_eq!(forge(n).await.status, 401);
    }
    assert_eq!(forge(3).await.refusal(), THROTTLED);
    assert_eq!(get(&app, "192.0.2.3", "/auth/me").await.status, 401, "nor do they use up another's");
}

#[tokio::test]
async fn p27_behind_a_trusted_proxy_each_client_has_its_own_budget() {
    let mut setup = Setup::default();
    setup.policy.quotas.address = per_minute(3);
    setup.settings.trusted_proxies.push("10.0.0.0/8".parse().expect("a network"));
    let app = TestApp::with(setup).await;
    let through = async |chain: &str| {
        app.request("GET", "/auth/me").from("10.0.0.1").header("x-forwarded-for", chain).send().await
    };
    for forged in ["", "192.0.2.1, ", "192.0.2.2, 10.9.9.9, "] {
        assert_eq!(through(&format!("{forged}203.0.113.9")).await.status, 401);
    }
    assert_eq!(
        through("192.0.2.3, 203.0.113.9").await.refusal(),
        THROTTLED,
        "what the client added is not believed"
    );
    assert_eq!(through("203.0.113.10").await.status, 401);
}

#[tokio::test]
async fn exempt_networks_have_no_limit_per_address_but_every_other() {
    let mut setup = Setup::default();
    setup.policy.quotas = Quotas {
        address: per_minute(1),
        sign_in: per_minute(1),
        account: per_minute(2),
        ..setup.policy.quotas
    };
    setup.settings.exempt.push("192.168.0.0/16".parse().expect("a network"));
    let app = TestApp::with(setup).await;
    let login = async |from: &str| {
        let body = json!({ "identity": "alice", "password": "guess" });
        app.request("POST", "/auth/login").from(from).json(body).send().await
    };
    for _ in 0..5 {
        let answer = get(&app, "192.168.7.1", "/auth/me").await;
        assert_eq!((answer.status, answer.header("ratelimit")), (401, ""));
    }
    for expected in [401, 401, 429, 429] {
        assert_eq!(
            login("192.168.7.1").await.status,
            expected,
            "an account's guesses are limited from anywhere"
        );
    }
    let refused = login("192.168.7.1").await;
    assert_eq!(
        refused.header("ratelimit-policy"),
        "\"account\";q=2;w=60",
        "told of by the one limit that it met"
    );
    assert_eq!(refused.header("ratelimit"), "\"account\";r=0;t=30");
    assert_eq!(refused.header("retry-after"), "30");
    assert_eq!(login("192.169.7.1").await.status, 401);
    assert_eq!(login("192.169.7.1").await.status, 429, "another network is not exempt");
}

#[tokio::test]
async fn an_api_key_has_a_budget_wherever_it_is_used() {
    let app = with(|q| q.client = per_minute(2)).await;
    let scopes = [Permission::TicketMint, Permission::UserRead];
    let (key, other) = (app.api_key(&scopes, Role::Admin).await, app.api_key(&scopes, Role::Admin).await);
    let list =
        async |key: &str, from: &str| app.request("GET", "/admin/users").from(from).bearer(key).send().await;
    let mut wrong = key.clone().into_bytes();
    let last = wrong.len() - 1;
    wrong[last] = if wrong[last] == b'0' { b'1' } else { b'0' };
    let wrong = String::from_utf8(wrong).expect("ASCII");
    for _ in 0..3 {
        assert_eq!(list(&wrong, "203.0.113.9").await.status, 401, "guesses use nothing up");
    }
    assert_eq!(list(&key, "203.0.113.9").await.status, 200);
    let ask = json!({ "user_id": app.admin.to_string() });
    assert_eq!(app.post("/auth/generate-ticket", &key, ask).await.status, 403, "refused, and counted");
    let refused = list(&key, "198.51.100.7").await;
    assert_eq!(refused.refusal(), THROTTLED);
    assert_eq!(refused.header("retry-after"), "30");
    assert!(refused.header("ratelimit").ends_with("\"client\";r=0;t=30"), "{}", refused.header("ratelimit"));
    assert!(refused.header("ratelimit-policy").ends_with("\"client\";q=2;w=60"));
    assert_eq!(list(&other, "203.0.113.9").await.status, 200, "another key");
}

#[tokio::test]
async fn a_client_has_a_budget_and_what_exceeds_it_burns_no_ticket() {
    let app = with(|q| q.client = per_minute(2)).await;
    let alice = app.user("alice", Role::Member).await;
    let (id, secret) = app.client("shop", &[Purpose::Sso]).await;
    let redeem = async |ticket: &str| {
        let body = json!({ "ticket": ticket });
        app.request("POST", "/auth/ticket/signin").basic(&id, &secret).json(body).send().await
    };
    for _ in 0..2 {
        assert_eq!(redeem(&app.ticket(alice).await).await.status, 200);
    }
    let ticket = app.ticket(alice).await;
    let refused = redeem(&ticket).await;
    assert_eq!(refused.refusal(), THROTTLED);
    assert!(refused.header("ratelimit").ends_with("\"client\";r=0;t=30"));
    app.clock.advance(Span::seconds(30));
    assert_eq!(redeem(&ticket).await.status, 200);
}

#[tokio::test]
async fn a_tickets_refusals_have_a_budget() {
    let app = with(|q| q.ticket = per_minute(4)).await;
    let alice = app.user("alice", Role::Member).await;
    let (spent, other) = (app.ticket(alice).await, app.ticket(alice).await);
    assert_eq!(app.redeem(&spent).await.status, 200);
    for _ in 0..4 {
        assert_eq!(app.redeem(&spent).await.refusal(), (400, 40000401));
    }
    let rows = app.count("SELECT count(*) FROM audit_log");
    let refused = app.redeem(&spent).await;
    assert_eq!(refused.refusal(), THROTTLED);
    assert_eq!(refused.header("retry-after"), "15");
    assert!(refused.header("ratelimit").ends_with("\"ticket\";r=0;t=15"), "{}", refused.header("ratelimit"));
    assert_eq!(app.count("SELECT count(*) FROM audit_log"), rows, "nothing more is written");
    assert_eq!(app.redeem(&other).await.status, 200, "another ticket of the same user");
}

#[tokio::test]
async fn the_limits_are_independent_of_what_the_client_names() {
    let app = with(|q| q.address = per_minute(3)).await;
    for n in 0..3 {
        let request = app.request("GET", "/auth/me").from("203.0.113.9");
        let request =
            request.header("user-agent", &format!("agent {n}")).header("x-tenant-id", &format!("t{n}"));
        assert_eq!(request.bearer(&format!("made.up.{n}")).send().await.status, 401);
    }
    assert_eq!(get(&app, "203.0.113.9", "/auth/me").await.refusal(), THROTTLED);
}

async fn with(change: impl FnOnce(&mut Quotas)) -> TestApp {
    let mut setup = Setup::default();
    change(&mut setup.policy.quotas);
    TestApp::with(setup).await
}

const fn per_minute(requests: u32) -> Quota {
    Quota { requests, window: Span::seconds(60) }
}

async fn get(app: &TestApp, from: &str, path: &str) -> Answer {
    app.request("GET", path).from(from).send().await
}
