//! What is told, to whom, in which order and form.

use super::{boss, log, names, webhook};
use authms_core::access::Role;
use authms_core::time::Span;
use authms_testkit::{CommitFault, Setup, TestApp};
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[tokio::test]
async fn an_event_is_posted_once_as_the_log_says_it_and_signed() {
    let app = TestApp::start().await;
    let boss = boss(&app).await;
    let (id, secret) = webhook(&app, &boss, json!(["user.created"])).await;
    let ada = app.user("ada", Role::Member).await;
    let received = app.hooks_leave().await;
    let [told] = &received[..] else { panic!("{received:?}") };
    assert_eq!((told.url.as_str(), told.name()), ("https://hooks.shop.test/in", "user.created"));
    assert!(told.is_signed_with(&secret));
    assert_eq!(told.timestamp, app.parts.now().as_seconds());
    let logged = app.get(&format!("/admin/audit/logs/{}", told.id), &boss).await;
    assert_eq!(logged.body["data"]["action"], "user.created", "it has the event's own identifier");
    let data = &told.body["data"];
    assert_eq!((&data["id"], &data["subject"]), (&json!(told.id), &json!(ada.to_string())));
    assert_eq!(told.body["timestamp"], data["time"]);
    assert!(app.hooks_leave().await.is_empty(), "once");
    let [entry] = &log(&app, &boss, &id, "").await[..] else { panic!("one delivery") };
    assert_eq!(
        (&entry["event_id"], &entry["status"], &entry["attempts"], &entry["response_status"]),
        (&json!(told.id), &json!("delivered"), &json!(1), &json!(200))
    );
}

#[tokio::test]
async fn each_endpoint_is_told_what_it_has_chosen_from_then_on() {
    let app = TestApp::start().await;
    let boss = boss(&app).await;
    app.user("before", Role::Member).await;
    let (_, named) = webhook(&app, &boss, json!(["login.failed", "ticket.redeemed"])).await;
    let (_, kind) = webhook(&app, &boss, json!(["user.*"])).await;
    let (_, all) = webhook(&app, &boss, json!(["*"])).await;
    let ada = app.user("ada", Role::Member).await;
    app.sign_in(ada).await;
    let received = app.hooks_leave().await;
    let told = |secret: &str| -> Vec<_> {
        let its = received.iter().filter(|one| one.is_signed_with(secret));
        its.map(|one| one.name().to_owned()).collect()
    };
    assert_eq!(told(&named), ["ticket.redeemed"]);
    assert_eq!(told(&kind), ["user.created"], "nothing of what was before");
    let all = told(&all);
    for name in ["user.created", "ticket.minted", "ticket.redeemed"] {
        assert!(all.iter().any(|told| told == name), "{name}: {all:?}");
    }
    assert!(!all.iter().any(|told| told == "webhook.tested"));
}

#[tokio::test]
async fn what_concerns_one_arrives_in_order_and_waits_for_what_failed() {
    let app = TestApp::start().await;
    let boss = boss(&app).await;
    let (ada, bea) = (app.user("ada", Role::Member).await, app.user("bea", Role::Member).await);
    let (id, _) = webhook(&app, &boss, json!(["user.updated"])).await;
    for round in 0..3 {
        for user in [ada, bea] {
            let body = json!({ "nickname": format!("round {round}") });
            let put = app.put(&format!("/admin/users/{user}"), &boss, body).await;
            assert_eq!(put.status, 200, "{put:?}");
            app.clock.advance(Span::millis(2));
        }
    }
    // The first of ada's fails once: hers wait for it, bea's do not.
    app.receiver.answer_about(&ada.to_string(), 500);
    let mut order: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let first = app.hooks_leave().await;
    let subject = |body: &Value| body["data"]["subject"].as_str().expect("a subject").to_owned();
    let of_ada: Vec<_> = first.iter().filter(|one| subject(&one.body) == ada.to_string()).collect();
    let [failed] = of_ada[..] else { panic!("{of_ada:?}") };
    assert_eq!(first.iter().filter(|one| subject(&one.body) == bea.to_string()).count(), 3);
    app.clock.advance(Span::seconds(10));
    let later = app.hooks_leave().await;
    assert_eq!(later[0].id, failed.id, "what failed is told again first");
    for one in first.iter().filter(|one| one.id != failed.id).chain(&later) {
        order.entry(subject(&one.body)).or_default().push(one.id.clone());
    }
    for (subject, ids) in order {
        assert_eq!(ids.len(), 3, "{subject}");
        assert!(ids.is_sorted(), "identifiers are in the order of time: {ids:?}");
    }
    assert_eq!(log(&app, &boss, &id, "?status=waiting").await.len(), 0);
}

#[tokio::test]
async fn two_processes_tell_an_event_once() {
    let app = TestApp::start().await;
    let other = app.restart(Setup { seed: 2, ..Setup::default() }).await;
    let boss = boss(&app).await;
    webhook(&app, &boss, json!(["user.created"])).await;
    for n in 0..20 {
        app.user(&format!("user{n}"), Role::Member).await;
    }
    app.seal().await;
    let (here, there) = tokio::join!(app.hooks_leave(), other.hooks_leave());
    let again = app.hooks_leave().await;
    assert_eq!(here.len() + there.len() + again.len(), 20);
}

#[tokio::test]
async fn an_event_whose_outcome_was_not_written_is_told_again_with_the_same_identifier() {
    let app = TestApp::start().await;
    let boss = boss(&app).await;
    webhook(&app, &boss, json!(["user.created"])).await;
    app.user("ada", Role::Member).await;
    app.seal().await;
    // Taking a turn, taking the event from the log and counting the attempt are written, the outcome is not.
    let faults = app.faults.clone();
    app.receiver.on_next(move || faults.next_commit(CommitFault::Unavailable));
    assert!(authms_core::webhook::deliver(&app.parts).await.is_err());
    let first = app.receiver.take();
    assert_eq!(names(&first), ["user.created"]);
    assert!(app.hooks_leave().await.is_empty(), "whoever had its turn may still be at it");
    app.clock.advance(Span::seconds(60));
    let second = app.hooks_leave().await;
    assert_eq!((names(&second), &second[0].id), (vec!["user.created"], &first[0].id));
    app.clock.advance(Span::hours(1));
    assert!(app.hooks_leave().await.is_empty());
}

#[tokio::test]
async fn a_test_is_told_to_the_one_that_is_tested() {
    let app = TestApp::start().await;
    let boss = boss(&app).await;
    let (tested, secret) = webhook(&app, &boss, json!(["user.deleted"])).await;
    webhook(&app, &boss, json!(["*"])).await;
    app.hooks_leave().await;
    let answer = app.post(&format!("/admin/webhooks/{tested}/test"), &boss, json!({})).await;
    assert_eq!(answer.status, 202, "{answer:?}");
    let received = app.hooks_leave().await;
    assert_eq!(names(&received), ["webhook.tested"]);
    assert!(received[0].is_signed_with(&secret));
    assert_eq!(answer.body["data"]["event_id"], received[0].id);
}

#[tokio::test]
async fn after_a_rotation_both_secrets_sign_for_a_day() {
    let app = TestApp::start().await;
    let boss = boss(&app).await;
    let (id, first) = webhook(&app, &boss, json!(["user.created"])).await;
    let rotate = async || {
        let rotated = app.post(&format!("/admin/webhooks/{id}/rotate-secret"), &boss, json!({})).await;
        assert_eq!(rotated.status, 200, "{rotated:?}");
        rotated.body["data"]["secret"].as_str().expect("a secret").to_owned()
    };
    let second = rotate().await;
    app.user("ada", Role::Member).await;
    let told = app.hooks_leave().await.remove(0);
    assert!(told.is_signed_with(&first) && told.is_signed_with(&second));
    let third = rotate().await;
    app.user("bea", Role::Member).await;
    let told = app.hooks_leave().await.remove(0);
    assert!(!told.is_signed_with(&first), "at most two");
    assert!(told.is_signed_with(&second) && told.is_signed_with(&third));
    app.clock.advance(Span::hours(24));
    app.user("cleo", Role::Member).await;
    let told = app.hooks_leave().await.remove(0);
    assert!(told.is_signed_with(&third) && !told.is_signed_with(&second), "a day later the new one alone");
}

#[tokio::test]
async fn what_the_log_has_forgotten_is_not_told() {
    let mut setup = Setup::default();
    setup.policy.audit_kept.usual = 1;
    let app = TestApp::with(setup).await;
    let boss = boss(&app).await;
    let (id, _) = webhook(&app, &boss, json!(["user.created"])).await;
    app.receiver.answer_always(Some(500));
    app.user("ada", Role::Member).await;
    app.hooks_leave().await;
    app.clock.advance(Span::hours(25));
    authms_core::audit::log::erase(&app.parts).await.expect("erases");
    assert!(app.hooks_leave().await.is_empty(), "there is nothing left to tell");
    let boss = app.user("boss2", Role::Admin).await;
    let boss = app.sign_in(boss).await.access;
    let dead = log(&app, &boss, &id, "?status=dead").await;
    assert_eq!((dead.len(), &dead[0]["error"]), (1, &json!("the event was erased")));
}
