//! Looking at tickets and revoking them.

use authms_core::access::{Permission, Role};
use authms_core::id::UserId;
use authms_core::time::Span;
use authms_testkit::{Answer, Population, TestApp};
use serde_json::{Value, json};

const TICKETS: &str = "/admin/tickets";

/// What names a ticket.
fn id(ticket: &str) -> String {
    format!("tid_{}", &ticket[4..26])
}

fn path(ticket: &str) -> String {
    format!("{TICKETS}/{}", id(ticket))
}

fn ids(answer: &Answer) -> Vec<String> {
    let items = answer.body["items"].as_array().unwrap_or_else(|| panic!("{}", answer.body));
    items.iter().map(|t| t["id"].as_str().unwrap_or_default().to_owned()).collect()
}

async fn list(app: &TestApp, bearer: &str, query: &str) -> Answer {
    app.get(&format!("{TICKETS}?{query}"), bearer).await
}

async fn delete(app: &TestApp, path: &str, bearer: &str) -> Answer {
    app.request("DELETE", path).bearer(bearer).send().await
}

async fn tickets(home: &Population<'_>, user: UserId, count: usize) -> Vec<String> {
    let mut minted = Vec::new();
    for _ in 0..count {
        minted.push(home.ticket(user).await);
    }
    minted
}

#[tokio::test]
async fn a_ticket_is_looked_at_in_each_state_and_never_shows_its_secret() {
    let app = TestApp::start().await;
    let (_, admin) = app.home().signed_in("root", Role::Admin).await;
    let alice = app.user("alice", Role::Member).await;
    let key = app.api_key(&[Permission::TicketMint], Role::Member).await;
    let client = app.home().client("shop").await.client.id.to_string();
    let body = json!({ "user_id": alice.to_string(), "client_id": client });
    let ticket = app.post("/auth/generate-ticket", &key, body).await.body["ticket"]
        .as_str()
        .expect("a text")
        .to_owned();
    let look = async |ticket: &str| app.get(&path(ticket), &admin).await.body["data"].clone();

    let issued = look(&ticket).await;
    assert_eq!(issued["status"], "issued");
    assert_eq!(issued["user_id"], alice.to_string());
    assert_eq!(issued["client_id"], client);
    assert_eq!(issued["bindings"], json!(["client_id"]));
    assert_eq!(issued["minter"]["type"], "api_key");
    assert_eq!(issued["purpose"], "sso");
    assert!(issued.get("spent_at").is_none() && issued.get("revoked_at").is_none());

    let other = app.home().ticket(alice).await;
    let session = app.redeem(&other).await;
    assert_eq!(session.status, 200);
    let spent = look(&other).await;
    assert_eq!((&spent["status"], &spent["minter"]["type"]), (&json!("spent"), &json!("console")));
    assert!(
        spent["session_id"].as_str().expect("a text").starts_with("ses_") && spent["spent_at"].is_string()
    );

    let revoked = delete(&app, &path(&ticket), &admin).await;
    assert_eq!(revoked.status, 200, "{}", revoked.body);
    assert_eq!(revoked.body["data"], look(&ticket).await);
    assert_eq!(revoked.body["data"]["status"], "revoked");
    assert_eq!(revoked.body["data"]["revoked_why"], "withdrawn");

    let late = app.home().ticket(alice).await;
    app.clock.advance(Span::seconds(300));
    assert_eq!(look(&late).await["status"], "expired");

    for ticket in [&ticket, &other, &late] {
        let secret = &ticket[26..69];
        for shown in [look(ticket).await, list(&app, &admin, "").await.body] {
            assert!(!shown.to_string().contains(secret) && !shown.to_string().contains("hash"), "{shown}");
        }
    }
}

#[tokio::test]
async fn a_revoked_ticket_signs_nobody_in_and_a_spent_one_names_its_session() {
    let app = TestApp::start().await;
    let (_, support) = app.home().signed_in("desk", Role::Support).await;
    let alice = app.user("alice", Role::Member).await;
    let [first, second] = [app.home().ticket(alice).await, app.home().ticket(alice).await];
    for _ in 0..2 {
        let revoked = delete(&app, &path(&first), &support).await;
        assert_eq!(revoked.body["data"]["status"], "revoked", "also the second time");
    }
    assert_eq!(app.redeem(&first).await.refusal(), (400, 40000401));

    let signed_in = app.redeem(&second).await;
    let late = delete(&app, &path(&second), &support).await;
    assert_eq!(late.refusal(), (409, 40000410));
    let claims = authms_testkit::jwt::claims(signed_in.body["access_token"].as_str().expect("a text"));
    assert_eq!(late.body["session_id"], claims["sid"]);
    let me = app.get("/auth/me", signed_in.body["access_token"].as_str().expect("a text")).await;
    assert_eq!(me.status, 200, "revoking came too late and ended nothing");

    let third = app.home().ticket(alice).await;
    app.clock.advance(Span::seconds(300));
    let expired = delete(&app, &path(&third), &support).await;
    assert_eq!((expired.status, &expired.body["data"]["status"]), (200, &json!("expired")));
}

#[tokio::test]
async fn revoking_races_redeeming_and_one_of_them_wins() {
    let app = TestApp::start().await;
    let (_, admin) = app.home().signed_in("root", Role::Admin).await;
    let alice = app.user("alice", Role::Member).await;
    let (mut redeemed, mut withdrawn) = (0, 0);
    for _ in 0..24 {
        let ticket = app.home().ticket(alice).await;
        let path = path(&ticket);
        let (signed_in, revoked) = tokio::join!(app.redeem(&ticket), delete(&app, &path, &admin));
        match (signed_in.status, revoked.status) {
            (200, 409) => redeemed += 1,
            (400, 200) => withdrawn += 1,
            other => panic!("{other:?}: {} {}", signed_in.body, revoked.body),
        }
    }
    assert_eq!(redeemed + withdrawn, 24);
}

#[tokio::test]
async fn all_tickets_of_a_user_are_revoked_together() {
    let app = TestApp::start().await;
    let (_, admin) = app.home().signed_in("root", Role::Admin).await;
    let [alice, bob] = [app.user("alice", Role::Member).await, app.user("bob", Role::Member).await];
    let spent = app.home().sign_in(alice).await;
    let (hers, his) = (tickets(&app.home(), alice, 3).await, app.home().ticket(bob).await);
    let all = format!("/admin/users/{alice}/tickets");
    assert_eq!(delete(&app, &all, &admin).await.body["data"]["revoked"], 3);
    for ticket in &hers {
        assert_eq!(app.redeem(ticket).await.refusal(), (400, 40000401));
    }
    assert_eq!(app.redeem(&his).await.status, 200);
    assert_eq!(app.get("/auth/me", &spent.access).await.status, 200, "sessions go on");
    assert_eq!(delete(&app, &all, &admin).await.body["data"]["revoked"], 0);
    let unknown = format!("/admin/users/{}/tickets", UserId::from_bytes([7; 16]));
    assert_eq!(delete(&app, &unknown, &admin).await.refusal(), (404, 40000301));
}

#[tokio::test]
async fn lists_are_narrowed_and_paged() {
    let app = TestApp::start().await;
    let (_, admin) = app.home().signed_in("root", Role::Admin).await;
    let [alice, bob] = [app.user("alice", Role::Member).await, app.user("bob", Role::Member).await];
    app.clock.advance(Span::seconds(600));
    let since = app.parts.now().to_string();
    let mut hers = Vec::new();
    for _ in 0..5 {
        app.clock.advance(Span::seconds(1));
        hers.insert(0, id(&app.home().ticket(alice).await));
        app.home().ticket(bob).await;
    }
    let narrowed = format!("user_id={alice}&minted_from={since}");
    let all = list(&app, &admin, &narrowed).await;
    assert_eq!(ids(&all), hers, "latest first");
    assert_eq!((&all.body["total"], all.body["pagination"].get("total_relation")), (&json!(5), None));

    let second = list(&app, &admin, &format!("{narrowed}&page=2&page_size=2")).await;
    assert_eq!(ids(&second), hers[2..4]);
    let mut token = String::new();
    let mut walked = Vec::new();
    for _ in 0..3 {
        let page = list(&app, &admin, &format!("{narrowed}&page_size=2{token}")).await;
        walked.extend(ids(&page));
        token = match page.body["pagination"]["next_page_token"].as_str() {
            Some(next) => format!("&page_token={next}"),
            None => String::new(),
        };
    }
    assert_eq!((walked, token), (hers, String::new()));

    assert_eq!(list(&app, &admin, "status=issued").await.body["total"], 10);
    assert_eq!(list(&app, &admin, "status=expired").await.body["total"], 0);
    app.clock.advance(Span::seconds(300));
    assert_eq!(list(&app, &admin, "status=issued").await.body["total"], 0);
    assert_eq!(list(&app, &admin, "status=expired").await.body["total"], 10);
    let bad = [
        ("status=gone", "status"),
        ("user_id=alice", "user_id"),
        ("client_id=usr_x", "client_id"),
        ("minter_id=cli_0000000000000000000000", "minter_id"),
        ("minted_from=yesterday", "minted_from"),
    ];
    for (query, member) in bad {
        let refused = list(&app, &admin, query).await;
        assert_eq!(
            (refused.refusal(), &refused.body["member"]),
            ((400, 40000001), &json!(member)),
            "{query}"
        );
    }
    assert_eq!(list(&app, &admin, "page=501").await.refusal(), (400, 40000016));
}

#[tokio::test]
async fn a_page_token_is_good_for_its_list_alone() {
    let app = TestApp::start().await;
    let (_, admin) = app.home().signed_in("root", Role::Admin).await;
    let other = app.another_tenant("other").await;
    let (_, stranger) = other.signed_in("stranger", Role::Admin).await;
    let alice = app.user("alice", Role::Member).await;
    tickets(&app.home(), alice, 3).await;
    let first = list(&app, &admin, "status=issued&page_size=1").await;
    let token = first.body["pagination"]["next_page_token"].as_str().expect("there is more").to_owned();
    let with = |query: &str| format!("{query}page_size=1&page_token={token}");
    assert_eq!(list(&app, &admin, &with("status=issued&")).await.status, 200);
    // Another tenant, another list, a changed token.
    assert_eq!(list(&app, &stranger, &with("status=issued&")).await.refusal(), (400, 40000015));
    assert_eq!(list(&app, &admin, &with("status=spent&")).await.refusal(), (400, 40000015));
    assert_eq!(list(&app, &admin, &with("")).await.refusal(), (400, 40000015));
    for at in [3, 20, 40, token.len() - 1] {
        let mut changed = token.clone().into_bytes();
        changed[at] = if changed[at] == b'0' { b'1' } else { b'0' };
        let query = format!("status=issued&page_token={}", String::from_utf8_lossy(&changed));
        assert_eq!(list(&app, &admin, &query).await.refusal(), (400, 40000015), "changed at {at}");
    }
    for odd in ["", "pt_", "pt_%C3%A4%C3%A4", "%00", "pt_0000000000000000000000"] {
        let refused = list(&app, &admin, &format!("page_token={odd}")).await;
        assert_eq!(refused.status, 400, "{odd}: {}", refused.body);
    }
}

#[tokio::test]
async fn tickets_of_another_tenant_are_out_of_sight() {
    let app = TestApp::start().await;
    let other = app.another_tenant("other").await;
    let (_, stranger) = other.signed_in("stranger", Role::SuperAdmin).await;
    let alice = app.user("alice", Role::Member).await;
    let ticket = app.home().ticket(alice).await;
    assert_eq!(app.get(&path(&ticket), &stranger).await.refusal(), (404, 40000409));
    assert_eq!(delete(&app, &path(&ticket), &stranger).await.refusal(), (404, 40000409));
    let all = format!("/admin/users/{alice}/tickets");
    assert_eq!(delete(&app, &all, &stranger).await.refusal(), (404, 40000301));
    let seen = list(&app, &stranger, &format!("user_id={alice}")).await;
    assert_eq!((seen.status, &seen.body["items"]), (200, &Value::Array(Vec::new())));
    assert_eq!(app.redeem(&ticket).await.status, 200, "and nothing happened to it");
}

#[tokio::test]
async fn too_many_failed_bindings_revoke_a_ticket() {
    let app = TestApp::start().await;
    let (_, admin) = app.home().signed_in("root", Role::Admin).await;
    let alice = app.user("alice", Role::Member).await;
    let key = app.api_key(&[Permission::TicketMint], Role::Member).await;
    let client = app.home().client("shop").await.client.id.to_string();
    let body = json!({ "user_id": alice.to_string(), "client_id": client });
    let ticket = app.post("/auth/generate-ticket", &key, body).await.body["ticket"]
        .as_str()
        .expect("a text")
        .to_owned();
    for attempts in 1..=5 {
        assert_eq!(app.redeem(&ticket).await.refusal(), (400, 40000401));
        let seen = app.get(&path(&ticket), &admin).await.body["data"].clone();
        let status = if attempts < 5 { "issued" } else { "revoked" };
        assert_eq!((&seen["attempts"], &seen["status"]), (&json!(attempts), &json!(status)));
    }
    assert_eq!(app.get(&path(&ticket), &admin).await.body["data"]["revoked_why"], "attempts");
}
