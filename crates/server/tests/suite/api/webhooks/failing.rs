//! Receivers that fail, and what becomes of what they were to be told.

use super::{boss, log, names, webhook};
use authms_core::access::Role;
use authms_core::time::Span;
use authms_testkit::TestApp;
use serde_json::{Value, json};

async fn show(app: &TestApp, bearer: &str, id: &str) -> Value {
    app.get(&format!("/admin/webhooks/{id}"), bearer).await.body["data"].clone()
}

#[tokio::test]
async fn it_is_tried_again_with_growing_pauses_and_is_a_dead_letter_after_days() {
    let app = TestApp::start().await;
    let boss = boss(&app).await;
    let (id, _) = webhook(&app, &boss, json!(["user.created"])).await;
    app.receiver.answer_always(Some(503));
    app.user("ada", Role::Member).await;
    let begun = app.parts.now();
    let (mut tries, mut pauses, mut last) = (0, Vec::new(), begun);
    while tries < 75 {
        let tried = app.hooks_leave().await.len();
        assert!(tried <= 1);
        if tried == 1 {
            tries += 1;
            let now = app.parts.now();
            pauses.push((now.as_millis() - last.as_millis()) / 1000);
            last = now;
        }
        // In steps that are fine at first, and coarse later.
        app.clock.advance(Span::seconds(if tries < 5 { 1 } else { 60 }));
        assert!(app.parts.now() < begun.plus(Span::hours(5 * 24)), "{tries} tries");
    }
    for (at, (shortest, longest)) in [(4, 7), (16, 25), (64, 97), (256, 385)].into_iter().enumerate() {
        assert!((shortest..=longest).contains(&pauses[at + 1]), "{at}: {pauses:?}");
    }
    assert!(pauses.iter().skip(7).all(|pause| (2880..=4380).contains(pause)), "{pauses:?}");
    let days = (last.as_millis() - begun.as_millis()) / (24 * 3_600_000);
    assert!((2..=4).contains(&days), "{days}");
    // Days later the first session is over.
    app.clock.advance(Span::hours(1));
    let boss = app.user("boss2", Role::Admin).await;
    let boss = app.sign_in(boss).await.access;
    let dead = log(&app, &boss, &id, "?status=dead").await;
    assert_eq!(dead.len(), 1, "{dead:?}");
    assert_eq!((&dead[0]["attempts"], &dead[0]["response_status"]), (&json!(75), &json!(503)));

    app.receiver.answer_always(None);
    assert!(!names(&app.hooks_leave().await).is_empty(), "what is new arrives");
    let replayed = app.post(&format!("/admin/webhooks/{id}/replay"), &boss, json!({})).await;
    assert_eq!(replayed.status, 202, "{replayed:?}");
    let told = app.hooks_leave().await;
    assert_eq!((names(&told), &json!(told[0].id)), (vec!["user.created"], &dead[0]["event_id"]));
    assert!(log(&app, &boss, &id, "?status=dead").await.is_empty());
    let one = format!("/admin/webhooks/{id}/deliveries/{}/replay", told[0].id);
    assert_eq!(app.post(&one, &boss, json!({})).await.status, 202, "also what was delivered");
    assert_eq!(app.hooks_leave().await[0].id, told[0].id);
}

#[tokio::test]
async fn an_endpoint_that_fails_is_asked_once_a_minute_whatever_waits() {
    let app = TestApp::start().await;
    let boss = boss(&app).await;
    let (id, _) = webhook(&app, &boss, json!(["user.created"])).await;
    app.receiver.is_gone();
    for n in 0..50 {
        app.user(&format!("user{n}"), Role::Member).await;
    }
    let mut asked = 0;
    for _ in 0..600 {
        asked += app.hooks_leave().await.len();
        app.clock.advance(Span::seconds(1));
    }
    // The first batch, and then one at a time.
    assert!((16 + 9..=16 + 15).contains(&asked), "{asked}");
    assert!(show(&app, &boss, &id).await["failing_since"].is_string());
    let waiting = log(&app, &boss, &id, "?status=waiting").await;
    assert_eq!(waiting[0]["response_status"], Value::Null);
    app.receiver.answer_always(None);
    app.clock.advance(Span::hours(2));
    assert_eq!(app.hooks_leave().await.len(), 50, "once it is there again everything arrives");
    assert!(show(&app, &boss, &id).await["failing_since"].is_null());
}

#[tokio::test]
async fn who_asks_to_wait_is_left_alone_for_so_long() {
    let app = TestApp::start().await;
    let boss = boss(&app).await;
    webhook(&app, &boss, json!(["user.created"])).await;
    app.receiver.ask_to_wait(Span::seconds(50));
    app.user("ada", Role::Member).await;
    assert_eq!(app.hooks_leave().await.len(), 1);
    app.clock.advance(Span::seconds(49));
    assert!(app.hooks_leave().await.is_empty());
    app.clock.advance(Span::seconds(1));
    assert_eq!(app.hooks_leave().await.len(), 1);
}

#[tokio::test]
async fn after_days_of_failures_it_is_disabled_with_a_row_and_goes_on_where_it_stopped() {
    let app = TestApp::start().await;
    let admin = boss(&app).await;
    let (id, _) = webhook(&app, &admin, json!(["user.created"])).await;
    app.receiver.answer_always(Some(404));
    app.user("ada", Role::Member).await;
    app.hooks_leave().await;
    app.clock.advance(Span::hours(5 * 24));
    app.user("bea", Role::Member).await;
    assert!(!app.hooks_leave().await.is_empty());
    let boss = app.user("boss2", Role::Admin).await;
    let boss = app.sign_in(boss).await.access;
    let shown = show(&app, &boss, &id).await;
    assert_eq!((&shown["status"], &shown["disabled_reason"]), (&json!("disabled"), &json!("failing")));
    let rows = app.audit("webhook.disabled");
    assert_eq!((rows.len(), &rows[0]["why"], &rows[0]["webhook"]), (1, &json!("failing"), &json!(id)));
    app.user("cleo", Role::Member).await;
    app.receiver.answer_always(None);
    app.clock.advance(Span::seconds(600));
    assert!(app.hooks_leave().await.is_empty(), "it is left alone");
    assert_eq!(app.post(&format!("/admin/webhooks/{id}/test"), &boss, json!({})).await.code(), 40001905);
    let put = app.put(&format!("/admin/webhooks/{id}"), &boss, json!({ "status": "active" })).await;
    assert_eq!((put.status, &put.body["data"]["status"]), (200, &json!("active")));
    assert_eq!(app.hooks_leave().await.len(), 4, "ada, bea, boss2 and cleo: nobody is left out");
}

#[tokio::test]
async fn who_answers_410_is_told_nothing_more_and_may_begin_anew() {
    let app = TestApp::start().await;
    let boss = boss(&app).await;
    let (id, _) = webhook(&app, &boss, json!(["user.created"])).await;
    app.receiver.answer_next(410);
    app.user("ada", Role::Member).await;
    assert_eq!(app.hooks_leave().await.len(), 1);
    assert_eq!(show(&app, &boss, &id).await["disabled_reason"], "gone");
    app.user("bea", Role::Member).await;
    app.clock.advance(Span::seconds(600));
    assert!(app.hooks_leave().await.is_empty());
    let body = json!({ "status": "active", "skip_missed": true });
    assert_eq!(app.put(&format!("/admin/webhooks/{id}"), &boss, body).await.status, 200);
    app.user("cleo", Role::Member).await;
    let told = app.hooks_leave().await;
    assert_eq!(told.len(), 1, "cleo alone");
    let dead = log(&app, &boss, &id, "?status=dead").await;
    assert_eq!((dead.len(), &dead[0]["error"]), (1, &json!("skipped")), "and ada can be replayed");
}

#[tokio::test]
async fn what_was_told_is_forgotten_after_a_day_and_dead_letters_after_a_month() {
    let app = TestApp::start().await;
    let boss = boss(&app).await;
    let (id, _) = webhook(&app, &boss, json!(["user.created"])).await;
    app.user("ada", Role::Member).await;
    app.hooks_leave().await;
    let count = || app.count("SELECT count(*) FROM webhook_deliveries");
    app.clock.advance(Span::hours(23));
    app.store().sweep().await.expect("sweeps");
    assert_eq!(count(), 1);
    app.clock.advance(Span::hours(1));
    app.store().sweep().await.expect("sweeps");
    assert_eq!(count(), 0);
    let user = app.user("boss2", Role::Admin).await;
    let boss = app.sign_in(user).await.access;
    app.hooks_leave().await;
    assert_eq!(app.delete(&format!("/admin/webhooks/{id}"), &boss).await.status, 204);
    app.clock.advance(Span::seconds(10));
    for _ in 0..2 {
        app.store().sweep().await.expect("sweeps");
    }
    assert_eq!(
        (count(), app.count("SELECT count(*) FROM webhooks")),
        (0, 0),
        "of what was deleted nothing stays"
    );
}
