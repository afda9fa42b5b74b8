//! TLS as clients meet it: real handshakes over real connections.

use authms_crypto::{TlsIdentity, TlsServer};
use authms_http::{Tls, Transport, serve};
use authms_testkit::{Setup, TestApp, TestCertificate};
use std::future::pending;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{ClientConfig, ProtocolVersion, RootCertStore, SupportedProtocolVersion};

const SECOND: Duration = Duration::from_secs(1);
const HEALTH: &str = "GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n";
const LAST: &str = "GET /health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";

/// A server with a certificate that can be replaced.
struct Server {
    address: SocketAddr,
    certificate: TestCertificate,
    current: watch::Sender<TlsServer>,
    _app: TestApp,
}

fn identity(pair: &TestCertificate) -> TlsServer {
    TlsIdentity::parse(pair.cert.as_bytes(), pair.key.as_bytes()).expect("a pair").server()
}

impl Server {
    async fn start(transport: Transport) -> Self {
        let mut setup = Setup::default();
        setup.settings.hsts = true;
        let app = TestApp::with(setup).await;
        let certificate = TestCertificate::new();
        let (current, followed) = watch::channel(identity(&certificate));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(serve(listener, app.http(), transport, Some(Tls::new(followed)), pending()));
        Self { address, certificate, current, _app: app }
    }

    async fn tcp(&self) -> TcpStream {
        TcpStream::connect(self.address).await.expect("a connection")
    }

    /// A client that believes `certificate` alone.
    async fn client(&self, certificate: &TestCertificate) -> io::Result<TlsStream<TcpStream>> {
        self.client_with(certificate, &[&TLS13, &TLS12], &[]).await
    }

    async fn client_with(
        &self,
        certificate: &TestCertificate,
        versions: &[&'static SupportedProtocolVersion],
        alpn: &[&str],
    ) -> io::Result<TlsStream<TcpStream>> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(certificate.cert.as_bytes()).expect("PEM")).expect("a root");
        let config = ClientConfig::builder_with_protocol_versions(versions);
        let mut config = config.with_root_certificates(roots).with_no_client_auth();
        config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
        let name = ServerName::try_from("localhost").expect("a name");
        TlsConnector::from(Arc::new(config)).connect(name, self.tcp().await).await
    }
}

fn transport() -> Transport {
    Transport { max_connections: 8, header_timeout: 10 * SECOND, drain: SECOND }
}

/// Everything up to a clean end: without `close_notify` this would be an error.
async fn rest(mut stream: impl AsyncReadExt + Unpin) -> String {
    let mut bytes = Vec::new();
    timeout(10 * SECOND, stream.read_to_end(&mut bytes)).await.expect("it ends").expect("cleanly");
    String::from_utf8(bytes).expect("text")
}

#[tokio::test]
async fn both_versions_are_spoken_and_browsers_told_to_insist() {
    let server = Server::start(transport()).await;
    for (version, wanted) in [(&TLS13, ProtocolVersion::TLSv1_3), (&TLS12, ProtocolVersion::TLSv1_2)] {
        let client = server.client_with(&server.certificate, &[version], &["h2", "http/1.1"]).await;
        let mut client = client.expect("a handshake");
        assert_eq!(client.get_ref().1.protocol_version(), Some(wanted));
        assert_eq!(client.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
        client.write_all(LAST.as_bytes()).await.expect("sent");
        let answer = rest(client).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(answer.contains("strict-transport-security: max-age=31536000\r\n"), "{answer}");
    }
    let h2_alone = server.client_with(&server.certificate, &[&TLS13], &["h2"]).await;
    assert!(h2_alone.is_err(), "nothing else is spoken");
}

#[tokio::test]
async fn a_new_certificate_counts_from_the_next_connection_and_drops_none() {
    let server = Server::start(transport()).await;
    let mut old = server.client(&server.certificate).await.expect("a handshake");
    let next = TestCertificate::new();
    assert!(server.client(&next).await.is_err(), "not yet");

    server.current.send_replace(identity(&next));
    let mut new = server.client(&next).await.expect("the new certificate");
    assert!(server.client(&server.certificate).await.is_err(), "no longer the old one");
    new.write_all(LAST.as_bytes()).await.expect("sent");
    assert!(rest(new).await.starts_with("HTTP/1.1 200"));
    // Twice on the connection that was there before: it is kept alive, too.
    for request in [HEALTH, LAST] {
        old.write_all(request.as_bytes()).await.expect("sent");
        let mut first = [0; 12];
        old.read_exact(&mut first).await.expect("an answer");
        assert_eq!(&first, b"HTTP/1.1 200");
        let mut seen = Vec::new();
        while request == HEALTH && !seen.ends_with(b"}") {
            seen.push(old.read_u8().await.expect("the rest of it"));
        }
    }
    rest(old).await;
}

#[tokio::test]
async fn plain_http_is_closed_and_the_server_goes_on() {
    let server = Server::start(transport()).await;
    let mut plain = server.tcp().await;
    plain.write_all(HEALTH.as_bytes()).await.expect("sent");
    let mut said = Vec::new();
    timeout(5 * SECOND, plain.read_to_end(&mut said)).await.expect("it ends").expect("cleanly");
    assert!(said.first() == Some(&21) && said.len() < 16, "an alert and nothing else: {said:?}");
    let mut client = server.client(&server.certificate).await.expect("a handshake");
    client.write_all(LAST.as_bytes()).await.expect("sent");
    assert!(rest(client).await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn a_slow_handshake_is_cut_off_holds_a_place_and_blocks_nobody() {
    let patience = Duration::from_millis(600);
    let bounds = Transport { max_connections: 2, header_timeout: patience, ..transport() };
    let server = Server::start(bounds).await;
    let begun = Instant::now();
    let mut silent = server.tcp().await;
    // The head of a record whose body never comes.
    silent.write_all(&[22, 3, 1, 1, 0]).await.expect("sent");

    let mut beside = server.client(&server.certificate).await.expect("a handshake beside it");
    assert!(begun.elapsed() < patience, "it did not wait for the other");
    // Both places are taken, one by a handshake: a third connection waits for it to be cut off.
    let third = server.client(&server.certificate);
    let third = async {
        let client = third.await;
        (client, begun.elapsed())
    };
    let (third, waited) = timeout(10 * SECOND, third).await.expect("in time");
    assert!(third.is_ok() && waited >= patience / 2, "{waited:?}");
    let mut said = Vec::new();
    let ended = timeout(5 * SECOND, silent.read_to_end(&mut said)).await;
    assert!(ended.is_ok() && said.is_empty(), "{said:?}");
    let _ = beside.shutdown().await;
}

#[tokio::test]
async fn a_handshake_under_way_does_not_hold_a_stop_beyond_its_bound() {
    let app = TestApp::start().await;
    let (_current, followed) = watch::channel(identity(&TestCertificate::new()));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    stream.write_all(&[22]).await.expect("sent");
    let begun = Instant::now();
    let stopped = tokio::time::sleep(SECOND / 10);
    serve(listener, app.http(), transport(), Some(Tls::new(followed)), stopped).await.expect("served");
    assert!(begun.elapsed() < 5 * SECOND, "the drain is a second");
}
