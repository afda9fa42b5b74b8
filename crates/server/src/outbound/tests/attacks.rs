//! Against real servers on this machine, which are allowed where a test says so.

use crate::outbound::resolve::Resolve;
use crate::outbound::{Outbound, Reach, Target};
use crate::post::tests::peer::http;
use authms_core::ports::Answered;
use authms_core::time::Span;
use authms_crypto::TlsClient;
use authms_testkit::TestCertificate;
use hyper::header::HeaderMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

fn this_machine() -> Reach {
    Reach::new(vec!["127.0.0.0/8".parse().expect("a network")])
}

/// Finds these addresses, one after another, whatever is asked for; and how often it was asked.
fn resolver(found: Vec<Vec<SocketAddr>>) -> (Resolve, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let (count, found) = (asked.clone(), Mutex::new(found));
    let resolve: Resolve = Arc::new(move |_, _| {
        count.fetch_add(1, Ordering::Relaxed);
        let mut found = found.lock().expect("unpoisoned");
        let next = if found.len() > 1 { found.remove(0) } else { found[0].clone() };
        Box::pin(std::future::ready(Ok(next)))
    });
    (resolve, asked)
}

fn outbound(reach: Reach, resolve: Option<Resolve>) -> Outbound {
    let mut outbound = Outbound::new(reach);
    outbound.whole = Duration::from_secs(5);
    if let Some(resolve) = resolve {
        outbound.resolve = resolve;
    }
    outbound
}

async fn post(outbound: &Outbound, url: &str, tls: Option<&TlsClient>) -> Result<Answered, &'static str> {
    let target = Target::parse(url).expect(url);
    outbound.post(&target, tls, HeaderMap::new(), b"{}".to_vec()).await
}

fn believes(pair: &TestCertificate) -> TlsClient {
    authms_crypto::client(Some(pair.cert.as_bytes())).expect("authorities")
}

const NOT_ALLOWED: Result<Answered, &str> = Err(crate::outbound::NOT_ALLOWED);

#[tokio::test]
async fn nothing_on_this_machine_is_reached_unless_the_operator_says_so() {
    let (address, heard) = http(None, "HTTP/1.1 200 OK").await;
    let (port, closed) = (address.port(), outbound(Reach::default(), None));
    for host in [
        "127.0.0.1",
        "localhost",
        "127.1",
        "2130706433",
        "0x7f.1",
        "0177.0.0.1",
        "[::ffff:127.0.0.1]",
        "[::1]",
        "0.0.0.0",
        "[::]",
    ] {
        for scheme in ["http", "https"] {
            let tls = believes(&TestCertificate::new());
            let refused = post(&closed, &format!("{scheme}://{host}:{port}/"), Some(&tls)).await;
            assert!(
                refused == NOT_ALLOWED || refused == Err("the host cannot be resolved"),
                "{host}: {refused:?}"
            );
        }
    }
    assert!(heard.lock().expect("unpoisoned").is_empty());
    let open = outbound(this_machine(), None);
    let answered = post(&open, &format!("http://127.0.0.1:{port}/"), None).await;
    assert_eq!(answered, Ok(Answered { status: 200, retry_after: None }));
}

#[tokio::test]
async fn a_name_that_turns_to_this_machine_after_it_was_looked_at_is_connected_to_as_it_was_looked_at() {
    let (address, heard) = http(None, "HTTP/1.1 200 OK").await;
    // Whoever resolves twice, once to check and once to connect, connects to the second.
    let good: SocketAddr = "192.0.2.1:1".parse().expect("an address");
    let reach = Reach::new(vec!["192.0.2.0/24".parse().expect("a network")]);
    let (resolve, asked) = resolver(vec![vec![good], vec![address]]);
    let rebinding = outbound(reach.clone(), Some(resolve));
    let tls = believes(&TestCertificate::new());
    let mut target = Target::parse("https://rebinds.test/").expect("a URL");
    target.port = address.port();
    let whole = tokio::time::timeout(Duration::from_millis(300), async {
        rebinding.post(&target, Some(&tls), HeaderMap::new(), Vec::new()).await
    });
    let outcome = whole.await;
    assert!(!matches!(outcome, Ok(Ok(_))), "{outcome:?}");
    assert_eq!(asked.load(Ordering::Relaxed), 1, "it is resolved once");
    let again = rebinding.post(&target, Some(&tls), HeaderMap::new(), Vec::new()).await;
    assert_eq!(again, NOT_ALLOWED, "what it turned to is looked at the next time");
    assert!(heard.lock().expect("unpoisoned").is_empty());
}

#[tokio::test]
async fn of_several_addresses_only_the_allowed_are_tried() {
    let (inner, heard) = http(None, "HTTP/1.1 200 OK").await;
    let reach = Reach::new(vec!["127.0.0.2/32".parse().expect("a network")]);
    let other: SocketAddr = format!("127.0.0.2:{}", inner.port()).parse().expect("an address");
    let (resolve, _) = resolver(vec![vec![inner, other]]);
    let refused = post(&outbound(reach, Some(resolve)), "http://mixed.test/", None).await;
    assert_eq!(refused, Err("the server cannot be reached"), "nobody listens at the allowed one");
    assert!(heard.lock().expect("unpoisoned").is_empty());
}

#[tokio::test]
async fn nothing_goes_in_the_clear_off_this_machine() {
    let private: SocketAddr = "192.168.7.7:80".parse().expect("an address");
    let reach = Reach::new(vec!["192.168.0.0/16".parse().expect("a network")]);
    let (resolve, _) = resolver(vec![vec![private]]);
    assert_eq!(post(&outbound(reach, Some(resolve)), "http://gateway.test/", None).await, NOT_ALLOWED);
    let (address, heard) = http(None, "HTTP/1.1 200 OK").await;
    let refused = post(&outbound(this_machine(), None), &format!("https://{address}/"), None).await;
    assert_eq!(refused, Err("nobody vouches for any server"), "never without TLS where TLS was said");
    assert!(heard.lock().expect("unpoisoned").is_empty());
}

#[tokio::test]
async fn a_server_is_believed_by_its_certificate_for_the_name_in_the_url() {
    let (pair, other) = (TestCertificate::new(), TestCertificate::new());
    let (address, heard) = http(Some(pair.clone()), "HTTP/1.1 204 No Content").await;
    let open = outbound(this_machine(), None);
    let url = format!("https://localhost:{}/in?x=1", address.port());
    assert_eq!(post(&open, &url, Some(&believes(&pair))).await.map(|a| a.status), Ok(204));
    assert!(heard.lock().expect("unpoisoned")[0].starts_with("POST /in?x=1 HTTP/1.1\r\n"));
    assert!(post(&open, &url, Some(&believes(&other))).await.is_err(), "another authority");
    let (resolve, _) = resolver(vec![vec![address]]);
    let named = outbound(this_machine(), Some(resolve));
    let refused = post(&named, "https://bank.test/", Some(&believes(&pair))).await;
    assert!(refused.is_err_and(|why| why.starts_with("TLS failed")), "another name");
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_leads_nowhere() {
    let (inner, reached) = http(None, "HTTP/1.1 200 OK").await;
    for status in [301, 302, 303, 307, 308] {
        let head: &'static str = format!("HTTP/1.1 {status} Moved\r\nlocation: http://{inner}/").leak();
        let (address, heard) = http(None, head).await;
        let answered = post(&outbound(this_machine(), None), &format!("http://{address}/"), None).await;
        assert_eq!(answered.map(|answered| answered.status), Ok(status));
        assert_eq!(heard.lock().expect("unpoisoned").len(), 1);
    }
    assert!(reached.lock().expect("unpoisoned").is_empty());
}

#[tokio::test]
async fn how_long_to_wait_is_read_and_nothing_else() {
    let head = "HTTP/1.1 503 Unavailable\r\nretry-after: 120";
    let (address, _) = http(None, head).await;
    let answered = post(&outbound(this_machine(), None), &format!("http://{address}/"), None).await;
    assert_eq!(answered, Ok(Answered { status: 503, retry_after: Some(Span::seconds(120)) }));
    let (address, _) = http(None, "HTTP/1.1 429 Slow\r\nretry-after: Fri, 31 Dec 1999 23:59:59 GMT").await;
    let answered = post(&outbound(this_machine(), None), &format!("http://{address}/"), None).await;
    assert_eq!(answered, Ok(Answered { status: 429, retry_after: None }));
}

/// A server that says this over and over, never to its end.
async fn endless(first: &'static [u8], over_and_over: &'static [u8], pause: Duration) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut tcp, _)) = listener.accept().await {
            tokio::spawn(async move {
                let _ = tcp.read(&mut [0; 4096]).await;
                let _ = tcp.write_all(first).await;
                while tcp.write_all(over_and_over).await.is_ok() {
                    tokio::time::sleep(pause).await;
                }
            });
        }
    });
    address
}

#[tokio::test]
async fn an_answer_without_end_costs_its_time_and_its_head_alone() {
    let mut open = outbound(this_machine(), None);
    open.whole = Duration::from_millis(400);
    let trickle = endless(b"HTTP/1.1 200 OK\r\n", b"x: y\r\n", Duration::from_millis(50)).await;
    assert_eq!(post(&open, &format!("http://{trickle}/"), None).await, Err(crate::outbound::SLOW));
    open.whole = Duration::from_secs(20);
    let flood =
        endless(b"HTTP/1.1 200 OK\r\n", b"x: yyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n", Duration::ZERO).await;
    assert_eq!(post(&open, &format!("http://{flood}/"), None).await, Err(crate::outbound::BROKEN));
    let body =
        endless(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000000000\r\n\r\n", b"yyyyyyyy", Duration::ZERO)
            .await;
    assert_eq!(post(&open, &format!("http://{body}/"), None).await.map(|answered| answered.status), Ok(200));
    let nonsense = endless(b"SSH-2.0-OpenSSH_9.9\r\n", b"\r\n", Duration::ZERO).await;
    assert_eq!(post(&open, &format!("http://{nonsense}/"), None).await, Err(crate::outbound::BROKEN));
}

#[test]
fn a_url_says_one_thing() {
    for none in [
        "",
        "/",
        "shop.test",
        "ftp://shop.test/",
        "https://a@shop.test/",
        "https://a:b@shop.test/",
        "https://",
        "file:///etc/passwd",
    ] {
        assert!(Target::parse(none).is_none(), "{none}");
    }
    let target = Target::parse("https://[2001:db8::1]:8443/a?b").expect("a URL");
    assert_eq!(
        (&*target.host, target.port, &*target.authority, &*target.path),
        ("2001:db8::1", 8443, "[2001:db8::1]:8443", "/a?b")
    );
    assert_eq!(Outbound::new(Reach::default()).refuses(&target), Some(crate::outbound::NOT_ALLOWED));
    let named = Target::parse("https://shop.test/").expect("a URL");
    assert_eq!(
        Outbound::new(Reach::default()).refuses(&named),
        None,
        "what it resolves to is looked at when it is"
    );
}
