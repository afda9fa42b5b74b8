//! Bounded work.

use crate::frame::Settings;
use crate::openapi;
use crate::shed::BULK;
use crate::testing::{app_with, get, json, request, send, settings};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::routing;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
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

/// One request at work, the others behind it.
async fn one_at_work(max_at_work: usize) -> (crate::App, Arc<Notify>, tokio::task::JoinHandle<u16>) {
    let gate = Arc::new(Notify::new());
    let waiting = gate.clone();
    let slow = Router::new()
        .route("/slow", routing::get(async move || waiting.notified().await))
        .route("/quick", routing::any(async || "done"));
    let app = app_with(Settings { max_at_work, max_in_flight: 64, ..settings() }, Arc::default(), slow);
    let first = tokio::spawn({
        let app = app.clone();
        async move { get(&app, "/slow").await.status().as_u16() }
    });
    tokio::task::yield_now().await;
    (app, gate, first)
}

#[tokio::test]
async fn a_burst_waits_its_turn() {
    let (app, gate, first) = one_at_work(1).await;
    let burst: Vec<_> = (0..20)
        .map(|_| {
            let app = app.clone();
            tokio::spawn(async move { get(&app, "/quick").await.status().as_u16() })
        })
        .collect();
    tokio::task::yield_now().await;
    gate.notify_one();
    assert_eq!(first.await.expect("no panic"), 200);
    for request in burst {
        assert_eq!(request.await.expect("no panic"), 200);
    }
}

#[tokio::test]
async fn a_queue_that_stays_is_turned_away_within_50_ms_and_soon_all_is_well_again() {
    let (app, gate, first) = one_at_work(1).await;
    let until = Instant::now() + Duration::from_millis(150);
    let mut quickest = Duration::MAX;
    while Instant::now() < until {
        let asked = Instant::now();
        let answer = get(&app, "/quick").await;
        assert_eq!(answer.status(), 503);
        assert_eq!(answer.headers()["retry-after"], "1");
        quickest = quickest.min(asked.elapsed());
    }
    assert!(quickest < Duration::from_millis(50), "{quickest:?}");
    assert_eq!(get(&app, "/health/live").await.status(), 200, "health is never turned away");
    assert_eq!(get(&app, "/nowhere").await.status(), 404, "nor what takes no work");
    gate.notify_one();
    assert_eq!(first.await.expect("no panic"), 200);
    assert_eq!(get(&app, "/quick").await.status(), 200);
}

/// A body of a known length that never comes.
struct Never;
impl axum::body::HttpBody for Never {
    type Data = Bytes;
    type Error = Infallible;
    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<hyper::body::Frame<Bytes>, Infallible>>> {
        Poll::Pending
    }
}

#[tokio::test]
async fn bodies_that_come_slowly_keep_nobody_out() {
    let (app, gate, first) = one_at_work(2).await;
    let slow: Vec<_> = (0..8)
        .map(|_| {
            let (app, request) =
                (app.clone(), request("POST", "/quick").body(Body::new(Never)).expect("a request"));
            tokio::spawn(async move { send(&app, request).await })
        })
        .collect();
    tokio::task::yield_now().await;
    assert_eq!(get(&app, "/quick").await.status(), 200);
    slow.iter().for_each(tokio::task::JoinHandle::abort);
    gate.notify_one();
    assert_eq!(first.await.expect("no panic"), 200);
}

#[test]
fn routes_with_large_bodies_are_routes() {
    for route in BULK {
        assert!(openapi::routes().iter().any(|known| known.path == *route), "{route}");
    }
}
