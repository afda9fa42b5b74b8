//! What clients need in order to trust our tokens.

use authms_core::access::Role;
use authms_testkit::{ISSUER, Setup, TestApp, jwt};
use serde_json::{Value, json};

const DOCUMENTS: [&str; 2] = ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"];

#[tokio::test]
async fn s55_the_metadata_issuer_is_byte_equal_to_iss() {
    for issuer in [ISSUER, "https://id.example.test:8443/auth", "http://127.0.0.1:8080"] {
        let mut setup = Setup::default();
        setup.policy.issuer = issuer.to_owned();
        setup.policy.audience = issuer.to_owned();
        let app = TestApp::with(setup).await;
        let tokens = app.sign_in(app.admin).await;
        for document in DOCUMENTS {
            let request = app.request("GET", document);
            let answer =
                request.header("host", "evil.test").header("x-forwarded-host", "evil.test").send().await;
            assert_eq!(answer.status, 200);
            assert_eq!(answer.body["issuer"], issuer);
            assert_eq!(answer.body["issuer"], tokens.claims()["iss"]);
            assert_eq!(answer.body["jwks_uri"], format!("{issuer}/.well-known/jwks.json"));
            assert!(!answer.body.to_string().contains("evil"), "no header of the request has a say");
        }
    }
}

#[tokio::test]
async fn metadata_advertises_only_what_works() {
    let app = TestApp::start().await;
    for document in DOCUMENTS {
        let answer = app.request("GET", document).send().await;
        assert_eq!(answer.header("content-type"), "application/json");
        let members = answer.body.as_object().expect("an object").clone();
        for (name, value) in &members {
            // Each address that it names is a route of ours: no 404, no 405 under GET or POST.
            let Some(path) = value.as_str().and_then(|v| v.strip_prefix(ISSUER)).filter(|p| !p.is_empty())
            else {
                continue;
            };
            let get = app.request("GET", path).send().await.status;
            let post = app.request("POST", path).json(json!({})).send().await.status;
            let asks = post == 400 || (post == 401 && path.contains("/oauth/"));
            let of_tokens = get == 401 && post == 401 && name == "userinfo_endpoint";
            assert!(get == 200 || of_tokens || (get == 405 && asks), "{name}: {get} {post}");
        }
        assert_eq!(members["response_types_supported"], json!([]));
        let exchange = "urn:ietf:params:oauth:grant-type:token-exchange";
        assert_eq!(members["grant_types_supported"], json!([exchange]));
        assert_eq!(members["access_token_signing_alg_values_supported"], json!(["ES256"]));
        for absent in ["authorization_endpoint", "registration_endpoint"] {
            assert_eq!(members.get(absent), None, "{absent} does not exist yet");
        }
        assert!(!answer.body.to_string().contains("none"));
    }
}

#[tokio::test]
async fn the_key_set_has_the_tokens_key_and_nothing_private() {
    let app = TestApp::start().await;
    let tokens = app.sign_in(app.user("alice", Role::Member).await).await;
    let answer = app.request("GET", "/.well-known/jwks.json").send().await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "application/jwk-set+json");
    assert_eq!(answer.header("cache-control"), "public, max-age=300");

    assert_eq!(answer.body.as_object().map(|o| o.len()), Some(1), "nothing beside the keys");
    let keys = answer.body["keys"].as_array().expect("keys").clone();
    assert_eq!(keys.len(), 2, "the one that signs, and the next");
    for key in &keys {
        let mut members: Vec<_> = key.as_object().expect("an object").keys().cloned().collect();
        members.sort_unstable();
        assert_eq!(members, ["alg", "crv", "kid", "kty", "use", "x", "y"], "no d, nothing else");
        assert_eq!((&key["kty"], &key["crv"], &key["alg"]), (&json!("EC"), &json!("P-256"), &json!("ES256")));
        assert_eq!(key["use"], "sig");
    }
    assert_eq!(jwt::header(&tokens.access)["kid"], keys[0]["kid"]);
}

#[tokio::test]
async fn the_key_sets_age_is_configurable() {
    let mut setup = Setup::default();
    setup.policy.jwks_max_age = authms_core::time::Span::seconds(60);
    let app = TestApp::with(setup).await;
    let answer = app.request("GET", "/.well-known/jwks.json").send().await;
    assert_eq!(answer.header("cache-control"), "public, max-age=60");
}

#[tokio::test]
async fn a_stock_library_verifies_our_tokens_from_the_key_set_alone() {
    let app = TestApp::start().await;
    // The library takes the time from the system's clock, so the test's has to agree.
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    let now = i64::try_from(now.as_millis()).expect("before the end of time");
    app.clock.set(authms_core::time::Timestamp::from_millis(now));
    let tokens = app.sign_in(app.user("alice", Role::Member).await).await;

    let set = app.request("GET", "/.well-known/jwks.json").send().await.body;
    let set: jsonwebtoken::jwk::JwkSet = serde_json::from_value(set).expect("a JWK set");
    let header = jsonwebtoken::decode_header(&tokens.access).expect("a header");
    let key = set.find(&header.kid.expect("a kid")).expect("its key");
    let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::ES256);
    validation.set_issuer(&[ISSUER]);
    validation.set_audience(&[ISSUER]);
    let key = jsonwebtoken::DecodingKey::from_jwk(key).expect("a usable key");
    let verified = jsonwebtoken::decode::<Value>(&tokens.access, &key, &validation).expect("verifies");
    assert_eq!(verified.claims, tokens.claims());
}
