//! Access tokens: what is in them, and what is never accepted as one.

use authms_core::access::{Permission, Role};
use authms_core::time::Span;
use authms_crypto::{Algorithm, PublicKey, SigningKey};
use authms_testkit::clock::FakeClock;
use authms_testkit::{ISSUER, Setup, TestApp, jwt};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{EncodingKey, Header};
use serde_json::{Value, json};

const NO_TOKEN: (u16, u64) = (401, 40000009);

#[tokio::test]
async fn s40_access_tokens_carry_all_claims() {
    let app = TestApp::start().await;
    let alice = app.user("alice", Role::Support).await;
    let tokens = app.sign_in(alice).await;

    let header = jwt::header(&tokens.access);
    let kid = header["kid"].clone();
    assert_eq!(header, json!({ "alg": "ES256", "kid": kid, "typ": "at+jwt" }));

    let claims = tokens.claims();
    let (jti, sid) = (claims["jti"].clone(), claims["sid"].clone());
    assert_eq!(
        claims,
        json!({
            "iss": ISSUER, "aud": [ISSUER], "sub": alice.to_string(), "client_id": "authms",
            "iat": 1_795_000_000, "exp": 1_795_001_800, "jti": jti, "sid": sid,
            "user_id": alice.to_string(), "tenant_id": app.tenant.to_string(), "session_id": sid,
            "role": "support",
        }),
        "a ticket tells nothing of auth_time and amr"
    );
    assert!(
        jti.as_str().is_some_and(|t| t.len() > 20) && sid.as_str().is_some_and(|s| s.starts_with("ses_"))
    );
}

#[tokio::test]
async fn s40_a_password_tells_when_and_how_the_user_authenticated() {
    let app = TestApp::start().await;
    app.user_with_password("alice", "three wise monkeys").await;
    let tokens = authms_testkit::Tokens::of(app.login("alice", "three wise monkeys").await);
    let claims = tokens.claims();
    assert_eq!((&claims["auth_time"], &claims["amr"]), (&json!(1_795_000_000), &json!(["pwd"])));

    app.clock.advance(Span::seconds(1000));
    let later = authms_testkit::Tokens::of(app.refresh(&tokens.refresh).await).claims();
    assert_eq!((&later["auth_time"], &later["amr"]), (&claims["auth_time"], &claims["amr"]));
    assert_eq!(later["iat"], 1_795_001_000);
}

#[tokio::test]
async fn s40_a_clients_tokens_name_it() {
    let app = TestApp::start().await;
    let alice = app.user("alice", Role::Member).await;
    let (client, secret) = app.client("shop", &[authms_core::ticket::Purpose::Sso]).await;
    let body = json!({ "ticket": app.ticket(alice).await });
    let answer = app.request("POST", "/auth/ticket/signin").basic(&client, &secret).json(body).send().await;
    let claims = authms_testkit::Tokens::of(answer).claims();
    assert_eq!((&claims["client_id"], &claims["aud"]), (&json!(client), &json!([ISSUER, client])));
}

#[tokio::test]
async fn s36_hostile_algorithms_keys_and_headers_are_refused_and_nothing_is_fetched() {
    let app = TestApp::start().await;
    let tokens = app.sign_in(app.user("alice", Role::Member).await).await;
    let ring = app.parts.keys.ring();
    let (kid, public) = (ring.active().kid().to_owned(), ring.active().jwk());
    let (claims, signature) = (tokens.claims(), tokens.access.rsplit('.').next().expect("a signature"));
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.set_nonblocking(true).expect("non-blocking");
    let url = format!("http://{}/keys", listener.local_addr().expect("an address"));

    // With our own payload and signature, and no signature.
    for alg in ["none", "None", "NONE", "nOnE", "HS256", "RS256", "ES384", "EdDSA", ""] {
        let header = json!({ "alg": alg, "kid": kid, "typ": "at+jwt" });
        for signature in ["", signature] {
            refused(&app, &compact(&header, &claims, signature)).await;
        }
    }
    // HMAC keyed with what everybody knows of our public key.
    let PublicKey::Ec { x, y, .. } = &public.key else { panic!("{public:?}") };
    let x = URL_SAFE_NO_PAD.decode(x).expect("base64url");
    let y = URL_SAFE_NO_PAD.decode(y).expect("base64url");
    let point = [&[4], x.as_slice(), &y].concat();
    let jwk = serde_json::to_vec(&public).expect("JSON");
    for secret in [b"".as_slice(), kid.as_bytes(), &x, &point, &jwk] {
        let mut header = Header::new(jsonwebtoken::Algorithm::HS256);
        header.kid = Some(kid.clone());
        header.typ = Some("at+jwt".to_owned());
        let forged = jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(secret));
        refused(&app, &forged.expect("a token")).await;
    }
    // A key of the attacker's own, named, carried along, or pointed to.
    let theirs = SigningKey::generate(Algorithm::Es256);
    refused(&app, &theirs.sign_jwt("at+jwt", &claims).expect("signs")).await;
    let carried = json!(theirs.jwk());
    for (member, value) in [
        ("jwk", carried.clone()),
        ("jku", json!(url)),
        ("x5u", json!(url)),
        ("x5c", json!(["MIIB"])),
        ("crit", json!(["exp"])),
        ("b64", json!(false)),
        ("zip", json!("DEF")),
    ] {
        for kid in [kid.as_str(), theirs.kid()] {
            let header = json!({ "alg": "ES256", "kid": kid, "typ": "at+jwt", member: value });
            refused(&app, &signed_by(&theirs, &header, &claims)).await;
            refused(&app, &compact(&header, &claims, signature)).await;
        }
    }
    let long = "k".repeat(5000);
    for hostile in [
        json!("../../../../dev/null"),
        json!("' OR '1'='1"),
        json!(url),
        json!("a\u{0}b"),
        json!(long),
        json!(""),
        json!(null),
        json!(7),
        json!([kid]),
    ] {
        let header = json!({ "alg": "ES256", "kid": hostile, "typ": "at+jwt" });
        refused(&app, &signed_by(&theirs, &header, &claims)).await;
    }
    refused(&app, &signed_by(&theirs, &json!({ "alg": "ES256", "typ": "at+jwt" }), &claims)).await;

    let fetched = listener.accept().map_err(|e| e.kind());
    assert!(matches!(fetched, Err(std::io::ErrorKind::WouldBlock)), "somebody came for the keys");
    assert_eq!(app.me(&tokens.access).await.status, 200);
}

#[tokio::test]
async fn s37_no_other_token_passes_as_an_access_token_nor_it_as_another() {
    let app = TestApp::start().await;
    let alice = app.user("alice", Role::Member).await;
    let tokens = app.sign_in(alice).await;
    let claims = tokens.claims();
    let ring = app.parts.keys.ring();
    // Of another kind, yet signed by us: an ID token, a challenge, a logout token, a bare JWT.
    for typ in ["JWT", "id+jwt", "challenge+jwt", "logout+jwt", "application/at+jwt", "AT+JWT", "at+jwt ", ""]
    {
        refused(&app, &ring.active().sign_jwt(typ, &claims).expect("signs")).await;
    }
    let header = json!({ "alg": "ES256", "kid": ring.active().kid() });
    refused(&app, &signed_by(ring.active(), &header, &claims)).await;

    let ticket = app.ticket(alice).await;
    refused(&app, &tokens.refresh).await;
    refused(&app, &ticket).await;
    assert_eq!(app.refresh(&ticket).await.refusal(), (401, 40000202));
    assert_eq!(app.redeem(&tokens.refresh).await.refusal(), (400, 40000401));
    let long = (400, 40000001);
    assert_eq!(app.refresh(&tokens.access).await.refusal(), long);
    assert_eq!(app.redeem(&tokens.access).await.refusal(), long);
    let key = app.api_key(&[Permission::TicketMint], Role::Member).await;
    assert_eq!(app.redeem(&key).await.refusal(), (400, 40000401));
    assert_eq!(app.redeem(&ticket).await.status, 200, "the ticket lives");
}

#[tokio::test]
async fn s38_foreign_issuers_and_audiences_are_refused() {
    let app = TestApp::start().await;
    let claims = app.sign_in(app.user("alice", Role::Member).await).await.claims();
    accepted(&app, &with(&claims, "aud", json!(["https://other.test", ISSUER]))).await;
    for iss in
        ["https://evil.test", "https://id.example.test/", "HTTPS://ID.EXAMPLE.TEST", "", "id.example.test"]
    {
        forged(&app, &with(&claims, "iss", json!(iss))).await;
    }
    for aud in
        [json!("https://evil.test"), json!([]), json!(["https://id.example.test/"]), json!(""), json!(null)]
    {
        forged(&app, &with(&claims, "aud", aud)).await;
    }
    for missing in ["iss", "aud"] {
        forged(&app, &without(&claims, missing)).await;
    }
}

#[tokio::test]
async fn s39_missing_null_and_past_times_are_refused() {
    let app = TestApp::start().await;
    let claims = app.sign_in(app.user("alice", Role::Member).await).await.claims();
    let exp = claims["exp"].as_i64().expect("seconds");
    accepted(&app, &claims).await;
    for name in ["exp", "iat", "nbf"] {
        forged(&app, &with(&claims, name, Value::Null)).await;
        forged(&app, &with(&claims, name, json!(exp.to_string()))).await;
    }
    forged(&app, &without(&claims, "exp")).await;
    forged(&app, &without(&claims, "iat")).await;
    for past in [0, -1, i64::MIN, exp - 1800 - 60] {
        forged(&app, &with(&claims, "exp", json!(past))).await;
    }
    accepted(&app, &with(&claims, "exp", json!(exp - 1800 - 59))).await;
    accepted(&app, &with(&claims, "nbf", json!(1_795_000_060))).await;
    forged(&app, &with(&claims, "nbf", json!(1_795_000_061))).await;
    // What one reader takes from the first, another takes from the last.
    let twice = claims.to_string().replacen('{', &format!("{{\"exp\":{},", exp + 9999), 1);
    let ring = app.parts.keys.ring();
    let header = json!({ "alg": "ES256", "kid": ring.active().kid(), "typ": "at+jwt" });
    refused(&app, &signed_bytes(ring.active(), &header, twice.as_bytes())).await;
}

#[tokio::test]
async fn p24_times_of_a_wrong_type_are_refused() {
    let app = TestApp::start().await;
    let claims = app.sign_in(app.user("alice", Role::Member).await).await.claims();
    let exp = claims["exp"].as_i64().expect("seconds");
    for wrong in [
        json!(exp.to_string()),
        json!(""),
        json!(true),
        json!([exp]),
        json!({ "exp": exp }),
        json!(1e300),
        json!(2_000_000_000.5),
        json!(2_000_000_000.0),
        json!(u64::MAX),
    ] {
        for name in ["exp", "iat", "nbf"] {
            forged(&app, &with(&claims, name, wrong.clone())).await;
        }
    }
}

#[tokio::test]
async fn claims_that_do_not_fit_the_session_are_refused() {
    let app = TestApp::start().await;
    let (alice, bob) = (app.user("alice", Role::Member).await, app.user("bob", Role::Admin).await);
    let claims = app.sign_in(alice).await.claims();
    let bobs = app.sign_in(bob).await.claims();
    for (name, value) in [
        ("sub", json!(bob.to_string())),
        ("sid", bobs["sid"].clone()),
        ("sid", json!("ses_0000000000000000000001")),
        ("sid", json!("")),
        ("tenant_id", json!("tnt_0000000000000000000001")),
    ] {
        forged(&app, &with(&claims, name, value)).await;
    }
    for missing in ["sub", "sid", "tenant_id"] {
        forged(&app, &without(&claims, missing)).await;
    }
    // What a token says of the role is for others: here the store's word counts.
    let boasting = with(&claims, "role", json!("super_admin"));
    let token = app.parts.keys.ring().active().sign_jwt("at+jwt", &boasting).expect("signs");
    assert_eq!(app.get("/admin/users", &token).await.refusal(), (403, 40000010));
}

#[tokio::test]
async fn every_flipped_character_of_a_token_is_noticed() {
    let app = TestApp::start().await;
    let token = app.sign_in(app.user("alice", Role::Member).await).await.access;
    for i in (0..token.len()).step_by(7).chain([token.len() - 1]) {
        let mut bytes = token.clone().into_bytes();
        bytes[i] = if bytes[i] == b'A' { b'B' } else { b'A' };
        refused(&app, &String::from_utf8(bytes).expect("ASCII")).await;
    }
    let padded = format!("{token}=");
    for other in
        [&token[..token.len() - 1], &padded, &format!("{token}."), &format!("{token}.{token}"), "a.b.c"]
    {
        refused(&app, other).await;
    }
}

#[tokio::test]
async fn a_missing_and_an_invalid_token_are_told_apart_in_the_challenge() {
    let app = TestApp::start().await;
    let none = app.request("GET", "/auth/me").send().await;
    assert_eq!(none.refusal(), NO_TOKEN);
    assert_eq!(none.header("www-authenticate"), "Bearer realm=\"authms\"");
    let wrong = app.me("made.up.token").await;
    assert_eq!(wrong.refusal(), NO_TOKEN);
    assert_eq!(wrong.header("www-authenticate"), "Bearer realm=\"authms\", error=\"invalid_token\"");
}

#[tokio::test]
async fn s42_processes_a_minute_apart_accept_each_others_tokens() {
    let app = TestApp::start().await;
    let alice = app.user("alice", Role::Member).await;
    let (slow_clock, fast_clock) = (FakeClock::default(), FakeClock::default());
    slow_clock.step_back(Span::seconds(60));
    fast_clock.advance(Span::seconds(60));
    let slow = app.beside(slow_clock.clone(), Setup { seed: 2, ..Setup::default() }).await;
    let fast = app.beside(fast_clock.clone(), Setup { seed: 3, ..Setup::default() }).await;

    let issued = [slow.sign_in(alice).await, app.sign_in(alice).await, fast.sign_in(alice).await];
    for tokens in &issued {
        for process in [&slow, &app, &fast] {
            assert_eq!(process.me(&tokens.access).await.status, 200);
        }
    }
    for (tokens, process) in issued.iter().zip([&fast, &slow, &app]) {
        let next = process.refresh(&tokens.refresh).await;
        assert_eq!(next.status, 200, "any process refreshes: {}", next.body);
        let next = authms_testkit::Tokens::of(next);
        assert_eq!(slow.me(&next.access).await.status, 200);
    }
}

#[tokio::test]
async fn s42_beyond_the_leeway_an_expired_token_is_refused() {
    let app = TestApp::start().await;
    let tokens = app.sign_in(app.user("alice", Role::Member).await).await;
    app.clock.advance(Span::seconds(1800 + 59));
    assert_eq!(app.me(&tokens.access).await.status, 200, "within it");
    app.clock.advance(Span::seconds(1));
    assert_eq!(app.me(&tokens.access).await.refusal(), NO_TOKEN);
    app.clock.advance(Span::seconds(1));
    assert_eq!(app.me(&tokens.access).await.refusal(), NO_TOKEN);
    assert_eq!(app.refresh(&tokens.refresh).await.status, 200, "the session lives");
}

#[tokio::test]
async fn p26_tokens_say_nothing_that_a_slow_clock_would_take_for_the_future() {
    let app = TestApp::start().await;
    let tokens = app.sign_in(app.user("alice", Role::Member).await).await;
    assert_eq!(tokens.claims().get("nbf"), None);
    for behind in [1, 59, 60, 300] {
        let clock = FakeClock::default();
        clock.step_back(Span::seconds(behind));
        let slow = app.beside(clock, Setup { seed: 100 + behind as u64, ..Setup::default() }).await;
        assert_eq!(slow.me(&tokens.access).await.status, 200, "{behind} s behind");
    }
}

async fn refused(app: &TestApp, token: &str) {
    let answer =
        app.request("GET", "/auth/me").header("authorization", &format!("Bearer {token}")).send().await;
    assert_eq!(answer.refusal(), NO_TOKEN, "{token}");
}

/// Refused although our own key signed it.
async fn forged(app: &TestApp, claims: &Value) {
    let token = app.parts.keys.ring().active().sign_jwt("at+jwt", claims).expect("signs");
    assert_eq!(app.me(&token).await.refusal(), NO_TOKEN, "{claims}");
}

async fn accepted(app: &TestApp, claims: &Value) {
    let token = app.parts.keys.ring().active().sign_jwt("at+jwt", claims).expect("signs");
    assert_eq!(app.me(&token).await.status, 200, "{claims}");
}

fn with(claims: &Value, name: &str, value: Value) -> Value {
    let mut claims = claims.clone();
    claims[name] = value;
    claims
}

fn without(claims: &Value, name: &str) -> Value {
    let mut claims = claims.clone();
    claims.as_object_mut().expect("an object").remove(name);
    claims
}

fn compact(header: &Value, claims: &Value, signature: &str) -> String {
    let encode = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
    format!("{}.{}.{signature}", encode(header), encode(claims))
}

fn signed_by(key: &SigningKey, header: &Value, claims: &Value) -> String {
    signed_bytes(key, header, claims.to_string().as_bytes())
}

/// A JWS with any header at all.
fn signed_bytes(key: &SigningKey, header: &Value, payload: &[u8]) -> String {
    let signed =
        format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(payload));
    let pkcs8 = EncodingKey::from_ec_der(&key.pkcs8());
    let signature = jsonwebtoken::crypto::sign(signed.as_bytes(), &pkcs8, jsonwebtoken::Algorithm::ES256);
    format!("{signed}.{}", signature.expect("signs"))
}
