//! Tickets for one place, one redirect URI, one context, and for all that a ticket can be bound to at once.

use authms_core::access::{Permission, Role};
use authms_testkit::{Answer, TestApp, TestRequest};
use serde_json::{Value, json};

const REFUSED: (u16, u64) = (400, 40000401);
const BINDING: (u16, u64) = (400, 40000408);
/// The pair of RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const URI: &str = "https://shop.example.test/callback?next=%2Fcart";
const CONTEXT: &str = "browser-session-5f2c";
const KEY: &str = "8e03978e-40d5-43e8-bc93-6894a57f9324";

/// A member, a backend that mints for them, and two clients that share a redirect URI.
struct Scene {
    app: TestApp,
    alice: String,
    key: String,
    a: (String, String),
    b: (String, String),
}

impl Scene {
    async fn new() -> Self {
        let app = TestApp::start().await;
        let alice = app.user("alice", Role::Member).await.to_string();
        let key = app.api_key(&[Permission::TicketMint], Role::Member).await;
        let (a, b) = (client(&app, "a").await, client(&app, "b").await);
        Self { app, alice, key, a, b }
    }

    fn ask(&self, more: Value) -> Value {
        let mut body = json!({ "user_id": self.alice });
        body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        body
    }

    async fn try_mint(&self, more: Value) -> Answer {
        self.app.post("/auth/generate-ticket", &self.key, self.ask(more)).await
    }

    async fn mint(&self, more: Value) -> String {
        self.app.mint(&self.key, self.ask(more)).await
    }

    /// A ticket that is bound to all that there is.
    async fn bound(&self) -> String {
        let more = json!({
            "client_id": self.a.0,
            "proof": CHALLENGE,
            "ip": "198.51.100.0/24",
            "redirect_uri": URI,
            "context": CONTEXT,
        });
        self.mint(more).await
    }

    async fn from(&self, ticket: &str, peer: &str) -> Answer {
        self.app.signin(json!({ "ticket": ticket })).from(peer).send().await
    }

    fn as_a(&self, body: Value) -> TestRequest {
        self.app.signin(body).basic(&self.a.0, &self.a.1)
    }

    fn last_refusal(&self) -> Value {
        self.app.audit("ticket.refused").pop().map_or(Value::Null, |row| row["why"].clone())
    }
}

/// A client that was created over HTTP, with [`URI`] registered.
async fn client(app: &TestApp, name: &str) -> (String, String) {
    let admin = app.sign_in(app.admin).await.access;
    let body = json!({ "name": name, "redirect_uris": [URI] });
    let made = app.post("/admin/oauth/clients", &admin, body).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let text = |member: &str| made.body["data"][member].as_str().unwrap_or_default().to_owned();
    (text("client_id"), text("client_secret"))
}

/// How a redeemer misses a binding.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Miss {
    Wrong,
    Absent,
}

/// Every binding with its word in the audit log, in the order in which they are told.
const WORDS: [&str; 6] = [
    "wrong_tenant",
    "wrong_client",
    "wrong_verifier",
    "wrong_address",
    "wrong_redirect_uri",
    "wrong_context",
];

/// The redemption that meets all bindings but those of this set.
fn redemption(scene: &Scene, ticket: &str, missed: u32, miss: Miss) -> TestRequest {
    presentation(scene, "/auth/ticket/signin", ticket, missed, miss)
}

/// The same for this path.
fn presentation(scene: &Scene, path: &str, ticket: &str, missed: u32, miss: Miss) -> TestRequest {
    let misses = |binding: usize| missed & (1 << binding) != 0;
    let mut body = json!({ "ticket": ticket });
    let mut state = |binding: usize, member: &str, right: &str, wrong: &str| match (misses(binding), miss) {
        (false, _) => body[member] = json!(right),
        (true, Miss::Wrong) => body[member] = json!(wrong),
        (true, Miss::Absent) => {}
    };
    state(2, "verifier", VERIFIER, CHALLENGE);
    state(4, "redirect_uri", URI, "https://shop.example.test/callback?next=%2fcart");
    state(5, "context", CONTEXT, "browser-session-5f2d");
    let mut request = scene.app.request("POST", path).json(body).header("x-request-id", "same");
    match (misses(0), miss) {
        (false, _) => request = request.header("x-tenant-id", &scene.app.tenant.to_string()),
        (true, Miss::Wrong) => request = request.header("x-tenant-id", "tnt_0000000000000000000001"),
        // Nobody has to name the tenant.
        (true, Miss::Absent) => {}
    }
    match (misses(1), miss) {
        (false, _) => request = request.basic(&scene.a.0, &scene.a.1),
        (true, Miss::Wrong) => request = request.basic(&scene.b.0, &scene.b.1),
        (true, Miss::Absent) => {}
    }
    request.from(if misses(3) { "203.0.113.9" } else { "198.51.100.77" })
}

#[tokio::test]
async fn every_combination_of_missed_bindings_is_the_one_400_and_counts_once() {
    let scene = Scene::new().await;
    let (mut seen, mut counted) = (None, 0);
    for miss in [Miss::Wrong, Miss::Absent] {
        for missed in 1..1 << WORDS.len() {
            let first = WORDS.iter().enumerate().find(|(binding, _)| {
                missed & (1 << binding) != 0 && !(miss == Miss::Absent && *binding == 0)
            });
            let Some((_, word)) = first else { continue };
            let ticket = scene.bound().await;
            let ways = ["/auth/ticket/peek", "/auth/ticket/signin"];
            for path in ways {
                let answer = presentation(&scene, path, &ticket, missed, miss).send().await;
                let at = format!("{path} {miss:?} {missed:06b}");
                assert_eq!(answer.refusal(), REFUSED, "{at}");
                let body = String::from_utf8(answer.bytes).expect("UTF-8");
                assert_eq!(&body, seen.get_or_insert_with(|| body.clone()), "{at}");
                assert_eq!(scene.last_refusal(), *word, "{at}");
                let attempts: i64 = scene.app.query("SELECT sum(attempts) FROM tickets");
                counted += 1;
                assert_eq!(attempts, counted, "{at}");
            }
            for path in ways {
                let right = presentation(&scene, path, &ticket, 0, miss).send().await;
                assert_eq!(right.status, 200, "{path} {miss:?} {missed:06b} did not burn it: {}", right.body);
            }
        }
    }
}

#[tokio::test]
async fn a_replay_must_meet_every_binding_again() {
    let scene = Scene::new().await;
    for (binding, word) in WORDS.iter().enumerate() {
        let ticket = scene.bound().await;
        let send = async |missed| {
            redemption(&scene, &ticket, missed, Miss::Wrong).header("idempotency-key", KEY).send().await
        };
        let first = send(0).await;
        assert_eq!(first.status, 200, "{}", first.body);
        assert_eq!(send(0).await.body["refresh_token"], first.body["refresh_token"]);
        assert_eq!(send(1 << binding).await.refusal(), REFUSED, "{word}");
        assert_eq!(send(0).await.refusal(), REFUSED, "{word}: that ended it");
    }
}

#[tokio::test]
async fn a_ticket_for_a_network_is_redeemed_from_there_alone() {
    let scene = Scene::new().await;
    for (ip, inside, outside) in [
        ("198.51.100.7", ["198.51.100.7", "::ffff:198.51.100.7"], ["198.51.100.8", "2001:db8::7"]),
        ("::ffff:198.51.100.7", ["198.51.100.7", "::ffff:198.51.100.7"], ["198.51.100.8", "::1"]),
        ("198.51.100.0/24", ["198.51.100.0", "198.51.100.255"], ["198.51.101.0", "198.51.99.255"]),
        ("2001:DB8:0::/48", ["2001:db8::1", "2001:db8:0:ffff::"], ["2001:db8:1::", "198.51.100.7"]),
        ("2001:db8::1", ["2001:db8::1", "2001:db8:0::1"], ["2001:db8::2", "::ffff:0.0.0.1"]),
    ] {
        for peer in inside {
            let ticket = scene.mint(json!({ "ip": ip })).await;
            assert_eq!(scene.from(&ticket, outside[0]).await.refusal(), REFUSED, "{ip}");
            assert_eq!(scene.from(&ticket, outside[1]).await.refusal(), REFUSED, "{ip}");
            assert_eq!(scene.last_refusal(), "wrong_address");
            assert_eq!(scene.from(&ticket, peer).await.status, 200, "{ip} from {peer}");
        }
    }
    let ticket = scene.mint(json!({ "ip": "198.51.100.7" })).await;
    let forged = scene.app.signin(json!({ "ticket": ticket })).header("x-forwarded-for", "198.51.100.7");
    assert_eq!(forged.from("203.0.113.9").send().await.refusal(), REFUSED, "a header is no address");
}

#[tokio::test]
async fn bindings_that_cannot_be_kept_are_refused_at_minting_with_their_name() {
    let scene = Scene::new().await;
    let client = &scene.a.0;
    for (member, body) in [
        ("ip", json!({ "ip": "" })),
        ("ip", json!({ "ip": "office" })),
        ("ip", json!({ "ip": "198.51.100.7/24" })),
        ("ip", json!({ "ip": "198.51.100.0/33" })),
        ("ip", json!({ "ip": "0.0.0.0/0" })),
        ("ip", json!({ "ip": "::/0" })),
        ("ip", json!({ "ip": "fe80::1%eth0" })),
        ("ip", json!({ "ip": "198.51.100.7:443" })),
        ("redirect_uri", json!({ "redirect_uri": URI })),
        ("redirect_uri", json!({ "redirect_uri": "", "client_id": client })),
        ("context", json!({ "context": "" })),
        ("context", json!({ "context": "two words" })),
        ("context", json!({ "context": "schl\u{fc}ssel" })),
    ] {
        let answer = scene.try_mint(body.clone()).await;
        assert_eq!((answer.refusal(), &answer.body["member"]), (BINDING, &json!(member)), "{body}");
    }
    for (member, body) in [
        ("ip", json!({ "ip": 1 })),
        ("ip", json!({ "ip": "1".repeat(65) })),
        ("redirect_uri", json!({ "redirect_uri": "u".repeat(2049), "client_id": client })),
        ("context", json!({ "context": "c".repeat(513) })),
        ("context", json!({ "context": "a\u{0}" })),
    ] {
        let answer = scene.try_mint(body.clone()).await;
        let malformed = ((400, 40000001), &json!(member));
        assert_eq!((answer.refusal(), &answer.body["member"]), malformed, "{body}");
    }
    assert_eq!(scene.app.query::<i64>("SELECT count(*) FROM tickets WHERE state = 'issued'"), 0);
    scene.mint(json!({ "context": "c".repeat(512) })).await;
}

#[tokio::test]
async fn a_redirect_uri_that_differs_at_all_is_another() {
    let scene = Scene::new().await;
    for other in [
        "https://shop.example.test/callback?next=%2fcart",
        "https://shop.example.test/callback?next=/cart",
        "https://shop.example.test/callback?next=%2Fcart/",
        "https://shop.example.test/callback?next=%2Fcar",
        "https://shop.example.test/callback?next=%2Fcart&x",
        "https://shop.example.test/callback",
        "https://shop.example.test/callback/?next=%2Fcart",
        "https://shop.example.test/%63allback?next=%2Fcart",
        "https://shop.example.test:443/callback?next=%2Fcart",
        "https://shop.example.test:8443/callback?next=%2Fcart",
        "https://Shop.example.test/callback?next=%2Fcart",
        "HTTPS://shop.example.test/callback?next=%2Fcart",
        "http://shop.example.test/callback?next=%2Fcart",
        "https://shop.example.test./callback?next=%2Fcart",
        "https://user@shop.example.test/callback?next=%2Fcart",
        "https://shop.example.test/callback?next=%2Fcart#",
        " https://shop.example.test/callback?next=%2Fcart",
        "https://shop.example.test/./callback?next=%2Fcart",
    ] {
        let minted = scene.try_mint(json!({ "client_id": scene.a.0, "redirect_uri": other })).await;
        assert_eq!((minted.refusal(), &minted.body["member"]), (BINDING, &json!("redirect_uri")), "{other}");
        let ticket = scene.mint(json!({ "client_id": scene.a.0, "redirect_uri": URI })).await;
        let named = |uri: &str| scene.as_a(json!({ "ticket": ticket, "redirect_uri": uri })).send();
        assert_eq!(named(other).await.refusal(), REFUSED, "{other}");
        assert_eq!(scene.last_refusal(), "wrong_redirect_uri");
        assert_eq!(named(URI).await.status, 200, "{other} did not burn it");
    }
}

#[tokio::test]
async fn a_redirect_uri_that_the_client_gave_up_redeems_nothing() {
    let scene = Scene::new().await;
    let ticket = scene.mint(json!({ "client_id": scene.a.0, "redirect_uri": URI })).await;
    let admin = scene.app.sign_in(scene.app.admin).await.access;
    let path = format!("/admin/oauth/clients/{}", scene.a.0);
    assert_eq!(scene.app.put(&path, &admin, json!({ "redirect_uris": [] })).await.status, 200);
    let answer = scene.as_a(json!({ "ticket": ticket, "redirect_uri": URI })).send().await;
    assert_eq!((answer.refusal(), scene.last_refusal()), (REFUSED, json!("wrong_redirect_uri")));
}

#[tokio::test]
async fn what_a_redeemer_states_must_be_what_the_ticket_is_bound_to() {
    let scene = Scene::new().await;
    for (member, value, word) in [
        ("verifier", VERIFIER, "wrong_verifier"),
        ("redirect_uri", URI, "wrong_redirect_uri"),
        ("context", CONTEXT, "wrong_context"),
    ] {
        let ticket = scene.mint(json!({ "client_id": scene.a.0 })).await;
        let slipped_in = scene.as_a(json!({ "ticket": ticket, member: value })).send().await;
        assert_eq!((slipped_in.refusal(), scene.last_refusal()), (REFUSED, json!(word)));
        assert_eq!(scene.as_a(json!({ "ticket": ticket })).send().await.status, 200);
    }
}

#[tokio::test]
async fn of_a_context_only_the_hash_is_kept() {
    let scene = Scene::new().await;
    scene.mint(json!({ "context": CONTEXT })).await;
    let kept: Vec<u8> = scene.app.query("SELECT context_hash FROM tickets WHERE context_hash IS NOT NULL");
    assert_eq!(kept, authms_crypto::sha256(CONTEXT.as_bytes()));
}

#[tokio::test]
async fn an_idempotency_key_stands_for_the_bindings_too() {
    let scene = Scene::new().await;
    let with = |member: &str, value: &str| {
        let mut body = json!({
            "client_id": scene.a.0,
            "ip": "198.51.100.7",
            "redirect_uri": URI,
            "context": CONTEXT,
            "idempotency_key": KEY,
        });
        body[member] = if value.is_empty() { Value::Null } else { json!(value) };
        body
    };
    assert_eq!(scene.try_mint(with("context", CONTEXT)).await.status, 200);
    assert_eq!(scene.try_mint(with("context", CONTEXT)).await.refusal(), (409, 40000406), "the same again");
    for (member, value) in [
        ("ip", "198.51.100.8"),
        ("ip", ""),
        ("redirect_uri", ""),
        ("context", "browser-session-5f2d"),
        ("context", ""),
    ] {
        let answer = scene.try_mint(with(member, value)).await;
        assert_eq!(answer.refusal(), (409, 40000407), "{member}: {value}");
    }
}
