//! The other end: an SMTP server as small as can be (RFC 5321, 3207, 4954), and an HTTP server that answers one status.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use authms_crypto::TlsIdentity;
use authms_testkit::TestCertificate;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// What was said to it, a conversation each.
pub(crate) type Heard = Arc<Mutex<Vec<String>>>;

/// How an SMTP server behaves.
#[derive(Clone, Default)]
pub(super) struct Manners {
    /// With TLS from the beginning, or on STARTTLS.
    pub tls: Option<(TestCertificate, Begins)>,
    /// What it answers to RCPT in place of `250`.
    pub to_recipient: Option<&'static str>,
    /// What it answers to AUTH in place of `235`.
    pub to_credentials: Option<&'static str>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Begins {
    AtOnce,
    OnStartTls,
}

fn acceptor(pair: &TestCertificate) -> TlsAcceptor {
    let identity = TlsIdentity::parse(pair.cert.as_bytes(), pair.key.as_bytes()).expect("a pair");
    TlsAcceptor::from(identity.server())
}

/// Starts an SMTP server; what it hears is noted with `TLS` where encryption began.
pub(super) async fn smtp(manners: Manners) -> (SocketAddr, Heard) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let heard = Heard::default();
    let noted = heard.clone();
    tokio::spawn(async move {
        while let Ok((tcp, _)) = listener.accept().await {
            let (manners, noted) = (manners.clone(), noted.clone());
            tokio::spawn(async move {
                let mut said = String::new();
                let _ = converse(tcp, &manners, &mut said).await;
                noted.lock().expect("unpoisoned").push(said);
            });
        }
    });
    (address, heard)
}

async fn converse(tcp: tokio::net::TcpStream, manners: &Manners, said: &mut String) -> std::io::Result<()> {
    match &manners.tls {
        Some((pair, Begins::AtOnce)) => {
            let tls = acceptor(pair).accept(tcp).await?;
            said.push_str("TLS\n");
            session(tls, manners, false, true, said).await.map(drop)
        }
        Some((pair, Begins::OnStartTls)) => {
            let Some(tcp) = session(tcp, manners, true, true, said).await? else { return Ok(()) };
            let tls = acceptor(pair).accept(tcp).await?;
            said.push_str("TLS\n");
            session(tls, manners, false, false, said).await.map(drop)
        }
        None => session(tcp, manners, false, true, said).await.map(drop),
    }
}

/// Talks until the end, or until TLS is to begin: then the stream comes back.
async fn session<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    manners: &Manners,
    offers_tls: bool,
    greets: bool,
    said: &mut String,
) -> std::io::Result<Option<S>> {
    let mut stream = BufReader::new(stream);
    if greets {
        stream.write_all(b"220 test ESMTP\r\n").await?;
    }
    let mut line = String::new();
    loop {
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(None);
        }
        said.push_str(&line);
        let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
        let answer = match verb.as_str() {
            "EHLO" if offers_tls => "250-test\r\n250 STARTTLS\r\n",
            "EHLO" => "250-test\r\n250 AUTH PLAIN\r\n",
            "STAR" => {
                stream.write_all(b"220 go on\r\n").await?;
                return Ok(Some(stream.into_inner()));
            }
            "AUTH" => manners.to_credentials.unwrap_or("235 ok\r\n"),
            "RCPT" => manners.to_recipient.unwrap_or("250 ok\r\n"),
            "DATA" => {
                stream.write_all(b"354 go on\r\n").await?;
                read_mail(&mut stream, said).await?;
                "250 taken\r\n"
            }
            "QUIT" => {
                stream.write_all(b"221 bye\r\n").await?;
                return Ok(None);
            }
            _ => "250 ok\r\n",
        };
        stream.write_all(answer.as_bytes()).await?;
    }
}

async fn read_mail(stream: &mut (impl AsyncBufReadExt + Unpin), said: &mut String) -> std::io::Result<()> {
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 || line == ".\r\n" {
            return Ok(());
        }
        said.push_str(&line);
    }
}

/// Starts an HTTP server that answers every request with this head.
pub(crate) async fn http(tls: Option<TestCertificate>, head: &'static str) -> (SocketAddr, Heard) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let heard = Heard::default();
    let noted = heard.clone();
    tokio::spawn(async move {
        while let Ok((tcp, _)) = listener.accept().await {
            let said = match &tls {
                Some(pair) => match acceptor(pair).accept(tcp).await {
                    Ok(stream) => answer(stream, head).await,
                    Err(_) => continue,
                },
                None => answer(tcp, head).await,
            };
            noted.lock().expect("unpoisoned").push(said);
        }
    });
    (address, heard)
}

async fn answer<S: AsyncRead + AsyncWrite + Unpin>(stream: S, head: &str) -> String {
    let mut stream = BufReader::new(stream);
    let (mut said, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.unwrap_or(0) == 0 || line == "\r\n" {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
        said.push_str(&line);
    }
    let mut body = vec![0; length];
    let _ = stream.read_exact(&mut body).await;
    said.push_str(&String::from_utf8_lossy(&body));
    let _ = stream.write_all(format!("{head}\r\ncontent-length: 0\r\n\r\n").as_bytes()).await;
    let _ = stream.flush().await;
    said
}
