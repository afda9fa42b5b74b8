//! Real connections.

use crate::serve::{Transport, serve};
use crate::testing::{app, app_with, settings};
use axum::Router;
use axum::routing;
use std::future::pending;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

const SECOND: Duration = Duration::from_secs(1);

struct Running {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    server: JoinHandle<std::io::Result<()>>,
}

async fn start(app: crate::App, transport: Transport) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let (stop, stopped) = oneshot::channel();
    let shutdown = async {
        let _ = stopped.await;
    };
    let server = tokio::spawn(serve(listener, app, transport, None, shutdown));
    Running { address, stop, server }
}

fn transport() -> Transport {
    Transport { max_connections: 4, header_timeout: 5 * SECOND, drain: 5 * SECOND }
}

async fn connect(address: SocketAddr, sent: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    stream.write_all(sent.as_bytes()).await.expect("sent");
    stream
}

async fn rest(mut stream: TcpStream) -> String {
    let mut bytes = Vec::new();
    let _ = timeout(10 * SECOND, stream.read_to_end(&mut bytes)).await.expect("the connection ends");
    String::from_utf8(bytes).expect("text")
}

#[tokio::test]
async fn requests_in_flight_are_finished_at_shutdown() {
    let (started, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let handler = {
        let (started, go) = (started.clone(), go.clone());
        async move || {
            started.notify_one();
            go.notified().await;
            "done"
        }
    };
    let running = start(app(Router::new().route("/slow", routing::get(handler))), transport()).await;
    let slow = connect(running.address, "GET /slow HTTP/1.1\r\nhost: x\r\n\r\n").await;
    started.notified().await;
    let idle = connect(running.address, "").await;
    let _ = running.stop.send(());
    sleep(Duration::from_millis(100)).await;
    assert!(TcpStream::connect(running.address).await.is_err(), "no new connections");
    sleep(Duration::from_millis(700)).await;
    assert!(!running.server.is_finished(), "it waits for the request");
    go.notify_one();
    let answer = rest(slow).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.ends_with("done"), "{answer}");
    assert!(answer.contains("connection: close"), "{answer}");
    assert_eq!(rest(idle).await, "");
    running.server.await.expect("no panic").expect("no error");
}

#[tokio::test]
async fn a_busy_connection_is_told_to_close_and_not_cut() {
    let running = start(app(Router::new()), transport()).await;
    let mut stream = connect(running.address, "GET /health HTTP/1.1\r\nhost: x\r\n\r\n").await;
    let mut first = [0; 15];
    stream.read_exact(&mut first).await.expect("an answer");
    let _ = running.stop.send(());
    sleep(Duration::from_millis(50)).await;
    stream.write_all(b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("sent");
    let answers = rest(stream).await;
    assert_eq!(answers.matches("HTTP/1.1 200").count(), 1, "{answers}");
    assert!(answers.contains("connection: close"), "{answers}");
    running.server.await.expect("no panic").expect("no error");
}

#[tokio::test]
async fn the_drain_is_bounded() {
    let never = Router::new().route("/never", routing::get(pending::<()>));
    let running = start(app(never), Transport { drain: Duration::from_millis(300), ..transport() }).await;
    let hanging = connect(running.address, "GET /never HTTP/1.1\r\nhost: x\r\n\r\n").await;
    sleep(Duration::from_millis(50)).await;
    let begun = Instant::now();
    let _ = running.stop.send(());
    running.server.await.expect("no panic").expect("no error");
    assert!(begun.elapsed() < 3 * SECOND);
    assert_eq!(rest(hanging).await, "");
}

#[tokio::test]
async fn a_slow_head_is_cut_off() {
    let running =
        start(app(Router::new()), Transport { header_timeout: Duration::from_millis(200), ..transport() })
            .await;
    let begun = Instant::now();
    let slow = connect(running.address, "GET /health HTTP/1.1\r\nhost: x\r\nx-slow: ").await;
    let answer = rest(slow).await;
    assert!(!answer.contains("200 OK"), "{answer}");
    assert!(begun.elapsed() < 3 * SECOND);
}

#[tokio::test]
async fn a_slow_body_is_cut_off() {
    let read = async |body: crate::extract::Json<serde_json::Value>| body.0.to_string();
    let settings = crate::Settings { request_timeout: Duration::from_millis(200), ..settings() };
    let app = app_with(
        crate::Settings { exempt: vec!["127.0.0.0/8".parse().expect("a net")], ..settings },
        Arc::default(),
        Router::new().route("/x", routing::post(read)),
    );
    let running = start(app, transport()).await;
    let head = "POST /x HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\n{";
    let answer = rest(connect(running.address, head).await).await;
    assert!(answer.starts_with("HTTP/1.1 503") && answer.contains("40000007"), "{answer}");
}

#[tokio::test]
async fn connections_are_bounded_and_their_places_given_back() {
    let running = start(app(Router::new()), Transport { max_connections: 1, ..transport() }).await;
    let first = connect(running.address, "").await;
    sleep(Duration::from_millis(50)).await;
    let mut second =
        connect(running.address, "GET /health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
    let mut byte = [0; 1];
    assert!(timeout(Duration::from_millis(200), second.read(&mut byte)).await.is_err(), "it waits");
    drop(first);
    assert!(rest(second).await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn a_peer_that_speaks_something_else_is_survived() {
    let running = start(app(Router::new()), transport()).await;
    rest(connect(running.address, "\x16\x03\x01\r\n\r\n").await).await;
    let huge = format!("GET /health HTTP/1.1\r\nx: {}\r\n\r\n", "a".repeat(100_000));
    assert!(!rest(connect(running.address, &huge).await).await.contains("200 OK"));
    let close = "GET /health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    assert!(rest(connect(running.address, close).await).await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn who_asks_and_never_reads_is_cut_off() {
    let large = async || "x".repeat(1024 * 1024);
    let patience = Duration::from_millis(200);
    let app = app(Router::new().route("/large", routing::get(large)));
    let running = start(app, Transport { max_connections: 1, header_timeout: patience, ..transport() }).await;
    let ask = "GET /large HTTP/1.1\r\nhost: x\r\n\r\n".repeat(100);
    let mut idler = connect(running.address, &ask).await;
    let close = "GET /health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let next = rest(connect(running.address, close).await).await;
    assert!(next.starts_with("HTTP/1.1 200"), "its place is given back: {next}");
    let mut taken = Vec::new();
    let _ = timeout(10 * SECOND, idler.read_to_end(&mut taken)).await.expect("the connection has ended");
    assert!(taken.len() < 100 * 1024 * 1024, "{}", taken.len());
}

#[tokio::test]
async fn who_reads_slowly_is_answered_in_full() {
    let large = async || "x".repeat(4 * 1024 * 1024);
    let patience = Duration::from_millis(400);
    let app = app(Router::new().route("/large", routing::get(large)));
    let running = start(app, Transport { header_timeout: patience, ..transport() }).await;
    let ask = "GET /large HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let (mut slow, mut taken) = (connect(running.address, ask).await, 0);
    let mut buffer = vec![0; 512 * 1024];
    let begun = Instant::now();
    loop {
        match timeout(10 * SECOND, slow.read(&mut buffer)).await.expect("it goes on").expect("no error") {
            0 => break,
            read => taken += read,
        }
        sleep(Duration::from_millis(50)).await;
    }
    assert!(taken > 4 * 1024 * 1024 && begun.elapsed() > patience, "{taken}");
}
