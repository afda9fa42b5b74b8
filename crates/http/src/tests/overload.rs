//! Bounded work.

use crate::frame::Settings;
use crate::testing::{app_with, get, json, settings};
use axum::Router;
use axum::routing;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

#[tokio::test]
async fn the_surplus_is_turned_away_and_health_is_not() {
    let gate = Arc::new(Notify::new());
    let waiting = gate.clone();
    let slow = Router::new().route("/slow", routing::get(async move || waiting.notified().await));
    let app = app_with(Settings { max_in_flight: 2, ..settings() }, Arc::default(), slow);
    let running: Vec<_> = (0..2)
        .map(|_| {
            let app = app.clone();
            tokio::spawn(async move { get(&app, "/slow").await.status() })
        })
        .collect();
    tokio::task::yield_now().await;

    let shed = get(&app, "/slow").await;
    assert_eq!(shed.status(), 503);
    assert_eq!(shed.headers()["retry-after"], "1");
    assert_eq!(json(shed).await["code"], 40000007);
    assert_eq!(get(&app, "/health/ready").await.status(), 200);

    gate.notify_waiters();
    for request in running {
        assert_eq!(request.await.expect("no panic"), 200);
    }
    gate.notify_one();
    assert_eq!(get(&app, "/slow").await.status(), 200, "places are given back");
}

#[tokio::test]
async fn a_slow_request_ends_in_503() {
    let never = Router::new().route("/never", routing::get(std::future::pending::<()>));
    let settings = Settings { request_timeout: Duration::from_millis(20), ..settings() };
    let response = get(&app_with(settings, Arc::default(), never), "/never").await;
    assert_eq!(response.status(), 503);
    assert_eq!(json(response).await["code"], 40000007);
}
