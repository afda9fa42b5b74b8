//! Secrets: not in the database, not in a log, and each good for one thing only.

use authms_core::access::{Permission, Role};
use authms_core::ticket::Purpose;
use authms_core::time::Span;
use authms_crypto::{OpaqueToken, base62, sha256};
use authms_server::config::{Log, LogFormat};
use authms_server::logging;
use authms_testkit::{CommitFault, ReadFault, TestApp, Tokens};
use serde_json::json;
use std::io::Write;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

const KEY: &str = "8e03978e-40d5-43e8-bc93-6894a57f9324";
const MINT_KEY: &str = "order-51ab0c77-93d4-4d51-8e1f-1f1b3ce4b6a0";
const PASSWORD: &str = "correct horse battery staple";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CONTEXT: &str = "browser-session-51ab0c7793d44d518e1f1f1b3ce4b6a0";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A walk through all that handles a secret; each secret by its name.
struct Walk {
    app: TestApp,
    secrets: Vec<(&'static str, String)>,
    client: (String, String),
    key: String,
    alice: String,
    last: Tokens,
}

impl Walk {
    async fn walk() -> Self {
        let app = TestApp::start().await;
        let alice = app.user_with_password("alice", PASSWORD).await.to_string();
        let key = app.api_key(&[Permission::TicketMint], Role::Member).await;
        let client = app.client("shop", &[Purpose::Sso]).await;
        let body = json!({
            "user_id": alice,
            "client_id": client.0,
            "proof": CHALLENGE,
            "context": CONTEXT,
            "idempotency_key": MINT_KEY,
        });
        let spent = app.mint(&key, body.clone()).await;
        assert_eq!(app.post("/auth/generate-ticket", &key, body).await.status, 409);
        let redeem = async || {
            let request = app.signin(json!({ "ticket": spent, "verifier": VERIFIER, "context": CONTEXT }));
            request.basic(&client.0, &client.1).header("idempotency-key", KEY).send().await
        };
        let first = redeem().await;
        assert_eq!(first.status, 200, "{}", first.body);
        assert_eq!(redeem().await.status, 200);
        let first = Tokens::of(first);
        let next = app.post("/auth/refresh", "", json!({ "refresh_token": first.refresh })).await;
        assert_eq!(next.status, 200);
        let next = Tokens::of(next);
        let login = app.post("/auth/login", "", json!({ "identity": "alice", "password": PASSWORD })).await;
        assert_eq!(login.status, 200, "{}", login.body);
        let login = Tokens::of(login);
        let fresh = app.mint(&key, json!({ "user_id": alice })).await;
        let secrets = vec![
            ("spent ticket", spent),
            ("fresh ticket", fresh),
            ("first access token", first.access),
            ("first refresh token", first.refresh),
            ("next access token", next.access.clone()),
            ("next refresh token", next.refresh.clone()),
            ("refresh token of the login", login.refresh),
            ("API key", key.clone()),
            ("client secret", client.1.clone()),
            ("password", PASSWORD.to_owned()),
            ("verifier", VERIFIER.to_owned()),
            ("context", CONTEXT.to_owned()),
            ("idempotency key", KEY.to_owned()),
            ("minter's idempotency key", MINT_KEY.to_owned()),
        ];
        Self { app, secrets, client, key, alice, last: next }
    }

    fn secret(&self, name: &str) -> &str {
        self.secrets.iter().find(|(n, _)| *n == name).map(|(_, s)| s.as_str()).expect("a secret")
    }

    /// Every form in which a secret might lie about.
    fn needles(&self) -> Vec<(String, Vec<u8>)> {
        let mut needles = Vec::new();
        for (name, secret) in &self.secrets {
            needles.push((format!("{name}, as sent"), secret.clone().into_bytes()));
            // Opaque tokens end in secret and checksum, refresh tokens in secret and tag.
            let tail = if secret.starts_with("rt_") { 22 } else { 6 };
            let middle = secret.len().checked_sub(tail + 43).map(|at| &secret[at..at + 43]);
            if let Some(raw) = middle.and_then(base62::decode32).filter(|_| !secret.contains('.')) {
                needles.push((format!("{name}, its secret"), middle.unwrap_or_default().as_bytes().to_vec()));
                needles.push((format!("{name}, its 32 bytes"), raw.to_vec()));
                let hex: String = raw.iter().map(|b| format!("{b:02x}")).collect();
                needles.push((format!("{name}, in hex"), hex.clone().into_bytes()));
                needles.push((format!("{name}, in capitals"), hex.to_uppercase().into_bytes()));
            }
        }
        needles
    }
}

fn holds(haystack: &[u8], needle: &[u8]) -> bool {
    !needle.is_empty() && haystack.windows(needle.len()).any(|w| w == needle)
}

#[tokio::test]
async fn s06_whoever_reads_the_database_finds_hashes_only() {
    let walk = Walk::walk().await;
    let stored = walk.app.at_rest();
    let ticket = OpaqueToken::parse("tkt_", walk.secret("fresh ticket")).expect("a ticket");
    assert!(stored.holds(&ticket.hash()), "SHA-256 of the secret is what is kept");
    assert_eq!(ticket.secret.expose().len() * 8, 256);
    assert_eq!(ticket.hash(), sha256(ticket.secret.expose()));

    let needles = walk.needles();
    assert_eq!(needles.len(), 14 + 4 * 7, "seven of them are opaque");
    for (name, needle) in &needles {
        assert!(!stored.holds(needle), "{name} is stored");
    }
}

/// All that is logged in this process from now on.
#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Captured {
    /// For the whole process, so that the thread that writes is heard, too.
    fn everything() -> Self {
        static ONE: OnceLock<Captured> = OnceLock::new();
        let start = || {
            let captured = Self::default();
            let log = Log { format: LogFormat::Json, level: "trace".parse().expect("a level") };
            let out = captured.clone();
            let subscriber = logging::subscriber(&log, false, move || out.clone());
            tracing::subscriber::set_global_default(subscriber).expect("the first");
            captured
        };
        ONE.get_or_init(start).clone()
    }

    fn text(&self) -> String {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        String::from_utf8(bytes).expect("UTF-8")
    }
}

#[tokio::test]
async fn p34_nothing_that_is_sent_begins_a_log_record() {
    let captured = Captured::everything();
    let app = TestApp::start().await;
    let ticket = app.ticket(app.user("alice", Role::Member).await).await;
    let forged = "x\r\n{\"level\":\"ERROR\",\"message\":\"forged\"}\u{2028}\u{1b}[2J";
    for body in [
        json!({ "ticket": forged }),
        json!({ forged: 1, "ticket": 1 }),
        json!({ "ticket": ticket, "client_id": forged, "client_secret": forged }),
        json!({ "ticket": ticket, "verifier": forged }),
    ] {
        assert_eq!(app.signin(body).send().await.status, 400);
    }
    let login = json!({ "identity": forged, "password": PASSWORD });
    assert_eq!(app.post("/auth/login", "", login).await.status, 400);
    let tab = "x\t{\"message\":\"forged\"}";
    let headed =
        app.signin(json!({ "ticket": ticket })).header("x-request-id", tab).header("user-agent", tab);
    let headed = headed.header("traceparent", tab).header("x-forwarded-for", tab).send().await;
    assert_eq!(headed.status, 200);
    assert_ne!(headed.header("x-request-id"), tab, "only what can stand in a log is taken over");
    app.faults.reads(Some(ReadFault::Panic("a panic\r\n{\"message\":\"forged\"}\nwith lines")));
    assert_eq!(app.redeem(&ticket).await.status, 500);
    let text = captured.text();
    assert!(text.contains("\"failed\""), "the log was heard");
    for line in text.lines() {
        let record: serde_json::Value = serde_json::from_str(line).expect("a record a line");
        assert_ne!(record["message"], "forged");
        assert!(record["timestamp"].is_string() && record["target"].is_string(), "one of ours: {line}");
        assert!(!line.chars().any(|c| c.is_control() || c == '\u{2028}'), "{line}");
    }
}

#[tokio::test]
async fn s63_no_canary_secret_is_in_any_log_record() {
    let captured = Captured::everything();
    let walk = Walk::walk().await;
    let Walk { app, client, key, alice, last, .. } = &walk;
    let (spent, fresh) = (walk.secret("spent ticket"), walk.secret("fresh ticket"));
    // Refusals of every kind, and secrets where they do not belong.
    for (method, path) in [
        ("GET", format!("/auth/ticket/signin/{fresh}")),
        ("GET", format!("/auth/ticket/signin?ticket={fresh}")),
        ("POST", format!("/api/v1/auth/ticket/signin?ticket={fresh}&client_secret={}", client.1)),
        ("POST", format!("/{fresh}")),
        ("DELETE", format!("/auth/me/sessions/{fresh}")),
        ("GET", format!("/admin/users/{}", last.refresh)),
    ] {
        let answer = app.request(method, &path).bearer(&last.access).json(json!({})).send().await;
        assert!(answer.status >= 400, "{path}");
        assert!(!answer.body.to_string().contains("tkt_"), "{path}: {}", answer.body);
    }
    for body in [
        format!(r#"{{"ticket":{fresh}}}"#),
        format!(r#"{{"ticket":["{fresh}"]}}"#),
        format!(r#"{{"{fresh}":1,"ticket":2}}"#),
        format!(r#"{{"ticket":"{fresh}","verifier":7,"client_secret":"{}"}}"#, client.1),
        format!(r#"{{"ticket":"{fresh}\u0000"}}"#),
        format!(r#"{{"ticket":"{}"}}"#, fresh.repeat(4)),
        format!(r#"{{"ticket":"{fresh}","ticket":"{fresh}"}}"#),
        fresh.to_owned(),
    ] {
        let request = app.request("POST", "/auth/ticket/signin");
        let answer = request.bytes("application/json", body.clone().into_bytes()).send().await;
        assert_eq!(answer.status, 400, "{body}");
        assert!(!answer.body.to_string().contains(fresh), "{}", answer.body);
    }
    assert_eq!(app.redeem(spent).await.status, 400);
    let report = json!({ "ticket": spent, "note": format!("{spent} was in a log") });
    assert_eq!(app.post("/auth/ticket/report", "", report).await.status, 202);
    assert_eq!(app.post("/auth/ticket/peek", "", json!({ "ticket": spent })).await.status, 400);
    let wrong = app.signin(json!({ "ticket": spent, "verifier": "wrong" })).basic(&client.0, &client.1);
    assert_eq!(wrong.send().await.status, 400);
    for bearer in [fresh, key, &client.1, &last.refresh, &format!("{}x", last.access)] {
        assert!(app.get("/auth/me", bearer).await.status >= 400);
    }
    let login = json!({ "identity": "alice", "password": format!("{PASSWORD}!") });
    assert_eq!(app.post("/auth/login", "", login).await.status, 401);
    let swapped = json!({ "identity": PASSWORD, "password": "alice" });
    assert_eq!(app.post("/auth/login", "", swapped).await.status, 401, "typed into the wrong field");
    let reused = json!({ "refresh_token": walk.secret("first refresh token") });
    assert_eq!(app.post("/auth/refresh", "", reused).await.status, 200);
    // Faults of every kind, in the middle of it.
    let redeem = || app.signin(json!({ "ticket": fresh })).header("idempotency-key", KEY).send();
    for fault in [CommitFault::Unavailable, CommitFault::Busy, CommitFault::Lost] {
        app.faults.next_commit(fault);
        assert_eq!(redeem().await.status, 503);
    }
    for fault in [ReadFault::Down, ReadFault::Panic("in the middle")] {
        app.faults.reads(Some(fault));
        assert!(redeem().await.status >= 500);
        assert!(app.post("/auth/generate-ticket", key, json!({ "user_id": alice })).await.status >= 500);
    }
    app.faults.reads(None);
    app.refuse_rows("audit_log", "NEW.at > 0");
    assert_eq!(redeem().await.status, 503);
    app.clock.advance(Span::seconds(1));

    let text = captured.text();
    for heard in [
        "\"refused\"",
        "\"unavailable\"",
        "\"failed\"",
        "a transaction failed",
        "generate-ticket",
        "a redeemed ticket was reported as leaked",
    ] {
        assert!(text.contains(heard), "the log was heard: {heard}");
    }
    for (name, needle) in walk.needles() {
        if let Some(line) = text.lines().find(|line| holds(line.as_bytes(), &needle)) {
            panic!("{name} in the log: {line}");
        }
    }
    assert!(text.lines().all(|l| serde_json::from_str::<serde_json::Value>(l).is_ok()), "a record a line");
}

#[tokio::test]
async fn p02_every_token_at_every_other_consumer_is_refused() {
    let walk = Walk::walk().await;
    let Walk { app, client, key, alice, .. } = &walk;
    let bound = app.mint(key, json!({ "user_id": alice, "client_id": client.0, "proof": CHALLENGE })).await;
    let state = "SELECT (SELECT count(*) FROM sessions) || '/' || (SELECT count(*) FROM tickets) || '/' ||
                        (SELECT count(*) FROM sessions WHERE ended_at IS NOT NULL) || '/' ||
                        (SELECT count(*) FROM tickets WHERE session_id IS NULL) || '/' ||
                        (SELECT sum(generation) FROM sessions)";
    let before: String = app.query(state);
    let mut tokens = walk.secrets.clone();
    // The same identifier and secret under another kind's name.
    for (name, own) in [("API key", "ak_"), ("client secret", "cs_"), ("fresh ticket", "tkt_")] {
        let token = OpaqueToken::parse(own, walk.secret(name)).expect("an opaque token");
        for other in ["tkt_", "ak_", "cs_", "rt_", "key_", "tid_", ""] {
            if other != own {
                tokens.push(("another kind's name", token.format(other).expose().to_owned()));
            }
        }
    }
    for (name, token) in &tokens {
        let shown = format!("{name}: {token}");
        if *name != "fresh ticket" && *name != "spent ticket" {
            let expected = if token.len() > 256 { 40000001 } else { 40000401 };
            assert_eq!(app.redeem(token).await.refusal(), (400, expected), "as a ticket, {shown}");
        }
        let me =
            app.request("GET", "/auth/me").header("authorization", &format!("Bearer {token}")).send().await;
        let expected = match *name {
            "first access token" | "next access token" => (200, 0),
            "API key" => (403, 40000013),
            _ => (401, 40000009),
        };
        assert_eq!(me.refusal(), expected, "as a bearer, {shown}");
        if !matches!(*name, "first access token" | "next access token" | "API key") {
            let mint = app.request("POST", "/auth/generate-ticket");
            let mint = mint.header("authorization", &format!("Bearer {token}"));
            let answer = mint.json(json!({ "user_id": alice })).send().await;
            assert_eq!(answer.refusal(), (401, 40000009), "as a minter, {shown}");
        }
        if !name.contains("refresh token") {
            let body = json!({ "refresh_token": token });
            let expected = if token.len() > 256 { (400, 40000001) } else { (401, 40000202) };
            let answer = app.post("/auth/refresh", "", body.clone()).await;
            assert_eq!(answer.refusal(), expected, "as a refresh token, {shown}");
            let logout = app.post("/auth/logout", "", body).await.status;
            assert_eq!(logout, expected.0, "as a way out, {shown}");
        }
        if *name != "client secret" && token.len() <= 256 {
            let body = json!({ "ticket": bound, "verifier": VERIFIER });
            let answer = app.signin(body).basic(&client.0, token).send().await;
            assert_eq!(answer.refusal(), (400, 40000401), "as a client secret, {shown}");
        }
        if *name != "password" {
            let body = json!({ "identity": "alice", "password": token });
            assert_eq!(
                app.post("/auth/login", "", body).await.refusal(),
                (401, 40000502),
                "as a password, {shown}"
            );
        }
    }
    assert_eq!(app.query::<String>(state), before, "nothing was used up or ended");
    let right = app.signin(json!({ "ticket": bound, "verifier": VERIFIER })).basic(&client.0, &client.1);
    assert_eq!(right.send().await.status, 200);
    assert_eq!(app.redeem(walk.secret("fresh ticket")).await.status, 200);
    let refresh = json!({ "refresh_token": walk.secret("next refresh token") });
    assert_eq!(app.post("/auth/refresh", "", refresh).await.status, 200);
}

#[tokio::test]
async fn p02_names_of_things_are_no_credentials() {
    let walk = Walk::walk().await;
    let Walk { app, client, alice, last, .. } = &walk;
    let claims = last.claims();
    let ticket = app.audit("ticket.minted")[0]["ticket"].clone();
    let key = app.audit("ticket.minted")[0]["actor"].clone();
    for name in [&claims["sid"], &claims["jti"], &ticket, &key, &json!(client.0), &json!(alice)] {
        let name = name.as_str().expect("a name");
        assert_eq!(app.redeem(name).await.refusal(), (400, 40000401), "{name}");
        assert_eq!(app.get("/auth/me", name).await.status, 401, "{name}");
        let refresh = json!({ "refresh_token": name });
        assert_eq!(app.post("/auth/refresh", "", refresh.clone()).await.status, 401, "{name}");
        assert_eq!(app.post("/auth/logout", "", refresh).await.status, 401, "{name}");
    }
    assert_eq!(app.get("/auth/me", &last.access).await.status, 200);
}
