//! A webhook of a real server, told over a real connection.

use super::home::Home;
use super::running::{PATIENCE, until};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};

/// A server that answers 200 to every request: its port, and the heads and bodies of what arrives.
fn receiver() -> (u16, Receiver<(String, Value)>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let (tell, told) = channel();
    std::thread::spawn(move || {
        while let Ok((stream, _)) = listener.accept() {
            let mut stream = BufReader::new(stream);
            let (mut head, mut length) = (String::new(), 0);
            loop {
                let mut line = String::new();
                if stream.read_line(&mut line).unwrap_or(0) < 3 {
                    break;
                }
                if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap_or(0);
                }
                head += &line;
            }
            let mut body = vec![0; length];
            let _ = stream.read_exact(&mut body);
            let _ = stream.get_mut().write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
            if tell.send((head, serde_json::from_slice(&body).unwrap_or_default())).is_err() {
                break;
            }
        }
    });
    (port, told)
}

#[test]
fn a_server_tells_a_webhook_in_the_background() {
    let (port, told) = receiver();
    let home = Home::installed();
    let scopes = ["--scope", "webhook:write", "--scope", "webhook:read", "--scope", "audit:read"];
    let key = [&["key", "create", "--name", "hooks", "--rank", "admin"][..], &scopes].concat();
    let key = home.run(&key).line().to_owned();
    // Its issuer is on this machine, so that this machine may be told.
    let server = home.serve();
    let body = json!({ "url": format!("http://127.0.0.1:{port}/in"), "events": ["user.created"] });
    let (status, made) = server.post_as(&key, "/admin/webhooks", &body);
    assert_eq!(status, 201, "{made}");
    let secret = made["data"]["secret"].as_str().expect("a secret").to_owned();
    home.run(&["user", "create", "--username", "alice"]).success();
    let (head, event) = told.recv_timeout(PATIENCE).expect("it is told");
    assert!(head.starts_with("POST /in HTTP/1.1\r\n"), "{head}");
    for header in [
        "webhook-id: evt_",
        "webhook-timestamp: ",
        "webhook-signature: v1,",
        "content-type: application/json",
    ] {
        assert!(head.contains(&format!("\r\n{header}")), "{header}: {head}");
    }
    assert_eq!(event["type"], "user.created");
    let deliveries = format!("/admin/webhooks/{}/deliveries", made["data"]["id"].as_str().expect("an id"));
    until("the outcome is written", || {
        let (_, found) = server.get_as(&key, &deliveries);
        (found["items"][0]["status"] == "delivered").then_some(())
    });
    assert!(told.try_recv().is_err(), "once");
    let log = server.stop();
    assert!(!log.contains(&secret), "{log}");
}
