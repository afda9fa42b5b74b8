//! Redeeming tickets: once, whatever races, and one answer for all that does not sign in.

use authms_core::access::{Permission, Role};
use authms_core::time::Span;
use authms_crypto::{OpaqueToken, Secret};
use authms_testkit::{Answer, Setup, TestApp, Tokens, storm};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const REFUSED: (u16, u64) = (400, 40000401);

#[tokio::test]
async fn a_backend_mints_and_whoever_holds_the_ticket_signs_in_once() {
    let app = TestApp::start().await;
    let alice = app.user("alice", Role::Member).await;
    let key = app.api_key(&[Permission::TicketMint], Role::Member).await;

    let minted =
        app.post("/api/v1/auth/generate-ticket", &key, json!({ "user_id": alice.to_string() })).await;
    assert_eq!(minted.status, 200, "{}", minted.body);
    assert_eq!(minted.body["expires_in"], 300);
    let ticket = minted.body["ticket"].as_str().expect("a ticket").to_owned();

    let first = app.redeem(&ticket).await;
    assert_eq!(first.status, 200, "{}", first.body);
    let again = app.redeem(&ticket).await;
    assert_eq!(again.refusal(), REFUSED);

    let tokens = Tokens::of(first);
    let me = app.get("/api/v1/auth/me", &tokens.access).await;
    assert_eq!(me.status, 200, "{}", me.body);
    assert_eq!(me.body["data"]["id"], alice.to_string());
}

#[tokio::test]
async fn the_answer_is_login_response_bare_and_nothing_in_it_is_invented() {
    let app = TestApp::start().await;
    let alice = app.user("alice", Role::Member).await;
    let answer = app.redeem(&app.ticket(alice).await).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "no-store");
    let mut body = answer.body.clone();
    let tokens = Tokens::of(answer);
    for token in ["access_token", "refresh_token"] {
        assert!(body[token].as_str().is_some_and(|t| !t.is_empty()), "{token}");
        body[token] = json!("…");
    }
    let created_at = body["user"]["created_at"].as_str().expect("a time").to_owned();
    let expected = json!({
        "access_token": "…",
        "expires_in": 1800,
        "must_change_password": false,
        "refresh_token": "…",
        "requires_mfa": false,
        "risk_assessment": { "level": "low", "recommended_mfa_methods": [], "require_mfa": false, "score": 29 },
        "risk_level": "low",
        "token_type": "Bearer",
        "user": {
            "created_at": created_at,
            "email": "alice@example.test",
            "id": alice.to_string(),
            "must_change_password": false,
            "status": "active",
            "username": "alice",
        },
    });
    assert_eq!(body, expected);

    let claims = tokens.claims();
    assert_eq!(claims["exp"].as_i64(), claims["iat"].as_i64().map(|iat| iat + 1800));
    for (claim, value) in [
        ("sub", alice.to_string()),
        ("user_id", alice.to_string()),
        ("tenant_id", app.tenant.to_string()),
        ("role", "member".to_owned()),
        ("client_id", "authms".to_owned()),
        ("session_id", claims["sid"].as_str().expect("a session").to_owned()),
    ] {
        assert_eq!(claims[claim], value, "{claim}");
    }
    for absent in ["auth_time", "amr", "act", "custom"] {
        assert_eq!(claims.get(absent), None, "{absent}: the ticket shows nothing of it");
    }
}

#[tokio::test]
async fn s01_a_redeemed_ticket_is_refused_on_any_node_and_audited() {
    let app = TestApp::start().await;
    let alice = app.user("alice", Role::Member).await;
    let other = app.restart(Setup { seed: 2, ..Setup::default() }).await;
    let ticket = app.ticket(alice).await;
    assert_eq!(app.redeem(&ticket).await.status, 200);
    for node in [&app, &other] {
        let again = node.redeem(&ticket).await;
        assert_eq!(again.refusal(), REFUSED);
        let members: BTreeSet<_> = again.body.as_object().expect("an object").keys().cloned().collect();
        assert_eq!(
            members,
            ["code", "message", "request_id", "timestamp"].map(str::to_owned).into(),
            "no tokens"
        );
    }
    let replays = app.audit("ticket.replayed");
    assert_eq!(replays.len(), 2);
    let redeemed = app.audit("ticket.redeemed");
    assert_eq!(redeemed.len(), 1);
    assert_eq!(replays[0]["ticket"], redeemed[0]["ticket"]);
    assert_eq!(replays[0]["ip"], "127.0.0.1");
    assert_eq!(app.query::<i64>("SELECT count(*) FROM sessions"), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s02_parallel_redeem_one_wins() {
    let app = TestApp::start().await;
    let alice = app.user("alice", Role::Member).await;
    let other = app.restart(Setup { seed: 2, ..Setup::default() }).await;
    for _ in 0..4 {
        let ticket = app.ticket(alice).await;
        let before = app.query::<i64>("SELECT count(*) FROM sessions");
        let answers = storm(64, |i| {
            let node = if i % 2 == 0 { &app } else { &other };
            node.signin(json!({ "ticket": ticket })).send()
        })
        .await;
        let won = answers.iter().filter(|a| a.status == 200).count();
        assert_eq!(won, 1);
        assert_eq!(answers.iter().filter(|a| a.refusal() == REFUSED).count(), 63);
        assert_eq!(app.query::<i64>("SELECT count(*) FROM sessions"), before + 1);
    }
    assert_eq!(app.audit("ticket.redeemed").len(), 4);
}

#[tokio::test]
async fn s03_a_ticket_past_its_time_is_refused() {
    let app = TestApp::start().await;
    let alice = app.user("alice", Role::Member).await;
    let (early, late) = (app.ticket(alice).await, app.ticket(alice).await);
    app.clock.advance(Span::millis(299_999));
    assert_eq!(app.redeem(&early).await.status, 200);
    app.clock.advance(Span::millis(1));
    assert_eq!(app.redeem(&late).await.refusal(), REFUSED);
    assert_eq!(app.audit("ticket.refused")[0]["why"], "expired");
}

#[tokio::test]
async fn s03_what_was_refused_as_expired_stays_so_when_the_clock_is_set_back() {
    let app = TestApp::start().await;
    let alice = app.user("alice", Role::Member).await;
    let ticket = app.ticket(alice).await;
    app.clock.advance(Span::seconds(301));
    assert_eq!(app.redeem(&ticket).await.refusal(), REFUSED);
    app.clock.step_back(Span::seconds(200));
    assert_eq!(app.redeem(&ticket).await.refusal(), REFUSED, "time stands still in the store");
    assert_eq!(app.query::<i64>("SELECT count(*) FROM sessions"), 0);
}

#[tokio::test]
async fn s05_get_head_and_prefetch_never_redeem() {
    let app = TestApp::start().await;
    let alice = app.user("alice", Role::Member).await;
    let ticket = app.ticket(alice).await;
    for method in ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE"] {
        for path in [
            "/auth/ticket/signin".to_owned(),
            format!("/api/v1/auth/ticket/signin?ticket={ticket}"),
            format!("/auth/ticket/peek?ticket={ticket}"),
            format!("/auth/ticket/report?ticket={ticket}"),
        ] {
            let request = app.request(method, &path).header("sec-purpose", "prefetch");
            let answer = request.json(json!({ "ticket": ticket })).send().await;
            assert_eq!(answer.status, 405, "{method} {path}");
            assert_eq!(answer.header("allow"), "POST", "{method} {path}");
        }
    }
    let in_path = app.get(&format!("/auth/ticket/signin/{ticket}"), "").await;
    assert_eq!(in_path.status, 404);
    let in_query = format!("/auth/ticket/signin?ticket={ticket}");
    assert_eq!(app.request("POST", &in_query).json(json!({})).send().await.refusal(), (400, 40000001));
    let form = app.request("POST", "/auth/ticket/signin");
    let form = form.bytes("application/x-www-form-urlencoded", format!("ticket={ticket}").into_bytes());
    assert_eq!(form.send().await.refusal(), (415, 40000005));
    assert_eq!(app.redeem(&ticket).await.status, 200, "still good");
}

#[tokio::test]
async fn s08_steps_skipped_reordered_or_emptied_change_nothing() {
    let app = TestApp::start().await;
    let alice = app.user("alice", Role::Member).await;
    let ticket = app.ticket(alice).await;
    let state = "SELECT (SELECT count(*) FROM sessions) || '/' || (SELECT count(*) FROM audit_log) || '/' ||
                        (SELECT attempts || ',' || replays FROM tickets WHERE session_id IS NULL)";
    let before: String = app.query(state);
    for body in [
        json!({}),
        json!({ "ticket": null }),
        json!({ "ticket": "" }),
        json!({ "ticket": 1 }),
        json!({ "ticket": [ticket] }),
        json!({ "ticket": { "ticket": ticket } }),
        json!({ "Ticket": ticket }),
        json!([ticket]),
        json!(ticket),
        json!(null),
        json!({ "ticket": "tkt_" }),
        json!({ "ticket": format!(" {ticket}") }),
        json!({ "ticket": format!("{ticket}\u{0}") }),
        json!({ "ticket": ticket.to_uppercase() }),
        json!({ "ticket": ticket.replace("tkt_", "") }),
        json!({ "ticket": ticket, "verifier": 1 }),
        json!({ "ticket": ticket, "client_id": "cli_x" }),
        json!({ "ticket": ticket, "client_secret": "x" }),
        json!({ "refresh_token": ticket }),
    ] {
        let answer = app.signin(body.clone()).send().await;
        assert_eq!(answer.status, 400, "{body}");
    }
    for body in ["", "{", "{}{}", "ticket", "\u{feff}{}"] {
        let request = app.request("POST", "/auth/ticket/signin");
        let answer = request.bytes("application/json", body.as_bytes().to_vec()).send().await;
        assert_eq!(answer.refusal(), (400, 40000001), "{body}");
    }
    let early = json!({ "refresh_token": ticket });
    assert_eq!(app.post("/auth/refresh", "", early).await.status, 401, "refreshing before signing in");
    assert_eq!(app.get("/auth/me", &ticket).await.status, 401, "the ticket is no access token");
    assert_eq!(app.query::<String>(state), before);
    assert_eq!(app.redeem(&ticket).await.status, 200);
}

#[tokio::test]
async fn malformed_requests_name_the_member_before_any_query() {
    let app = TestApp::start().await;
    let before = app.faults.counts();
    for (member, body) in [
        ("ticket", json!({})),
        ("ticket", json!({ "ticket": 7 })),
        ("ticket", json!({ "ticket": "t".repeat(257) })),
        ("ticket", json!({ "ticket": "tkt_\u{0}" })),
        ("ticket", json!({ "ticket": "tkt_\r\nx" })),
        ("verifier", json!({ "ticket": "t", "verifier": "v".repeat(129) })),
        ("verifier", json!({ "ticket": "t", "verifier": true })),
        ("client_id", json!({ "ticket": "t", "client_id": "c".repeat(65), "client_secret": "s" })),
        ("client_secret", json!({ "ticket": "t", "client_id": "c", "client_secret": "s".repeat(257) })),
        ("client_secret", json!({ "ticket": "t", "client_id": "c" })),
        ("client_id", json!({ "ticket": "t", "client_secret": "s" })),
    ] {
        let answer = app.signin(body.clone()).send().await;
        assert_eq!(answer.refusal(), (400, 40000001), "{body}");
        assert_eq!(answer.body["member"], member, "{body}");
        assert!(answer.body["timestamp"].is_string() && answer.body["message"].is_string());
    }
    let twice = format!(r#"{{"ticket":"{}","ticket":"b"}}"#, app.ticket(app.admin).await);
    let before_twice = app.faults.counts();
    let request = app.request("POST", "/auth/ticket/signin").bytes("application/json", twice.into_bytes());
    let answer = request.send().await;
    assert_eq!((answer.refusal(), &answer.body["member"]), ((400, 40000001), &json!("ticket")));
    assert_eq!(app.faults.counts(), before_twice);
    assert_eq!(before.commits + 1, app.faults.counts().commits, "the mint alone");
    let large = app.signin(json!({ "ticket": "t".repeat(70_000) })).send().await;
    assert_eq!(large.refusal(), (413, 40000004));
}

pub type Headers = Vec<(&'static str, String)>;

/// Every way in which a well-formed request does not sign in.
pub struct Refusals {
    pub app: TestApp,
    /// Its name, whether it passes the checksum, the body, the headers.
    pub ways: Vec<(&'static str, bool, Value, Headers)>,
}

impl Refusals {
    /// With the clock past the expired one's time, and the others good but for what is wrong with them.
    pub async fn prepare() -> Self {
        let app = TestApp::start().await;
        let alice = app.user("alice", Role::Member).await;
        let gone = app.user("gone", Role::Member).await;
        let key = app.api_key(&[Permission::TicketMint], Role::Member).await;
        let (client, secret) = app.client("shop", &[authms_core::ticket::Purpose::Sso]).await;
        let (other, other_secret) = app.client("rival", &[authms_core::ticket::Purpose::Sso]).await;
        let admin = app.sign_in(app.admin).await;
        let user = alice.to_string();
        let mint = async |more: Value| {
            let mut body = json!({ "user_id": user });
            body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
            app.mint(&key, body).await
        };

        let expired = mint(json!({ "ttl_seconds": 10 })).await;
        app.clock.advance(Span::seconds(10));
        let good = mint(json!({})).await;
        let (mut typo, last) = (good.clone(), good.as_bytes()[good.len() - 1]);
        typo.pop();
        typo.push(if last == b'0' { '1' } else { '0' });
        let token = OpaqueToken::parse("tkt_", &good).expect("a ticket");
        let forged = OpaqueToken { id: token.id, secret: Secret::new([7; 32]) };
        let unknown = OpaqueToken { id: [9; 16], secret: Secret::new([7; 32]) };
        let spent = mint(json!({})).await;
        assert_eq!(app.redeem(&spent).await.status, 200);
        let kept = mint(json!({})).await;
        let first = app.signin(json!({ "ticket": kept })).header("idempotency-key", "one").send().await;
        assert_eq!(first.status, 200);
        let revoked = app.mint(&key, json!({ "user_id": gone.to_string() })).await;
        let status = format!("/admin/users/{gone}/status");
        assert_eq!(app.put(&status, &admin.access, json!({ "status": "disabled" })).await.status, 200);
        let exhausted = mint(json!({ "client_id": client })).await;
        for _ in 0..5 {
            assert_eq!(app.redeem(&exhausted).await.refusal(), REFUSED);
        }
        let for_client = mint(json!({ "client_id": client })).await;
        let proven = mint(json!({ "proof": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM" })).await;
        let plain = mint(json!({})).await;
        let tenant = |t: &str| vec![("x-tenant-id", t.to_owned())];
        let as_client = |id: &str, secret: &str| json!({ "ticket": for_client, "client_id": id, "client_secret": secret });
        let ticket = |t: &str| json!({ "ticket": t });
        let ways = vec![
            ("empty", false, ticket(""), vec![]),
            ("nonsense", false, ticket("nonsense"), vec![]),
            ("typo", false, ticket(&typo), vec![]),
            ("another prefix", false, ticket(&good.replace("tkt_", "tid_")), vec![]),
            ("unknown", true, ticket(unknown.format("tkt_").expose()), vec![]),
            ("wrong secret", true, ticket(forged.format("tkt_").expose()), vec![]),
            ("expired", true, ticket(&expired), vec![]),
            ("spent", true, ticket(&spent), vec![]),
            ("another key", true, ticket(&kept), vec![("idempotency-key", "two".to_owned())]),
            ("user disabled", true, ticket(&revoked), vec![]),
            ("attempts exhausted", true, ticket(&exhausted), vec![]),
            ("no client", true, ticket(&for_client), vec![]),
            ("another client", true, as_client(&other, &other_secret), vec![]),
            ("client's wrong secret", true, as_client(&client, &other_secret), vec![]),
            ("client's mistyped secret", true, as_client(&client, "nonsense"), vec![]),
            ("unknown client", true, as_client("cli_nobody", &secret), vec![]),
            ("no verifier", true, ticket(&proven), vec![]),
            ("wrong verifier", true, json!({ "ticket": proven, "verifier": "wrong" }), vec![]),
            ("another tenant", true, ticket(&plain), tenant("tnt_0000000000000000000001")),
            ("no tenant at all", true, ticket(&plain), tenant("acme")),
        ];
        Self { app, ways }
    }

    async fn send(&self, body: &Value, headers: &[(&str, String)]) -> Answer {
        self.send_to("/auth/ticket/signin", body, headers).await
    }

    pub async fn send_to(&self, path: &str, body: &Value, headers: &[(&str, String)]) -> Answer {
        let request = self.app.request("POST", path).json(body.clone()).header("x-request-id", "same");
        headers.iter().fold(request, |r, (name, value)| r.header(name, value)).send().await
    }
}

#[tokio::test]
async fn one_body_and_one_set_of_headers_for_all_refusals() {
    let refusals = Refusals::prepare().await;
    let mut seen = None;
    for (way, _, body, headers) in &refusals.ways {
        let answer = refusals.send(body, headers).await;
        assert_eq!(answer.refusal(), REFUSED, "{way}");
        let mut shown: Vec<_> = answer
            .headers
            .iter()
            .filter(|(name, _)| !name.as_str().starts_with("ratelimit"))
            .map(|(name, value)| (name.to_string(), value.to_str().expect("text").to_owned()))
            .collect();
        shown.sort();
        let now = (String::from_utf8(answer.bytes).expect("UTF-8"), shown);
        let first = seen.get_or_insert_with(|| now.clone());
        assert_eq!(&now, first, "{way}: byte for byte, the clock standing still");
    }
}

#[tokio::test]
async fn every_refusal_past_the_checksum_waits_for_exactly_one_commit() {
    let refusals = Refusals::prepare().await;
    for (way, past_the_checksum, body, headers) in &refusals.ways {
        let before = refusals.app.faults.counts();
        assert_eq!(refusals.send(body, headers).await.refusal(), REFUSED, "{way}");
        let after = refusals.app.faults.counts();
        if *past_the_checksum {
            assert_eq!(after.commits - before.commits, 1, "{way}");
        } else {
            assert_eq!(after, before, "{way}: refused before the store is asked");
        }
    }
}

#[tokio::test]
async fn spend_session_refresh_token_and_audit_row_are_one_commit() {
    let app = TestApp::start().await;
    let alice = app.user("alice", Role::Member).await;
    let ticket = app.ticket(alice).await;
    let before = app.faults.counts();
    let tokens = Tokens::of(app.redeem(&ticket).await);
    assert_eq!(app.faults.counts().commits, before.commits + 1);
    let body: Vec<u8> = app.query("SELECT body FROM audit_log WHERE name = 'ticket.redeemed'");
    let parsed: Value = serde_json::from_slice(&body).expect("JSON");
    assert_eq!(body, parsed.to_string().into_bytes(), "canonical: sorted members, no blanks");
    assert_eq!(parsed["session"], tokens.claims()["sid"]);
    assert_eq!(parsed["subject"], alice.to_string());
    assert_eq!(parsed["tenant"], app.tenant.to_string());
    assert_eq!(app.query::<i64>("SELECT count(*) FROM sessions WHERE refresh_hash IS NOT NULL"), 1);
}

#[tokio::test]
async fn a_used_up_ticket_budget_is_429_and_names_its_limit() {
    let mut setup = Setup::default();
    setup.policy.quotas.ticket.requests = 3;
    let app = TestApp::with(setup).await;
    let (ticket, other) = (app.ticket(app.admin).await, app.ticket(app.admin).await);
    assert_eq!(app.redeem(&ticket).await.status, 200);
    for _ in 0..3 {
        assert_eq!(app.redeem(&ticket).await.refusal(), REFUSED);
    }
    let throttled = app.redeem(&ticket).await;
    assert_eq!(throttled.refusal(), (429, 40000006));
    assert!(throttled.header("retry-after").parse::<u32>().is_ok_and(|s| s > 0));
    assert!(throttled.header("ratelimit").contains("\"ticket\""), "{}", throttled.header("ratelimit"));
    assert_eq!(app.redeem(&other).await.status, 200, "another ticket's budget is its own");
}
