//! Budgets of minters, and the alarm when one is unusually fast.

use authms_core::access::{Permission, Role};
use authms_core::limits::Quota;
use authms_core::ticket::VelocityPolicy;
use authms_core::time::Span;
use authms_testkit::{Answer, CommitFault, Setup, TestApp, storm};
use serde_json::{Value, json};

const MINT: &[Permission] = &[Permission::TicketMint];

async fn mint(app: &TestApp, bearer: &str, body: Value) -> Answer {
    app.post("/auth/generate-ticket", bearer, body).await
}

async fn batch(app: &TestApp, bearer: &str, item: Value, count: usize) -> Answer {
    app.post("/auth/generate-ticket/batch", bearer, json!({ "items": vec![item; count] })).await
}

fn tickets(app: &TestApp) -> i64 {
    app.query("SELECT count(*) FROM tickets")
}

async fn start(change: impl FnOnce(&mut Setup)) -> (TestApp, String, String) {
    let mut setup = Setup::default();
    change(&mut setup);
    let app = TestApp::with(setup).await;
    let alice = app.user("alice", Role::Member).await.to_string();
    let key = app.api_key(MINT, Role::Member).await;
    (app, alice, key)
}

fn per_minute(requests: u32) -> Quota {
    Quota { requests, window: Span::seconds(60) }
}

#[tokio::test]
async fn a_key_mints_within_its_budget() {
    let (app, alice, key) = start(|s| s.policy.quotas.minter = per_minute(3)).await;
    let ask = json!({ "user_id": alice });
    for _ in 0..3 {
        assert_eq!(mint(&app, &key, ask.clone()).await.status, 200);
    }
    let refused = mint(&app, &key, ask.clone()).await;
    assert_eq!(refused.refusal(), (429, 40000006));
    assert_eq!(refused.body["message"], "1 tickets were asked for, and the budget has 0 of 3 left");
    assert_eq!((refused.header("retry-after"), tickets(&app)), ("20", 3));
    assert!(refused.header("ratelimit").contains("\"minter\";r=0;t=20"), "{}", refused.header("ratelimit"));
    assert!(refused.header("ratelimit-policy").contains("\"minter\";q=3;w=60"));
    let another = app.api_key(MINT, Role::Member).await;
    assert_eq!(mint(&app, &another, ask.clone()).await.status, 200, "another key's budget is another");
    app.clock.advance(Span::seconds(20));
    assert_eq!(mint(&app, &key, ask).await.status, 200);
}

#[tokio::test]
async fn a_person_has_a_budget_over_all_of_their_sessions() {
    let (app, alice, key) = start(|s| s.policy.quotas.minter_person = per_minute(2)).await;
    let (helper, first) = app.home().signed_in("helper", Role::Support).await;
    let second = app.sign_in(helper).await.access;
    app.proves(&first);
    app.proves(&second);
    let ask = json!({ "user_id": alice, "reason": "ticket 7" });
    assert_eq!(mint(&app, &first, ask.clone()).await.status, 200);
    assert_eq!(mint(&app, &second, ask.clone()).await.status, 200);
    for bearer in [&first, &second] {
        let refused = mint(&app, bearer, ask.clone()).await;
        assert_eq!(refused.refusal(), (429, 40000006));
        assert!(refused.header("ratelimit").contains("\"minter_person\";r=0;t=30"));
    }
    assert_eq!(mint(&app, &key, json!({ "user_id": alice })).await.status, 200, "systems go by another");
}

#[tokio::test]
async fn a_batch_is_charged_for_all_of_its_items_or_for_none() {
    let (app, alice, key) = start(|s| s.policy.quotas.minter = per_minute(10)).await;
    let ask = json!({ "user_id": alice });
    assert_eq!(batch(&app, &key, ask.clone(), 7).await.status, 200);
    let refused = batch(&app, &key, ask.clone(), 4).await;
    assert_eq!(refused.refusal(), (429, 40000006));
    assert_eq!(refused.body["message"], "4 tickets were asked for, and the budget has 3 of 10 left");
    assert!(refused.header("ratelimit").contains("\"minter\";r=3;t=6"), "{}", refused.header("ratelimit"));
    assert_eq!(tickets(&app), 7);
    assert_eq!(batch(&app, &key, ask.clone(), 3).await.status, 200, "what is left was not taken");
    let never = batch(&app, &key, ask.clone(), 11).await;
    assert_eq!(never.body["message"], "11 tickets were asked for, and the budget has 0 of 10 left");
    app.clock.advance(Span::seconds(60));
    assert_eq!(batch(&app, &key, ask, 11).await.refusal(), (429, 40000006), "more than the whole budget");
    assert_eq!(tickets(&app), 10);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_budget_raced_by_64_mints_is_not_exceeded() {
    let (app, alice, key) = start(|s| s.policy.quotas.minter = per_minute(10)).await;
    let ask = json!({ "user_id": alice });
    let answers =
        storm(64, |_| app.request("POST", "/auth/generate-ticket").bearer(&key).json(ask.clone()).send())
            .await;
    assert_eq!(answers.iter().filter(|a| a.status == 200).count(), 10);
    assert_eq!(answers.iter().filter(|a| a.refusal() == (429, 40000006)).count(), 54);
    assert_eq!(tickets(&app), 10);
}

fn watchful(setup: &mut Setup) {
    setup.policy.velocity = VelocityPolicy { floor: 3, floor_person: 1, factor: 2 };
}

#[tokio::test]
async fn an_unusual_minute_is_told_once_in_the_commit_that_crosses_the_line() {
    let (app, alice, key) = start(watchful).await;
    let ask = json!({ "user_id": alice });
    // Nothing is known of the key: twice the floor.
    for n in 1..=9 {
        assert_eq!(mint(&app, &key, ask.clone()).await.status, 200);
        assert_eq!(app.audit("ticket.velocity_alarm").len(), usize::from(n > 6), "after {n}");
    }
    let told = &app.audit("ticket.velocity_alarm")[0];
    assert_eq!((&told["tickets"], &told["line"], &told["usual"]), (&json!(7), &json!(6), &json!(0)));
    assert_eq!(told["actor"], app.audit("ticket.minted")[0]["actor"]);
    let seventh = "SELECT (SELECT seq FROM audit_log WHERE name = 'ticket.velocity_alarm')
                        - (SELECT seq FROM audit_log WHERE name = 'ticket.minted' ORDER BY seq LIMIT 1 OFFSET 6)";
    assert_eq!(app.query::<i64>(seventh), 1, "right after the ticket");
    app.clock.advance(Span::seconds(60));
    for _ in 0..7 {
        mint(&app, &key, ask.clone()).await;
    }
    assert_eq!(app.audit("ticket.velocity_alarm").len(), 2, "a new minute, a new alarm");
}

#[tokio::test]
async fn what_a_minter_usually_makes_is_learned() {
    let (app, alice, key) = start(watchful).await;
    let ask = json!({ "user_id": alice });
    for _ in 0..10 {
        batch(&app, &key, ask.clone(), 5).await;
        app.clock.advance(Span::seconds(60));
    }
    batch(&app, &key, ask.clone(), 10).await;
    assert_eq!(app.audit("ticket.velocity_alarm").len(), 0);
    batch(&app, &key, ask, 1).await;
    let told = &app.audit("ticket.velocity_alarm")[0];
    assert_eq!((&told["tickets"], &told["line"], &told["usual"]), (&json!(11), &json!(10), &json!(5)));
}

#[tokio::test]
async fn a_person_who_acts_for_many_is_noticed_and_one_who_signs_in_elsewhere_is_not() {
    let (app, alice, _) = start(watchful).await;
    let (helper, token) = app.home().signed_in("helper", Role::Support).await;
    app.proves(&token);
    for _ in 0..5 {
        assert_eq!(mint(&app, &token, json!({ "user_id": helper.to_string() })).await.status, 200);
    }
    assert_eq!(app.audit("ticket.velocity_alarm").len(), 0);
    for _ in 0..3 {
        assert_eq!(mint(&app, &token, json!({ "user_id": alice, "reason": "ticket 7" })).await.status, 200);
    }
    let told = &app.audit("ticket.velocity_alarm")[0];
    assert_eq!(told["actor"], helper.to_string());
}

#[tokio::test]
async fn an_alarm_is_not_silenced_by_a_mint_that_fails() {
    let (app, alice, key) = start(watchful).await;
    let keyed = json!({ "user_id": alice, "idempotency_key": "again" });
    for _ in 0..7 {
        mint(&app, &key, keyed.clone()).await;
    }
    assert_eq!((tickets(&app), app.audit("ticket.velocity_alarm").len()), (1, 1));
    app.clock.advance(Span::seconds(60));
    let repeated = batch(&app, &key, keyed, 7).await;
    assert_eq!(repeated.body["data"]["failed"], 7);
    assert_eq!((tickets(&app), app.audit("ticket.velocity_alarm").len()), (1, 2));
    app.clock.advance(Span::seconds(60));
    for _ in 0..6 {
        mint(&app, &key, json!({ "user_id": alice })).await;
    }
    app.faults.next_commit(CommitFault::Busy);
    assert_eq!(mint(&app, &key, json!({ "user_id": alice })).await.status, 503);
    assert_eq!(app.audit("ticket.velocity_alarm").len(), 3);
}
