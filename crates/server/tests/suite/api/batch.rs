//! Many tickets in one call: each minted or refused for itself.

use authms_core::access::{Permission, Role};
use authms_core::id::UserId;
use authms_core::ticket::Purpose;
use authms_testkit::{Answer, CommitFault, TestApp, Tokens, storm};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const MINT: &[Permission] = &[Permission::TicketMint];
const PATH: &str = "/api/v1/auth/generate-ticket/batch";

async fn batch(app: &TestApp, bearer: &str, items: &[Value]) -> Answer {
    app.post(PATH, bearer, json!({ "items": items })).await
}

async fn start() -> (TestApp, String, String) {
    let app = TestApp::start().await;
    let alice = app.user("alice", Role::Member).await.to_string();
    let key = app.api_key(MINT, Role::Member).await;
    (app, alice, key)
}

fn tickets(app: &TestApp) -> i64 {
    app.query("SELECT count(*) FROM tickets")
}

/// The codes of the items, 0 for a ticket.
fn codes(answer: &Answer) -> Vec<u64> {
    let items = answer.body["data"]["items"].as_array().expect("items");
    for (place, item) in items.iter().enumerate() {
        assert_eq!(item["index"], place, "in order");
    }
    items.iter().map(|item| item["code"].as_u64().unwrap_or(0)).collect()
}

fn counts(answer: &Answer) -> (u64, u64) {
    let count = |member: &str| answer.body["data"][member].as_u64().expect("a count");
    (count("succeeded"), count("failed"))
}

#[tokio::test]
async fn each_item_has_its_ticket_its_bindings_and_its_audit_row() {
    let (app, alice, key) = start().await;
    let bob = app.user("bob", Role::Member).await.to_string();
    let (client, secret) = app.client("shop", &[Purpose::Sso]).await;
    let items = [
        json!({ "user_id": alice }),
        json!({ "user_id": bob, "ttl_seconds": 60 }),
        json!({ "user_id": alice, "client_id": client, "idempotency_key": "order-1" }),
    ];
    let answer = batch(&app, &key, &items).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!((answer.code(), counts(&answer)), (0, (3, 0)));
    let made = answer.body["data"]["items"].as_array().expect("items");
    assert_eq!(made[1].as_object().expect("an object").len(), 5);
    assert_eq!((&made[1]["expires_in"], &made[1]["purpose"]), (&json!(60), &json!("sso")));
    let rows = app.audit("ticket.minted");
    let text = |value: &Value| value.as_str().map(str::to_owned).expect("a text");
    // One commit: the order among them tells nothing.
    let ours: BTreeSet<_> = rows.iter().map(|row| (text(&row["ticket"]), text(&row["subject"]))).collect();
    let id = |n: usize| text(&made[n]["ticket_id"]);
    assert_eq!(ours, [(id(0), alice.to_string()), (id(1), bob.clone()), (id(2), alice.to_string())].into());
    assert_eq!(rows.len(), 3);
    assert!(rows.iter().all(|row| row["actor"].as_str().is_some_and(|a| a.starts_with("key_"))));

    let ticket = |n: usize| made[n]["ticket"].as_str().expect("a ticket").to_owned();
    assert_eq!(Tokens::of(app.redeem(&ticket(1)).await).claims()["sub"], bob);
    assert_eq!(app.redeem(&ticket(2)).await.status, 400, "it is bound");
    let redeemed = app.signin(json!({ "ticket": ticket(2) })).basic(&client, &secret).send().await;
    assert_eq!(redeemed.status, 200);
    assert_eq!(app.redeem(&ticket(0)).await.status, 200);
}

#[tokio::test]
async fn one_bad_item_among_10000_fails_alone() {
    let (app, alice, key) = start().await;
    let mut items = vec![json!({ "user_id": alice }); 10_000];
    items[6_789] = json!({ "user_id": "usr_0000000000000000000001" });
    let answer = batch(&app, &key, &items).await;
    assert_eq!(answer.status, 200);
    assert_eq!(counts(&answer), (9_999, 1));
    let codes = codes(&answer);
    assert_eq!(codes[6_789], 40000301);
    assert_eq!(codes.iter().filter(|code| **code == 0).count(), 9_999);
    let items = answer.body["data"]["items"].as_array().expect("items");
    let mut ids: Vec<_> = items.iter().filter_map(|item| item["ticket_id"].as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((ids.len(), tickets(&app), app.audit("ticket.minted").len()), (9_999, 9_999, 9_999));
}

#[tokio::test]
async fn each_refusal_has_the_code_of_the_single_call() {
    let (app, alice, key) = start().await;
    let chief = app.user("chief", Role::Admin).await.to_string();
    let gone = app.user("gone", Role::Member).await;
    let admin = app.sign_in(app.admin).await.access;
    let path = format!("/admin/users/{gone}/status");
    assert_eq!(app.put(&path, &admin, json!({ "status": "disabled" })).await.status, 200);
    let before = tickets(&app);
    let bad = [
        json!({ "user_id": "usr_0000000000000000000001" }),
        json!({ "user_id": "nonsense" }),
        json!({ "user_id": gone.to_string() }),
        json!({ "user_id": chief }),
        json!({ "user_id": alice, "ttl_seconds": 9 }),
        json!({ "user_id": alice, "ttl_seconds": "60" }),
        json!({ "user_id": alice, "client_id": "cli_0000000000000000000001" }),
        json!({ "user_id": alice, "tenant_id": "ten_0000000000000000000001" }),
        json!({ "user_id": alice, "purpose": "on_behalf" }),
        json!({ "user_id": alice, "proof": "short" }),
        json!({ "user_id": alice, "ip": "nowhere" }),
        json!({ "user_id": alice, "existing": "max:0" }),
        json!({ "user_id": alice, "subject_auth_time": 1 }),
        json!({ "user_id": alice, "idempotency_key": "a b" }),
        json!({}),
        json!([]),
        json!("alice"),
        Value::Null,
    ];
    let answer = batch(&app, &key, &bad).await;
    assert_eq!(answer.status, 200);
    assert_eq!(counts(&answer), (0, bad.len() as u64));
    for (item, told) in bad.iter().zip(answer.body["data"]["items"].as_array().expect("items")) {
        let single = app.post("/auth/generate-ticket", &key, item.clone()).await;
        assert_eq!(
            (&told["code"], &told["message"]),
            (&single.body["code"], &single.body["message"]),
            "{item}"
        );
        assert_eq!(told["member"], single.body["member"], "{item}");
        assert_eq!(told.get("ticket"), None);
    }
    assert_eq!(tickets(&app), before);
}

#[tokio::test]
async fn items_have_idempotency_keys_of_their_own() {
    let (app, alice, key) = start().await;
    let keyed = |name: &str| json!({ "user_id": alice, "idempotency_key": name });
    let first = app.post("/auth/generate-ticket", &key, keyed("a")).await;
    let other = json!({ "user_id": alice, "ttl_seconds": 60, "idempotency_key": "b" });
    let answer = batch(&app, &key, &[keyed("a"), keyed("b"), keyed("b"), other, keyed("c")]).await;
    assert_eq!(codes(&answer), [40000406, 0, 40000406, 40000407, 0]);
    let items = &answer.body["data"]["items"];
    assert_eq!(items[0]["ticket_id"], first.body["id"]);
    assert_eq!(items[2]["ticket_id"], items[1]["ticket_id"], "twice in one call");
    assert_eq!(tickets(&app), 3);
    let again = batch(&app, &key, &[keyed("b"), keyed("c"), keyed("d")]).await;
    assert_eq!(codes(&again), [40000406, 40000406, 0]);
    assert_eq!(again.body["data"]["items"][1]["ticket_id"], items[4]["ticket_id"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_raced_by_itself_mints_each_item_once() {
    let (app, alice, key) = start().await;
    let items: Vec<_> =
        (0..600).map(|n| json!({ "user_id": alice, "idempotency_key": format!("k{n}") })).collect();
    let body = json!({ "items": items });
    let answers = storm(8, |_| app.request("POST", PATH).bearer(&key).json(body.clone()).send()).await;
    assert_eq!(answers.iter().map(|a| counts(a).0).sum::<u64>(), 600);
    assert!(answers.iter().flat_map(codes).all(|code| code == 0 || code == 40000406));
    assert_eq!(tickets(&app), 600);
}

#[tokio::test]
async fn existing_holds_within_a_batch() {
    let (app, alice, key) = start().await;
    let item = |existing: &str| json!({ "user_id": alice, "existing": existing });
    let answer = batch(&app, &key, &[item("max:2"), item("max:2"), item("max:2"), item("keep")]).await;
    assert_eq!(codes(&answer), [0, 0, 40000411, 0]);
    let answer = batch(&app, &key, &[item("replace"), item("replace")]).await;
    assert_eq!(codes(&answer), [0, 0]);
    assert_eq!(app.query::<i64>("SELECT count(*) FROM tickets WHERE state = 'issued'"), 1);
}

#[tokio::test]
async fn an_item_whose_row_fails_in_the_store_fails_alone() {
    let (app, alice, key) = start().await;
    app.refuse_rows("tickets", "NEW.expires_at - NEW.created_at = 60000");
    let mut items = vec![json!({ "user_id": alice }); 1_100];
    for bad in [3, 700] {
        items[bad] = json!({ "user_id": alice, "ttl_seconds": 60 });
    }
    let answer = batch(&app, &key, &items).await;
    assert_eq!(counts(&answer), (1_098, 2));
    let codes = codes(&answer);
    assert_eq!((codes[3], codes[700]), (40000007, 40000007));
    assert_eq!(tickets(&app), 1_098);
}

#[tokio::test]
async fn a_fault_is_told_for_the_items_it_struck() {
    let (app, alice, key) = start().await;
    app.faults.next_commit(CommitFault::Busy);
    app.faults.next_commit(CommitFault::Written);
    let items = vec![json!({ "user_id": alice }); 3];
    let answer = batch(&app, &key, &items).await;
    assert_eq!(codes(&answer), [40000007, 40000007, 0]);
    assert_eq!(answer.body["data"]["items"][1]["message"], "the outcome is unknown");
    assert_eq!(tickets(&app), 2);
}

#[tokio::test]
async fn a_batch_is_an_object_with_1_to_10000_items_within_8_mib() {
    let (app, alice, key) = start().await;
    let send = async |body: Vec<u8>| {
        app.request("POST", PATH).bearer(&key).bytes("application/json", body).send().await
    };
    for odd in ["{}", r#"{"items":{}}"#, r#"{"items":null}"#, r#"{"items":[]}"#, r#"{"items":"x"}"#] {
        let answer = send(odd.as_bytes().to_vec()).await;
        assert_eq!((answer.refusal(), &answer.body["member"]), ((400, 40000001), &json!("items")), "{odd}");
    }
    for odd in ["[]", "", "{", r#"{"items":[{"user_id":}]}"#, r#"{"items":[}"#, "{\"items\":[\"\u{1}\"]}"] {
        assert_eq!(send(odd.as_bytes().to_vec()).await.refusal(), (400, 40000001), "{odd}");
    }
    let many = send(format!(r#"{{"items":[0{}]}}"#, ",0".repeat(10_000)).into_bytes()).await;
    assert_eq!(many.refusal(), (400, 40000001));
    assert_eq!(many.body["message"], "items: longer than 10000 items");
    let padded = |size: usize| {
        let start = format!(r#"{{"items":[{{"user_id":"{alice}"}}],"ignored":""#);
        let padding = " ".repeat(size - start.len() - 2);
        format!(r#"{start}{padding}"}}"#).into_bytes()
    };
    assert_eq!(send(padded(8 * 1024 * 1024)).await.status, 200);
    let large = send(padded(8 * 1024 * 1024 + 1)).await;
    assert_eq!(large.refusal(), (413, 40000004));
    assert_eq!(large.body["message"], "the body is larger than 8388608 bytes");
    let single = app.request("POST", "/auth/generate-ticket").bearer(&key);
    let single = single.bytes("application/json", padded(65_537)).send().await;
    assert_eq!(single.refusal(), (413, 40000004), "for all others it stays 64 KiB");
    assert_eq!(tickets(&app), 1);
}

#[tokio::test]
async fn a_batch_is_for_those_who_mint_for_others() {
    let (app, alice, _) = start().await;
    let items = [json!({ "user_id": alice, "reason": "ticket 7" })];
    let (_, member) = app.home().signed_in("member", Role::Member).await;
    let (_, helper) = app.home().signed_in("helper", Role::Support).await;
    let reader = app.api_key(&[Permission::UserRead], Role::Admin).await;
    for bearer in [&member, &reader] {
        // Refused before its body is read: this one is not even JSON.
        let answer = app.request("POST", PATH).bearer(bearer).bytes("text/plain", vec![b'x'; 100_000]);
        assert_eq!(answer.send().await.refusal(), (403, 40000010));
    }
    assert_eq!(app.request("POST", PATH).json(json!({ "items": items })).send().await.status, 401);
    let acting = app.home().on_behalf(&helper, UserId::parse(&alice).expect("an id")).await;
    assert_eq!(batch(&app, &acting, &items).await.refusal(), (403, 40000012));
    let answer = batch(&app, &helper, &items).await;
    assert_eq!(answer.body["data"]["items"][0]["code"], 40000404, "nobody acts for many: {}", answer.body);
}

#[tokio::test]
async fn a_batch_reads_each_user_and_client_once() {
    let (app, alice, key) = start().await;
    let (client, _) = app.client("shop", &[Purpose::Sso]).await;
    let item = json!({ "user_id": alice, "client_id": client });
    let before = app.faults.counts();
    assert_eq!(counts(&batch(&app, &key, &vec![item; 2_000]).await), (2_000, 0));
    let after = app.faults.counts();
    assert!(after.reads - before.reads <= 10, "{} reads", after.reads - before.reads);
}
