//! Each tenant has its access tokens signed by the algorithm of its choice.

use authms_core::access::Role;
use authms_core::signing_key::{self, Algorithm, Rotated};
use authms_core::time::Span;
use authms_testkit::{Setup, TestApp, jwt};
use serde_json::{Value, json};

const PUBLISHED: Span = Span::seconds(24 * 3600 + 600);

#[tokio::test]
async fn a_tenant_that_changes_its_algorithm_gets_a_key_that_was_published_before_it_signs() {
    let app = TestApp::start().await;
    let (alice, admin) = (app.user("alice", Role::Member).await, app.sign_in(app.admin).await.access);
    let other = app.another_tenant("other").await;
    let bob = other.user("bob", Role::Member).await;
    app.clock.advance(Span::seconds(1));
    assert_eq!(choose(&app, &admin, "EdDSA").await, "EdDSA");
    maintain(&app).await;
    let published = algorithms(&app).await;
    assert_eq!(published, ["ES256", "ES256", "EdDSA"], "the new key is out at once");
    assert_eq!(alg(&app.sign_in(alice).await.access), "ES256", "the former goes on");
    let before = app.sign_in(alice).await;

    app.clock.advance(Span::millis(PUBLISHED.as_millis() - 1));
    maintain(&app).await;
    assert_eq!(alg(&app.sign_in(alice).await.access), "ES256");
    app.clock.advance(Span::millis(1));
    maintain(&app).await;
    let after = app.sign_in(alice).await;
    assert_eq!(alg(&after.access), "EdDSA", "by itself");
    assert_eq!(app.me(&after.access).await.status, 200);
    assert_eq!(algorithms(&app).await, ["ES256", "EdDSA", "ES256", "EdDSA"], "its next one, too");
    let refreshed = authms_testkit::Tokens::of(app.refresh(&before.refresh).await);
    assert_eq!(alg(&refreshed.access), "EdDSA", "a refresh follows");
    assert_eq!(alg(&other.sign_in(bob).await.access), "ES256", "other tenants keep theirs");
}

#[tokio::test]
async fn a_key_that_signs_already_signs_for_the_next_tenant_at_once() {
    let app = TestApp::start().await;
    let first = signing_key::rotate(&app.parts, Algorithm::EdDsa, false).await.expect("makes a key");
    assert!(matches!(first, Rotated::Scheduled { .. }), "{first:?}");
    app.clock.advance(PUBLISHED);
    maintain(&app).await;
    let admin = app.sign_in(app.admin).await.access;
    assert_eq!(alg(&admin), "ES256", "nobody asked for the other one");
    choose(&app, &admin, "EdDSA").await;
    assert_eq!(alg(&app.sign_in(app.admin).await.access), "EdDSA");
    choose(&app, &admin, "ES256").await;
    assert_eq!(alg(&app.sign_in(app.admin).await.access), "ES256", "and back");
    assert_eq!(app.count("SELECT count(*) FROM signing_keys"), 4, "without further keys");
}

#[tokio::test]
async fn until_a_third_algorithm_signs_the_second_goes_on() {
    let app = TestApp::start().await;
    signing_key::rotate(&app.parts, Algorithm::EdDsa, true).await.expect("makes a key");
    let admin = app.sign_in(app.admin).await.access;
    choose(&app, &admin, "EdDSA").await;
    choose(&app, &admin, "RS256").await;
    let tokens = app.sign_in(app.admin).await;
    assert_eq!(alg(&tokens.access), "EdDSA");
    choose(&app, &admin, "RS256").await;
    assert_eq!(alg(&app.sign_in(app.admin).await.access), "EdDSA", "asking again changes nothing");
    app.clock.advance(PUBLISHED);
    maintain(&app).await;
    let tokens = app.sign_in(app.admin).await;
    assert_eq!(alg(&tokens.access), "RS256");
    assert_eq!(app.me(&tokens.access).await.status, 200);

    let again = app.restart(Setup { seed: 2, ..Setup::default() }).await;
    assert_eq!(again.me(&tokens.access).await.status, 200, "keys of every algorithm survive a restart");
    assert_eq!(alg(&again.sign_in(again.admin).await.access), "RS256");
}

/// A client fetches the key set once a day, and meets a new token every hour, while the tenant changes its mind.
#[tokio::test]
async fn p25_a_client_that_caches_for_24_hours_verifies_everything_across_a_change_of_algorithm() {
    let app = TestApp::start().await;
    let alice = app.user("alice", Role::Member).await;
    let (mut cached, mut signed_by) = (Vec::new(), std::collections::BTreeSet::new());
    for hour in 0..80 {
        maintain(&app).await;
        if hour % 24 == 0 {
            cached = kids(&app).await;
        }
        if hour == 1 {
            choose(&app, &app.sign_in(app.admin).await.access, "EdDSA").await;
        }
        if hour == 40 {
            signing_key::rotate(&app.parts, Algorithm::EdDsa, false).await.expect("rotates");
        }
        let header = jwt::header(&app.sign_in(alice).await.access);
        assert!(cached.contains(&header["kid"]), "hour {hour}: {header}");
        signed_by.insert(header["kid"].to_string());
        app.clock.advance(Span::hours(1));
    }
    assert_eq!(signed_by.len(), 3, "an ES256 key and two of EdDSA");
}

#[tokio::test]
async fn the_metadata_names_the_algorithms_of_the_key_set() {
    let app = TestApp::start().await;
    let named = async |app: &TestApp| {
        let document = app.request("GET", "/.well-known/openid-configuration").send().await.body;
        document["access_token_signing_alg_values_supported"].clone()
    };
    assert_eq!(named(&app).await, json!(["ES256"]));
    choose(&app, &app.sign_in(app.admin).await.access, "RS256").await;
    maintain(&app).await;
    assert_eq!(named(&app).await, json!(["ES256", "RS256"]));
}

#[tokio::test]
async fn a_stock_library_verifies_tokens_of_every_algorithm_from_the_key_set_alone() {
    let app = TestApp::start().await;
    let alice = app.user("alice", Role::Member).await;
    for algorithm in ["ES256", "EdDSA", "RS256"] {
        let parsed = Algorithm::parse(algorithm).expect("an algorithm");
        signing_key::rotate(&app.parts, parsed, true).await.expect("a key that signs");
        choose(&app, &app.sign_in(app.admin).await.access, algorithm).await;
        let tokens = app.sign_in(alice).await;
        assert_eq!(alg(&tokens.access), algorithm);

        let set = app.request("GET", "/.well-known/jwks.json").send().await.body;
        let set: jsonwebtoken::jwk::JwkSet = serde_json::from_value(set).expect("a JWK set");
        let header = jsonwebtoken::decode_header(&tokens.access).expect("a header");
        let key = set.find(&header.kid.expect("a kid")).expect("its key");
        let mut validation = jsonwebtoken::Validation::new(algorithm.parse().expect("known to it"));
        validation.set_issuer(&[authms_testkit::ISSUER]);
        validation.set_audience(&[authms_testkit::ISSUER]);
        validation.validate_exp = false;
        let key = jsonwebtoken::DecodingKey::from_jwk(key).expect("a usable key");
        let verified = jsonwebtoken::decode::<Value>(&tokens.access, &key, &validation).expect("verifies");
        assert_eq!(verified.claims, tokens.claims());
    }
}

#[tokio::test]
async fn p24_a_signature_under_the_kid_of_a_key_of_another_algorithm_is_refused() {
    let app = TestApp::start().await;
    for algorithm in [Algorithm::EdDsa, Algorithm::Rs256] {
        signing_key::rotate(&app.parts, algorithm, true).await.expect("a key that signs");
    }
    let claims = app.sign_in(app.user("alice", Role::Member).await).await.claims();
    let ring = app.parts.keys.ring();
    for signer in Algorithm::ALL {
        let token = ring.signer(signer).expect("signs").sign_jwt("at+jwt", &claims).expect("signs");
        assert_eq!(app.me(&token).await.status, 200, "{signer}");
        for named in Algorithm::ALL {
            for alg in Algorithm::ALL {
                let header =
                    json!({ "alg": alg, "kid": ring.signer(named).expect("signs").kid(), "typ": "at+jwt" });
                let forged = signed_as(&app, signer, &header, &claims);
                let expected = if named == signer && alg == signer { 200 } else { 401 };
                assert_eq!(app.me(&forged).await.status, expected, "{signer} under {header}");
            }
        }
    }
}

#[tokio::test]
async fn only_known_algorithms_are_chosen_and_only_by_who_may_change_the_tenant() {
    let app = TestApp::start().await;
    let home = app.home();
    let admin = app.sign_in(app.admin).await.access;
    let path = format!("/admin/tenants/{}", app.tenant);
    for name in ["none", "HS256", "es256", "ES384", "", "EdDSA "] {
        let answer = app.put(&path, &admin, json!({ "signing_algorithm": name })).await;
        assert_eq!(
            (answer.refusal(), &answer.body["member"]),
            ((400, 40000001), &json!("signing_algorithm"))
        );
    }
    for role in [Role::Member, Role::Support, Role::Admin] {
        let (_, token) = home.signed_in(&format!("a-{}", role.as_str()), role).await;
        assert_eq!(app.put(&path, &token, json!({ "signing_algorithm": "EdDSA" })).await.status, 403);
    }
    let other = app.another_tenant("other").await;
    let (_, theirs) = other.signed_in("boss", Role::SuperAdmin).await;
    let answer = app.put(&path, &theirs, json!({ "signing_algorithm": "EdDSA" })).await;
    assert_eq!(answer.refusal(), (404, 40000102), "another tenant's");
    let own = format!("/admin/tenants/{}", other.tenant);
    let answer = app.put(&own, &theirs, json!({ "signing_algorithm": "EdDSA" })).await;
    assert_eq!(answer.body["data"]["signing_algorithm"], "EdDSA", "their own");
    assert_eq!(app.count("SELECT count(*) FROM signing_keys"), 3);
}

#[tokio::test]
async fn two_tenants_that_ask_for_the_same_algorithm_at_once_get_one_key() {
    let app = TestApp::start().await;
    let other = app.another_tenant("other").await;
    let (_, theirs) = other.signed_in("boss", Role::SuperAdmin).await;
    let mine = app.sign_in(app.admin).await.access;
    let ask = || json!({ "signing_algorithm": "EdDSA" });
    let (own, home) = (format!("/admin/tenants/{}", other.tenant), format!("/admin/tenants/{}", app.tenant));
    let (one, two) = tokio::join!(app.put(&own, &theirs, ask()), app.put(&home, &mine, ask()));
    for answer in [&one, &two] {
        assert!(answer.status == 200 || answer.refusal() == (409, 40000014), "{}", answer.body);
    }
    assert!(one.status == 200 || two.status == 200);
    assert_eq!(app.count("SELECT count(*) FROM signing_keys WHERE algorithm = 'EdDSA'"), 1);
}

/// A token with any header, signed by our own key of an algorithm.
fn signed_as(app: &TestApp, signer: Algorithm, header: &Value, claims: &Value) -> String {
    use base64::Engine;
    let encode = |part: &Value| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(part.to_string());
    let message = format!("{}.{}", encode(header), encode(claims));
    let ring = app.parts.keys.ring();
    let pkcs8 = ring.signer(signer).expect("signs").pkcs8();
    let (key, algorithm) = match signer {
        Algorithm::Es256 => (jsonwebtoken::EncodingKey::from_ec_der(&pkcs8), jsonwebtoken::Algorithm::ES256),
        Algorithm::EdDsa => (jsonwebtoken::EncodingKey::from_ed_der(&pkcs8), jsonwebtoken::Algorithm::EdDSA),
        // It takes the document within the PKCS #8 one.
        Algorithm::Rs256 => {
            (jsonwebtoken::EncodingKey::from_rsa_der(&pkcs8[26..]), jsonwebtoken::Algorithm::RS256)
        }
    };
    format!("{message}.{}", jsonwebtoken::crypto::sign(message.as_bytes(), &key, algorithm).expect("signs"))
}

/// Asks for an algorithm; the answer's.
async fn choose(app: &TestApp, admin: &str, algorithm: &str) -> Value {
    let ask = json!({ "signing_algorithm": algorithm });
    let answer = app.put(&format!("/admin/tenants/{}", app.tenant), admin, ask).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body["data"]["signing_algorithm"].clone()
}

async fn maintain(app: &TestApp) {
    signing_key::maintain(&app.parts).await.expect("maintains the keys");
}

fn alg(token: &str) -> Value {
    jwt::header(token)["alg"].clone()
}

/// The published keys, in order, by one member.
async fn published(app: &TestApp, member: &str) -> Vec<Value> {
    let set = app.request("GET", "/.well-known/jwks.json").send().await.body;
    set["keys"].as_array().expect("keys").iter().map(|key| key[member].clone()).collect()
}

async fn algorithms(app: &TestApp) -> Vec<Value> {
    published(app, "alg").await
}

async fn kids(app: &TestApp) -> Vec<Value> {
    published(app, "kid").await
}
