//! A real server that tells places outside of its audit log.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};

use rusqlite::Connection;
use serde_json::Value;

use super::home::Home;
use super::running::{PATIENCE, Running, until};

/// Takes connections and reads each to its end, or as far as a request goes; then answers this and closes.
fn listener(answer: &'static [u8], is_whole: fn(&[u8]) -> bool) -> (u16, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let (tell, told) = channel();
    std::thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            let (mut read, mut bytes) = (Vec::new(), [0; 4096]);
            while !is_whole(&read) {
                match stream.read(&mut bytes) {
                    Ok(0) | Err(_) => break,
                    Ok(count) => read.extend_from_slice(&bytes[..count]),
                }
            }
            let _ = stream.write_all(answer);
            if tell.send(String::from_utf8_lossy(&read).into_owned()).is_err() {
                break;
            }
        }
    });
    (port, told)
}

/// Whether a request has come to the end of its body.
fn is_request(read: &[u8]) -> bool {
    let text = String::from_utf8_lossy(read).to_ascii_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
    body.len() >= length.unwrap_or(0)
}

fn serve(home: &Home, settings: &[(&str, &str)]) -> Running {
    let mut command = home.command(&["serve", "--listen", "127.0.0.1:0"]);
    command.envs(settings.iter().copied()).env("AUTHMS_AUDIT__ANCHOR_INTERVAL_SECONDS", "1");
    Running::start(command)
}

#[test]
fn a_server_anchors_its_heads_and_the_file_finds_a_store_that_was_tampered_with() {
    let (home, secret) = (Home::installed(), "whsec_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=");
    let file = home.path().join("heads.jsonl");
    let heads = file.to_str().expect("UTF-8");
    let (port, posted) = listener(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", is_request);
    let url = format!("http://127.0.0.1:{port}/heads");
    let settings = [
        ("AUTHMS_AUDIT__ANCHOR_FILE", heads),
        ("AUTHMS_AUDIT__ANCHOR_URL", url.as_str()),
        ("AUTHMS_AUDIT__ANCHOR_SECRET", secret),
    ];
    let server = serve(&home, &settings);
    let lines = || std::fs::read_to_string(&file).map_or(0, |text| text.lines().count());
    until("the first heads are there", || (lines() > 0).then_some(()));
    let before = lines();
    home.run(&["user", "create", "--username", "ada"]).line();
    until("the next one is", || (lines() > before).then_some(()));
    let request = posted.recv_timeout(PATIENCE).expect("heads are posted");
    assert!(
        request.starts_with("POST /heads HTTP/1.1\r\n") && request.contains("audit.anchored"),
        "{request}"
    );
    assert!(request.contains("\r\nwebhook-signature: v1,"), "{request}");
    let log = server.stop();
    assert!(!log.contains(secret) && !log.contains("not anchored"), "{log}");

    let verify = ["audit", "verify", "--anchors", heads];
    assert!(home.run(&verify).success().contains("nothing is wrong"));
    // Cut off in the middle of a line: what is whole stays, and goes on.
    let whole = std::fs::read_to_string(&file).expect("heads");
    std::fs::write(&file, format!("{whole}{{\"head\":\"ey")).expect("cut off");
    let server = serve(&home, &settings[..1]);
    home.run(&["user", "create", "--username", "bea"]).line();
    until("it goes on", || {
        let text = std::fs::read_to_string(&file).expect("heads");
        (text.ends_with('\n') && text.lines().count() > whole.lines().count()).then_some(())
    });
    server.stop();
    assert!(std::fs::read_to_string(&file).expect("heads").starts_with(&whole));
    assert!(home.run(&verify).success().contains("nothing is wrong"));
    // The newest rows of every log are gone, with their hashes, heads and all that is signed.
    let store = Connection::open(home.data().join("authms.db")).expect("the store");
    for table in ["audit_trees", "audit_heads", "audit_rows", "audit_tiles"] {
        store.execute(&format!("DELETE FROM {table}"), []).expect("deleted");
    }
    let found = home.run(&verify);
    assert!(found.code() == Some(1) && found.stdout().contains("were removed"), "{found:?}");
}

#[test]
fn a_server_tells_a_siem_by_file_and_by_syslog() {
    let home = Home::installed();
    let file = home.path().join("events.jsonl");
    let (port, told) = listener(b"", |_| false);
    let syslog = format!("tcp://127.0.0.1:{port}");
    let settings = [
        ("AUTHMS_AUDIT__SIEM__FILE", file.to_str().expect("UTF-8")),
        ("AUTHMS_AUDIT__SIEM__SYSLOG", &syslog),
    ];
    let server = serve(&home, &settings);
    home.run(&["user", "create", "--username", "ada"]).line();
    let events = until("the file has it", || {
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        text.contains("\"user.created\"").then_some(text)
    });
    for line in events.lines() {
        let event: Value = serde_json::from_str(line).expect("a line of JSON");
        assert_eq!(event["metadata"]["version"], "1.3.0", "{line}");
    }
    let mut frames = String::new();
    while !frames.contains("user.created [origin ") {
        frames += &told.recv_timeout(PATIENCE).expect("it is told");
    }
    assert!(frames.contains(" <110>1 ") && frames.contains("\"class_uid\":3001"), "{frames}");
    until("both are noted", || {
        let found = home.run(&["audit", "outlets"]);
        let outlets: Vec<Value> =
            found.success().lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        let well = |outlet: &Value| outlet["failures"] == 0 && outlet["behind"] == 0;
        (outlets.len() == 2 && outlets.iter().all(well)).then_some(())
    });
    server.stop();
    // Again, from where it stopped.
    let before = std::fs::read_to_string(&file).expect("events").lines().count();
    let server = serve(&home, &settings);
    home.run(&["user", "create", "--username", "bea"]).line();
    until("the file goes on", || {
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        let more: Vec<&str> = text.lines().skip(before).collect();
        more.iter().any(|line| line.contains("\"user.created\"")).then(|| {
            assert!(more.iter().all(|line| !events.contains(line)), "nothing is told twice: {more:?}");
        })
    });
    server.stop();
}

#[test]
fn syslog_in_the_clear_stays_on_this_machine() {
    let home = Home::new();
    for (setting, value, said) in [
        ("AUTHMS_AUDIT__SIEM__SYSLOG", "tcp://logs.example.org:601", "off this machine"),
        ("AUTHMS_AUDIT__SIEM__SYSLOG", "udp://127.0.0.1:514", "expected a server such as"),
        ("AUTHMS_AUDIT__SIEM__SYSLOG", "tls://", "expected a server such as"),
        ("AUTHMS_AUDIT__ANCHOR_URL", "http://logs.example.org/", "expected a URL"),
        ("AUTHMS_AUDIT__ANCHOR_SECRET", "geheim", "expected whsec_"),
    ] {
        let mut command = home.command(&["config", "check"]);
        command.env(setting, value);
        let refused = super::home::Done::of(command);
        assert!(refused.refusal().contains(said), "{setting}={value}: {refused:?}");
        assert!(!format!("{refused:?}").contains("geheim"), "{refused:?}");
    }
    for good in ["tls://logs.example.org", "tls://[2001:db8::1]:6514", "tcp://127.0.0.1", "tcp://[::1]:601"] {
        let mut command = home.command(&["config", "check"]);
        command.env("AUTHMS_AUDIT__SIEM__SYSLOG", good);
        super::home::Done::of(command).success();
    }
}
