//! Minting: who may, for whom, with what, and never twice for one idempotency key.

use authms_core::access::{Permission, Role};
use authms_core::id::{TenantId, TicketId};
use authms_core::time::Span;
use authms_crypto::{OpaqueToken, sha256};
use authms_testkit::{Answer, TestApp, Tokens, storm};
use serde_json::{Value, json};

const MINT: &[Permission] = &[Permission::TicketMint];

async fn mint(app: &TestApp, bearer: &str, body: Value) -> Answer {
    app.post("/api/v1/auth/generate-ticket", bearer, body).await
}

/// An application with a member and a key that mints for members.
async fn start() -> (TestApp, String, String) {
    let app = TestApp::start().await;
    let alice = app.user("alice", Role::Member).await.to_string();
    let key = app.api_key(MINT, Role::Member).await;
    (app, alice, key)
}

fn tickets(app: &TestApp) -> i64 {
    app.query("SELECT count(*) FROM tickets")
}

#[tokio::test]
async fn the_answer_is_generate_ticket_response_bare() {
    let (app, alice, key) = start().await;
    let answer = mint(&app, &key, json!({ "user_id": alice, "tenant_id": app.tenant.to_string() })).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.header("cache-control"), "no-store");
    let (ticket, id) = (answer.body["ticket"].as_str(), answer.body["id"].as_str());
    let token = ticket.and_then(|t| OpaqueToken::parse("tkt_", t)).expect("a ticket with a checksum");
    let expected = json!({ "ticket": ticket, "id": id, "expires_in": 300, "purpose": "sso" });
    assert_eq!(answer.body, expected);
    assert_eq!(id, Some(TicketId::from_bytes(token.id).to_string().as_str()), "names it, without its secret");

    let row = &app.audit("ticket.minted")[0];
    assert_eq!(row["ticket"].as_str(), id);
    assert_eq!(row["subject"], alice);
    assert!(row["actor"].as_str().is_some_and(|a| a.starts_with("key_")));
}

#[tokio::test]
async fn a_ticket_is_found_by_scanners_ordered_by_time_and_has_256_random_bits() {
    let (app, alice, key) = start().await;
    let mut seen = Vec::new();
    for _ in 0..8 {
        app.clock.advance(Span::millis(1));
        let ticket = app.mint(&key, json!({ "user_id": alice })).await;
        assert_eq!(ticket.len(), "tkt_".len() + 22 + 43 + 6);
        assert!(ticket.bytes().skip(4).all(|b| b.is_ascii_alphanumeric()), "{ticket}");
        seen.push(ticket);
    }
    assert!(seen.is_sorted(), "the look-up key grows with time");
    let mut secrets: Vec<_> = seen.iter().map(|t| t[26..69].to_owned()).collect();
    secrets.sort();
    secrets.dedup();
    assert_eq!(secrets.len(), 8);
    for (i, _) in seen[0].char_indices() {
        let mut typo: Vec<u8> = seen[0].clone().into_bytes();
        typo[i] = if typo[i] == b'z' { b'y' } else { b'z' };
        let typo = String::from_utf8(typo).expect("ASCII");
        assert!(OpaqueToken::parse("tkt_", &typo).is_none(), "a typo at {i}");
    }
}

#[tokio::test]
async fn a_lifetime_is_10_to_600_seconds_and_300_by_default() {
    let (app, alice, key) = start().await;
    for ttl in [json!(9), json!(601), json!(0), json!(-1), json!(i64::MIN), json!(i64::MAX)] {
        let answer = mint(&app, &key, json!({ "user_id": alice, "ttl_seconds": ttl })).await;
        assert_eq!(answer.refusal(), (400, 40000402), "{ttl}");
    }
    for ttl in [json!("60"), json!(60.5), json!(1e30), json!([60]), json!(true)] {
        let answer = mint(&app, &key, json!({ "user_id": alice, "ttl_seconds": ttl })).await;
        assert_eq!(answer.refusal(), (400, 40000001), "{ttl}");
        assert_eq!(answer.body["member"], "ttl_seconds", "{ttl}");
    }
    assert_eq!(tickets(&app), 0);
    for (ttl, expected) in [(json!(10), 10), (json!(600), 600), (Value::Null, 300)] {
        let answer = mint(&app, &key, json!({ "user_id": alice, "ttl_seconds": ttl })).await;
        assert_eq!((answer.status, answer.body["expires_in"].as_i64()), (200, Some(expected)));
        let ticket = answer.body["ticket"].as_str().expect("a ticket").to_owned();
        app.clock.advance(Span::seconds(expected));
        assert_eq!(app.redeem(&ticket).await.status, 400, "{expected} seconds are over");
    }
}

#[tokio::test]
async fn nothing_is_minted_for_whom_it_may_not() {
    let (app, alice, key) = start().await;
    let admin = app.sign_in(app.admin).await.access;
    let (gone, deleted) = (app.user("gone", Role::Member).await, app.user("deleted", Role::Member).await);
    let disable =
        app.put(&format!("/admin/users/{gone}/status"), &admin, json!({ "status": "disabled" })).await;
    assert_eq!(disable.status, 200);
    assert_eq!(app.delete(&format!("/admin/users/{deleted}"), &admin).await.status, 204);
    let (support, chief) = (app.user("support", Role::Support).await, app.user("chief", Role::Admin).await);
    let before = tickets(&app);
    let nobody = "usr_0000000000000000000001";
    for (body, refusal) in [
        (json!({ "user_id": nobody }), (404, 40000301)),
        (json!({ "user_id": "alice" }), (404, 40000301)),
        (json!({ "user_id": "" }), (404, 40000301)),
        (json!({ "user_id": app.tenant.to_string() }), (404, 40000301)),
        (json!({ "user_id": deleted.to_string() }), (404, 40000301)),
        (json!({ "user_id": gone.to_string() }), (403, 40000302)),
        (json!({ "user_id": support.to_string() }), (403, 40000403)),
        (json!({ "user_id": chief.to_string() }), (403, 40000403)),
        (json!({ "user_id": app.admin.to_string() }), (403, 40000403)),
        (json!({ "user_id": alice, "tenant_id": "tnt_0000000000000000000001" }), (403, 40000103)),
        (json!({ "user_id": alice, "tenant_id": "acme" }), (403, 40000103)),
        (json!({ "user_id": alice, "client_id": "cli_0000000000000000000001" }), (404, 40000601)),
        (json!({ "user_id": alice, "client_id": "shop" }), (404, 40000601)),
        (json!({ "user_id": alice, "purpose": "admin" }), (400, 40000404)),
        (json!({ "user_id": alice, "purpose": "on_behalf", "reason": "x" }), (400, 40000404)),
        (json!({ "user_id": alice, "proof": "plain" }), (400, 40000408)),
        (json!({ "user_id": alice, "proof": "=".repeat(43) }), (400, 40000408)),
    ] {
        let answer = mint(&app, &key, body.clone()).await;
        assert_eq!(answer.refusal(), refusal, "{body}");
        assert_eq!(answer.body.get("ticket"), None);
    }
    assert_eq!(tickets(&app), before);
    let chiefs = app.api_key(MINT, Role::Admin).await;
    for user in [&alice, &support.to_string(), &chief.to_string()] {
        app.mint(&chiefs, json!({ "user_id": user })).await;
    }
}

#[tokio::test]
async fn malformed_members_are_named_before_any_ticket_is_made() {
    let (app, alice, key) = start().await;
    for (member, body) in [
        ("user_id", json!({})),
        ("user_id", json!({ "user_id": 1 })),
        ("user_id", json!({ "user_id": "u".repeat(65) })),
        ("user_id", json!({ "user_id": "usr_\u{0}" })),
        ("tenant_id", json!({ "user_id": alice, "tenant_id": 1 })),
        ("client_id", json!({ "user_id": alice, "client_id": {} })),
        ("proof", json!({ "user_id": alice, "proof": "p".repeat(65) })),
        ("purpose", json!({ "user_id": alice, "purpose": ["sso"] })),
        ("reason", json!({ "user_id": alice, "reason": "r".repeat(501) })),
        ("reason", json!({ "user_id": alice, "reason": "a\u{0}b" })),
        ("reason", json!({ "user_id": alice, "reason": "a\r\nb" })),
        ("reason", json!({ "user_id": alice, "reason": "a\u{202e}b" })),
        ("reason", json!({ "user_id": alice, "reason": " " })),
        ("idempotency_key", json!({ "user_id": alice, "idempotency_key": "" })),
        ("idempotency_key", json!({ "user_id": alice, "idempotency_key": "a b" })),
        ("idempotency_key", json!({ "user_id": alice, "idempotency_key": "k".repeat(256) })),
        ("subject_auth_time", json!({ "user_id": alice, "subject_auth_time": "now" })),
        ("subject_amr[1]", json!({ "user_id": alice, "subject_amr": ["pwd", 1] })),
    ] {
        let answer = mint(&app, &key, body.clone()).await;
        assert_eq!(answer.refusal(), (400, 40000001), "{body}");
        assert_eq!(answer.body["member"], member, "{body}: {}", answer.body);
    }
    assert_eq!(tickets(&app), 0);
    let answer = mint(&app, &key, json!({ "user_id": alice, "unknown": { "ignored": true } })).await;
    assert_eq!(answer.status, 200, "unknown members are ignored");
}

#[tokio::test]
async fn minting_needs_the_scope() {
    let (app, alice, _) = start().await;
    let others: Vec<_> = Permission::ALL.into_iter().filter(|p| p.is_scope() && *p != MINT[0]).collect();
    let key = app.api_key(&others, Role::SuperAdmin).await;
    let body = json!({ "user_id": alice });
    let refused = mint(&app, &key, body.clone()).await;
    assert_eq!(refused.refusal(), (403, 40000010));
    assert!(refused.header("www-authenticate").contains("scope=\"ticket:mint\""));
    assert_eq!(mint(&app, "", body.clone()).await.refusal(), (401, 40000009));
    assert_eq!(mint(&app, "key_nonsense", body).await.refusal(), (401, 40000009));
    assert_eq!(tickets(&app), 0);
}

#[tokio::test]
async fn an_api_key_ranks_member_unless_its_creator_says_more_and_never_above_them() {
    let (app, alice, _) = start().await;
    let chief = app.user("chief", Role::Admin).await;
    let token = app.sign_in(chief).await.access;
    let create = async |body: Value| app.post("/auth/api-keys", &token, body).await;
    let plain = create(json!({ "name": "plain", "scopes": ["ticket:mint"] })).await;
    assert_eq!((plain.status, plain.body["data"]["rank"].as_str()), (201, Some("member")));
    let key = plain.body["data"]["raw_key"].as_str().expect("a key").to_owned();
    app.mint(&key, json!({ "user_id": alice })).await;
    assert_eq!(mint(&app, &key, json!({ "user_id": chief.to_string() })).await.refusal(), (403, 40000403));
    let above = create(json!({ "name": "above", "scopes": ["ticket:mint"], "rank": "super_admin" })).await;
    assert_eq!(above.refusal(), (403, 40000011));
    let equal = create(json!({ "name": "equal", "scopes": ["ticket:mint"], "rank": "admin" })).await;
    let key = equal.body["data"]["raw_key"].as_str().expect("a key").to_owned();
    app.mint(&key, json!({ "user_id": chief.to_string() })).await;
}

#[tokio::test]
async fn vouching_needs_its_scope_and_reaches_the_claims() {
    let (app, alice, key) = start().await;
    let now = app.parts.now().as_seconds();
    let voucher = app.api_key(&[Permission::TicketMint, Permission::TicketVouch], Role::Member).await;
    let me = app.sign_in(app.admin).await.access;
    for more in [json!({ "subject_auth_time": now }), json!({ "subject_amr": ["pwd"] })] {
        let mut body = json!({ "user_id": alice });
        body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        assert_eq!(mint(&app, &key, body.clone()).await.refusal(), (403, 40000010), "{body}");
        body["user_id"] = json!(app.admin.to_string());
        assert_eq!(
            mint(&app, &me, body.clone()).await.refusal(),
            (403, 40000010),
            "a person vouches for nobody"
        );
    }
    for (member, bad) in [
        ("subject_auth_time", json!({ "subject_auth_time": now + 61 })),
        ("subject_amr", json!({ "subject_amr": ["p w d"] })),
        ("subject_amr", json!({ "subject_amr": [""] })),
        ("subject_amr", json!({ "subject_amr": vec!["pwd"; 11] })),
    ] {
        let mut body = json!({ "user_id": alice });
        body.as_object_mut().expect("an object").extend(bad.as_object().expect("an object").clone());
        let answer = mint(&app, &voucher, body).await;
        assert_eq!((answer.refusal(), &answer.body["member"]), ((400, 40000001), &json!(member)));
    }
    let body = json!({ "user_id": alice, "subject_auth_time": now - 90, "subject_amr": ["pwd", "otp"] });
    let tokens = Tokens::of(app.redeem(&app.mint(&voucher, body).await).await);
    assert_eq!(tokens.claims()["auth_time"], now - 90);
    assert_eq!(tokens.claims()["amr"], json!(["pwd", "otp"]));
    let refreshed = app.post("/auth/refresh", "", json!({ "refresh_token": tokens.refresh })).await;
    assert_eq!(Tokens::of(refreshed).claims()["auth_time"], now - 90, "a refresh is no authentication");
    let silent =
        Tokens::of(app.redeem(&app.mint(&voucher, json!({ "user_id": alice })).await).await).claims();
    assert_eq!((silent.get("auth_time"), silent.get("amr")), (None, None));
}

#[tokio::test]
async fn a_person_mints_for_themselves_whatever_their_rank() {
    let app = TestApp::start().await;
    for role in Role::ALL {
        let user = app.user(&format!("a-{}", role.as_str()), role).await;
        let token = app.sign_in(user).await.access;
        let answer = mint(&app, &token, json!({ "user_id": user.to_string(), "purpose": "sso" })).await;
        assert_eq!(answer.body["purpose"], "sso", "{}", answer.body);
        let tokens = Tokens::of(app.redeem(answer.body["ticket"].as_str().expect("a ticket")).await);
        assert_eq!(tokens.claims()["sub"], user.to_string());
        assert_eq!(tokens.claims()["role"], role.as_str());
        assert!(!tokens.refresh.is_empty());
        assert_eq!(tokens.claims().get("act"), None);
    }
}

#[tokio::test]
async fn p21_ids_that_differ_in_header_body_and_token_are_refused() {
    let (app, alice, key) = start().await;
    let admin = app.sign_in(app.admin).await.access;
    let created = app.post("/admin/tenants", &admin, json!({ "name": "globex" })).await;
    let theirs = created.body["data"]["id"].as_str().expect("a tenant").to_owned();
    let ours = app.tenant.to_string();
    let send = async |header: Option<&str>, body: Option<&str>| {
        let request = app.request("POST", "/auth/generate-ticket").bearer(&key);
        let request = header.into_iter().fold(request, |r, t| r.header("x-tenant-id", t));
        request.json(json!({ "user_id": alice, "tenant_id": body })).send().await.refusal()
    };
    let mismatch = (403, 40000103);
    let invented = TenantId::from_bytes([9; 16]).to_string();
    for other in [&theirs, &invented] {
        assert_eq!(send(Some(other), None).await, mismatch);
        assert_eq!(send(None, Some(other)).await, mismatch);
        assert_eq!(send(Some(&ours), Some(other)).await, mismatch);
        assert_eq!(send(Some(other), Some(&ours)).await, mismatch);
        assert_eq!(send(Some(other), Some(other)).await, mismatch, "both agree, the token does not");
    }
    assert_eq!(tickets(&app), 1, "the administrator's own");
    assert_eq!(send(Some(&ours), Some(&ours)).await, (200, 0));
    let twice = format!(r#"{{"user_id":"{alice}","user_id":"{}"}}"#, app.admin);
    let request = app.request("POST", "/auth/generate-ticket").bearer(&key);
    assert_eq!(request.bytes("application/json", twice.into_bytes()).send().await.refusal(), (400, 40000001));
    let in_query = format!("/auth/generate-ticket?user_id={}&tenant_id={theirs}", app.admin);
    let answer = app.post(&in_query, &key, json!({ "user_id": alice })).await;
    let tokens = Tokens::of(app.redeem(answer.body["ticket"].as_str().expect("a ticket")).await);
    assert_eq!(tokens.claims()["sub"], alice, "the query is not read");
}

#[tokio::test]
async fn nobody_mints_across_the_wall() {
    let (app, _, key) = start().await;
    let admin = app.sign_in(app.admin).await.access;
    let created = app.post("/admin/tenants", &admin, json!({ "name": "globex" })).await;
    let theirs = created.body["data"]["id"].as_str().and_then(TenantId::parse).expect("a tenant");
    let bob = app.within(theirs).user("bob", Role::Member).await;
    let body = json!({ "user_id": bob.to_string() });
    assert_eq!(mint(&app, &key, body.clone()).await.refusal(), (404, 40000301));
    assert_eq!(mint(&app, &admin, body.clone()).await.refusal(), (404, 40000301), "not even their creator");
    let mut reasoned = body;
    reasoned["reason"] = json!("looking around");
    assert_eq!(mint(&app, &admin, reasoned).await.refusal(), (404, 40000301));
}

#[tokio::test]
async fn a_repeated_mint_answers_409_with_the_id_and_never_the_secret() {
    let (app, alice, key) = start().await;
    let body = json!({ "user_id": alice, "ttl_seconds": 60, "idempotency_key": "order-1" });
    let first = mint(&app, &key, body.clone()).await;
    assert_eq!(first.status, 200);
    for _ in 0..2 {
        let again = mint(&app, &key, body.clone()).await;
        assert_eq!(again.refusal(), (409, 40000406));
        assert_eq!(again.body["ticket_id"], first.body["id"]);
        assert!(!again.body.to_string().contains("tkt_"), "{}", again.body);
    }
    for other in [
        json!({ "user_id": alice, "ttl_seconds": 61, "idempotency_key": "order-1" }),
        json!({ "user_id": alice, "idempotency_key": "order-1" }),
        json!({ "user_id": alice, "ttl_seconds": 60, "reason": "x", "idempotency_key": "order-1" }),
    ] {
        let answer = mint(&app, &key, other.clone()).await;
        assert_eq!(answer.refusal(), (409, 40000407), "{other}");
        assert_eq!(answer.body.get("ticket_id"), None);
    }
    assert_eq!(tickets(&app), 1);
    let another = app.api_key(MINT, Role::Member).await;
    assert_eq!(mint(&app, &another, body.clone()).await.status, 200, "another caller's key is another key");
    let hash: Vec<u8> = app.query("SELECT key_hash FROM mint_keys LIMIT 1");
    assert_eq!(hash, sha256(b"order-1"));
    assert_eq!(app.redeem(first.body["ticket"].as_str().expect("a ticket")).await.status, 200);
}

#[tokio::test]
async fn an_idempotency_key_is_free_again_after_24_hours() {
    let (app, alice, key) = start().await;
    let body = json!({ "user_id": alice, "idempotency_key": "daily" });
    let first = mint(&app, &key, body.clone()).await.body["id"].clone();
    app.clock.advance(Span::millis(24 * 3_600_000 - 1));
    assert_eq!(mint(&app, &key, body.clone()).await.body["ticket_id"], first);
    app.clock.advance(Span::millis(1));
    let second = mint(&app, &key, body.clone()).await;
    assert_eq!(second.status, 200, "{}", second.body);
    assert_ne!(second.body["id"], first);
    assert_eq!(mint(&app, &key, body).await.body["ticket_id"], second.body["id"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p01_64_mints_with_one_key_make_one_ticket() {
    let (app, alice, key) = start().await;
    let body = json!({ "user_id": alice, "idempotency_key": "storm" });
    let answers =
        storm(64, |_| app.request("POST", "/auth/generate-ticket").bearer(&key).json(body.clone()).send())
            .await;
    let made: Vec<_> = answers.iter().filter(|a| a.status == 200).collect();
    assert_eq!(made.len(), 1);
    for answer in answers.iter().filter(|a| a.status != 200) {
        assert_eq!(answer.refusal(), (409, 40000406));
        assert_eq!(answer.body["ticket_id"], made[0].body["id"]);
    }
    assert_eq!(tickets(&app), 1);
}
