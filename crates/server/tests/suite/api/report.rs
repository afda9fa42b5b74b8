//! Killing a ticket that leaked.

use authms_core::access::{Permission, Role};
use authms_core::id::UserId;
use authms_core::time::Span;
use authms_crypto::{OpaqueToken, Secret};
use authms_testkit::{Answer, TestApp, Tokens, storm};
use serde_json::{Value, json};

const REFUSED: (u16, u64) = (400, 40000401);
const REPORT: &str = "/auth/ticket/report";

async fn report(app: &TestApp, ticket: &str) -> Answer {
    app.request("POST", REPORT).json(json!({ "ticket": ticket })).header("x-request-id", "same").send().await
}

async fn start() -> (TestApp, UserId) {
    let app = TestApp::start().await;
    let alice = app.user("alice", Role::Member).await;
    (app, alice)
}

#[tokio::test]
async fn a_reported_ticket_signs_nobody_in() {
    let (app, alice) = start().await;
    let key = app.home().key(&[Permission::TicketMint], Role::Member).await;
    let ticket = app.mint(key.raw.expose(), json!({ "user_id": alice.to_string() })).await;
    let body = json!({ "ticket": ticket, "note": " found in a chat ", "unknown": 1 });
    let answer = app.post(REPORT, "", body).await;
    assert_eq!((answer.status, answer.code()), (202, 0), "{}", answer.body);
    assert_eq!(app.redeem(&ticket).await.refusal(), REFUSED);
    assert_eq!(app.audit("ticket.refused")[0]["why"], "reported");
    assert_eq!(app.query::<String>("SELECT state || ' ' || revoked_why FROM tickets"), "revoked reported");
    let rows = app.audit("ticket.reported");
    assert_eq!(rows.len(), 1);
    for (member, value) in [
        ("outcome", json!("revoked")),
        ("minter", json!(key.key.id.to_string())),
        ("subject", json!(alice.to_string())),
        ("note", json!("found in a chat")),
        ("ip", json!("127.0.0.1")),
    ] {
        assert_eq!(rows[0][member], value, "{member}");
    }
    assert_eq!(rows[0].get("level"), None, "nothing happened with it");
}

#[tokio::test]
async fn whatever_is_reported_the_answer_and_its_cost_are_the_same() {
    let (app, alice) = start().await;
    let expired = app.ticket(alice).await;
    app.clock.advance(Span::seconds(300));
    let (issued, spent, revoked) =
        (app.ticket(alice).await, app.ticket(alice).await, app.ticket(alice).await);
    let mistyped = format!("{}!", &issued[..issued.len() - 1]);
    assert_eq!(app.redeem(&spent).await.status, 200);
    assert_eq!(report(&app, &revoked).await.status, 202);
    let id = OpaqueToken::parse("tkt_", &issued).expect("a ticket").id;
    let forged = OpaqueToken { id, secret: Secret::new([7; 32]) }.format("tkt_");
    let unknown = OpaqueToken { id: [9; 16], secret: Secret::new([7; 32]) }.format("tkt_");
    let mut seen: Option<(Vec<u8>, Vec<String>)> = None;
    for (what, ticket) in [
        ("empty", ""),
        ("nonsense", "nonsense"),
        ("mistyped", mistyped.as_str()),
        ("forged", forged.expose()),
        ("unknown", unknown.expose()),
        ("expired", expired.as_str()),
        ("revoked", revoked.as_str()),
        ("spent", spent.as_str()),
        ("spent, again", spent.as_str()),
        ("issued", issued.as_str()),
        ("issued, again", issued.as_str()),
    ] {
        let before = app.faults.counts().commits;
        let answer = report(&app, ticket).await;
        assert_eq!(answer.status, 202, "{what}");
        assert_eq!(app.faults.counts().commits, before + 1, "{what}");
        let mut names: Vec<_> = answer.headers.keys().map(ToString::to_string).collect();
        names.sort();
        let now = (answer.bytes, names);
        assert_eq!(&now, seen.get_or_insert_with(|| now.clone()), "{what}: byte for byte");
    }
    assert_eq!(app.audit("ticket.reported").len(), 3, "one each; the others are counted");
    let counted: i64 = app.query("SELECT sum(count) FROM refusals WHERE reason LIKE 'reported_%'");
    assert_eq!(counted, 9);
}

#[tokio::test]
async fn a_wrong_secret_with_a_listed_id_kills_nothing() {
    let (app, alice) = start().await;
    let ticket = app.ticket(alice).await;
    let id = OpaqueToken::parse("tkt_", &ticket).expect("a ticket").id;
    report(&app, OpaqueToken { id, secret: Secret::new([7; 32]) }.format("tkt_").expose()).await;
    assert_eq!(app.redeem(&ticket).await.status, 200);
}

#[tokio::test]
async fn a_spent_ticket_alerts_its_minter_and_flags_its_session_once() {
    let (app, alice) = start().await;
    let minter = app.sign_in(alice).await;
    let ticket = app.mint(&minter.access, json!({ "user_id": alice.to_string() })).await;
    let opened = Tokens::of(app.redeem(&ticket).await);
    app.clock.advance(Span::hours(1));
    for _ in 0..3 {
        assert_eq!(report(&app, &ticket).await.status, 202);
        app.clock.advance(Span::seconds(1));
    }
    let rows = app.audit("ticket.reported");
    assert_eq!(rows.len(), 1);
    for (member, value) in [
        ("level", json!("alert")),
        ("outcome", json!("session_flagged")),
        ("minter", json!(alice.to_string())),
        ("session", opened.claims()["sid"].clone()),
    ] {
        assert_eq!(rows[0][member], value, "{member}");
    }

    let refreshed = app.refresh(&opened.refresh).await;
    assert_eq!(refreshed.status, 200, "nobody is signed out by a report: {}", refreshed.body);
    let listed = app.get("/auth/me/sessions", &Tokens::of(refreshed).access).await;
    let sessions = listed.body["data"]["items"].as_array().expect("sessions").clone();
    let flagged: Vec<_> = sessions.iter().filter(|s| s.get("flagged_at").is_some()).collect();
    assert_eq!((sessions.len(), flagged.len()), (2, 1));
    assert_eq!((&flagged[0]["id"], &flagged[0]["flagged_at"]), (&opened.claims()["sid"], &rows[0]["time"]));
}

#[tokio::test]
async fn a_report_of_an_ended_sessions_ticket_still_alerts() {
    let (app, alice) = start().await;
    let ticket = app.ticket(alice).await;
    let opened = Tokens::of(app.redeem(&ticket).await);
    assert_eq!(app.post("/auth/logout", &opened.access, json!({})).await.status, 200);
    assert_eq!(report(&app, &ticket).await.status, 202);
    assert_eq!(app.audit("ticket.reported")[0]["level"], "alert");
    assert_eq!(app.audit("ticket.reported")[0]["minter"], "console");
}

#[tokio::test]
async fn anybody_may_report_with_any_credentials_or_none() {
    let (app, alice) = start().await;
    let support = app.user("support", Role::Support).await;
    let support = app.sign_in(support).await.access;
    let acting = app.act_for(&support, alice).await.access;
    for bearer in ["", "nonsense", support.as_str(), acting.as_str()] {
        let ticket = app.ticket(alice).await;
        let answer = app.post(REPORT, bearer, json!({ "ticket": ticket })).await;
        assert_eq!(answer.status, 202, "{bearer}");
        assert_eq!(app.redeem(&ticket).await.refusal(), REFUSED, "{bearer}");
    }
}

#[tokio::test]
async fn a_malformed_report_is_refused_before_the_ticket_is_looked_at() {
    let (app, alice) = start().await;
    let ticket = app.ticket(alice).await;
    let before = app.faults.counts();
    for (member, body) in [
        ("ticket", json!({})),
        ("ticket", json!({ "ticket": 1 })),
        ("ticket", json!({ "ticket": "t".repeat(257) })),
        ("note", json!({ "ticket": ticket, "note": 1 })),
        ("note", json!({ "ticket": ticket, "note": "n".repeat(501) })),
        ("note", json!({ "ticket": ticket, "note": "a\r\nb" })),
        ("note", json!({ "ticket": ticket, "note": "a\u{202e}b" })),
        ("note", json!({ "ticket": ticket, "note": " " })),
    ] {
        let answer = app.post(REPORT, "", body.clone()).await;
        assert_eq!((answer.refusal(), &answer.body["member"]), ((400, 40000001), &json!(member)), "{body}");
    }
    for body in ["", "{", "[]", &ticket] {
        let request = app.request("POST", REPORT).bytes("application/json", body.as_bytes().to_vec());
        assert_eq!(request.send().await.refusal(), (400, 40000001), "{body}");
    }
    assert_eq!(app.faults.counts(), before);
    assert_eq!(app.redeem(&ticket).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p01_a_report_among_64_redemptions_kills_the_ticket_or_flags_the_session() {
    let (app, alice) = start().await;
    for round in 0..12 {
        // The newest ticket by its identifier.
        app.clock.advance(Span::seconds(1));
        let ticket = app.ticket(alice).await;
        let answers = storm(65, |i| {
            let path = if i == round * 5 { REPORT } else { "/auth/ticket/signin" };
            app.request("POST", path).json(json!({ "ticket": ticket })).send()
        })
        .await;
        let count = |status: u16| answers.iter().filter(|a| a.status == status).count();
        assert_eq!((count(202), count(200) + count(400)), (1, 64));
        let row = app.audit("ticket.reported").pop().expect("a row");
        let state: String = app.query("SELECT state FROM tickets ORDER BY id DESC LIMIT 1");
        let outcome = row["outcome"].as_str().unwrap_or_default();
        match count(200) {
            0 => assert_eq!((outcome, state.as_str()), ("revoked", "revoked")),
            1 => assert_eq!((outcome, state.as_str()), ("session_flagged", "spent")),
            more => panic!("{more} signed in"),
        }
    }
    let flagged: i64 = app.query("SELECT count(*) FROM sessions WHERE flagged_at IS NOT NULL");
    assert_eq!(flagged, app.query::<i64>("SELECT count(*) FROM sessions"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_storm_of_reports_is_one_alert() {
    let (app, alice) = start().await;
    let ticket = app.ticket(alice).await;
    assert_eq!(app.redeem(&ticket).await.status, 200);
    let answers = storm(64, |_| app.request("POST", REPORT).json(json!({ "ticket": ticket })).send()).await;
    assert!(answers.iter().all(|a| a.status == 202));
    assert_eq!(app.audit("ticket.reported").len(), 1);
    let counted: Value = json!(app.query::<i64>("SELECT sum(count) FROM refusals"));
    assert_eq!(counted, 63);
}
