use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;

use super::file::File;
use super::syslog::Syslog;
use crate::config::SyslogAt;
use crate::scratch::Scratch;
use authms_core::audit::outlet::{Siem, SiemEvent};
use authms_core::time::Timestamp;
use authms_crypto::{TlsClient, TlsIdentity};
use authms_testkit::TestCertificate;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

fn event(json: &str) -> SiemEvent {
    let at = Timestamp::from_millis(1_767_225_600_000);
    SiemEvent { at, name: "login.failed".to_owned(), severity: 2, json: json.to_owned() }
}

fn events() -> Vec<SiemEvent> {
    ["{\"n\":1}", "{\"n\":\"é\"}"].map(event).into()
}

#[tokio::test]
async fn a_file_has_whole_lines_whoever_cut_it_off_or_moved_it_away() {
    let dir = Scratch::new();
    let path = dir.path().join("events.jsonl");
    let file = File::new(path.clone());
    let read = || std::fs::read_to_string(&path).expect("a file");
    file.take(&events()).await.expect("written");
    assert_eq!(read(), "{\"n\":1}\n{\"n\":\"é\"}\n");
    assert_eq!(std::fs::metadata(&path).expect("a file").permissions().mode() & 0o777, 0o600);
    // The disk was full in the middle of a line.
    std::fs::write(&path, "{\"n\":1}\n{\"n").expect("cut off");
    file.take(&events()).await.expect("written");
    assert_eq!(read(), "{\"n\":1}\n{\"n\n{\"n\":1}\n{\"n\":\"é\"}\n");
    // Rotated by renaming, and by truncating.
    std::fs::rename(&path, dir.path().join("events.1")).expect("renamed");
    file.take(&events()).await.expect("written");
    assert_eq!(read().lines().count(), 2);
    std::fs::File::create(&path).expect("truncated");
    file.take(&events()).await.expect("written");
    assert_eq!(read().lines().count(), 2);
    let nowhere = File::new(dir.path().join("none").join("events.jsonl"));
    assert!(nowhere.take(&events()).await.is_err());
}

/// A server of syslog for one connection: where, and all that it reads.
async fn server(pair: Option<&TestCertificate>) -> (u16, JoinHandle<std::io::Result<Vec<u8>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let acceptor = pair.map(|pair| {
        let identity = TlsIdentity::parse(pair.cert.as_bytes(), pair.key.as_bytes()).expect("a pair");
        TlsAcceptor::from(identity.server())
    });
    let reading = tokio::spawn(async move {
        let (mut tcp, _) = listener.accept().await?;
        let mut read = Vec::new();
        match acceptor {
            Some(acceptor) => acceptor.accept(tcp).await?.read_to_end(&mut read).await?,
            None => tcp.read_to_end(&mut read).await?,
        };
        Ok(read)
    });
    (port, reading)
}

fn syslog(port: u16, tls: Option<TlsClient>) -> Syslog {
    let at = SyslogAt { is_tls: tls.is_some(), host: "localhost".to_owned(), port };
    Syslog::new(at, tls, "https://id.example.org/sso")
}

/// Messages by their counted octets (RFC 6587 §3.4.1).
fn messages(mut frames: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    while !frames.is_empty() {
        let space = frames.iter().position(|byte| *byte == b' ').expect("a length");
        let length: usize = std::str::from_utf8(&frames[..space]).expect("digits").parse().expect("a number");
        let message = &frames[space + 1..space + 1 + length];
        found.push(String::from_utf8(message.to_vec()).expect("UTF-8"));
        frames = &frames[space + 1 + length..];
    }
    found
}

#[tokio::test]
async fn a_server_of_syslog_reads_every_message_whole() {
    let pair = TestCertificate::new();
    let believed = authms_crypto::client(Some(pair.cert.as_bytes())).expect("authorities");
    for tls in [None, Some(believed)] {
        let (port, reading) = server(tls.as_ref().map(|_| &pair)).await;
        syslog(port, tls).take(&events()).await.expect("told");
        let read = messages(&reading.await.expect("a task").expect("read"));
        let version = env!("CARGO_PKG_VERSION");
        let head = format!(
            "<109>1 2026-01-01T00:00:00.000Z id.example.org authms - login.failed [origin software=\"authms\" swVersion=\"{version}\"] "
        );
        assert_eq!(read, [format!("{head}{{\"n\":1}}"), format!("{head}{{\"n\":\"é\"}}")]);
    }
}

#[tokio::test]
async fn what_a_server_of_syslog_did_not_read_was_not_told() {
    // It closes without having read.
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let closing = tokio::spawn(async move {
        let (tcp, _) = listener.accept().await.expect("a connection");
        tcp.readable().await.expect("something");
        drop(tcp);
        listener
    });
    assert!(syslog(port, None).take(&events()).await.is_err());
    // Nobody is there.
    drop(closing.await.expect("a task"));
    assert!(syslog(port, None).take(&events()).await.is_err());
    // It is not who it says.
    let (pair, other) = (TestCertificate::new(), TestCertificate::new());
    let (port, reading) = server(Some(&pair)).await;
    let believed = authms_crypto::client(Some(other.cert.as_bytes())).expect("authorities");
    let place: Arc<dyn Siem> = Arc::new(syslog(port, Some(believed)));
    let why = place.take(&events()).await.expect_err("not believed");
    assert!(why.starts_with("the server of syslog failed"), "{why}");
    assert!(reading.await.expect("a task").is_err());
}
