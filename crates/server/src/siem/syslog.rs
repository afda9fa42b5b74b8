//! Events to a server of syslog (RFC 5424): over TCP with counted octets (RFC 6587), over TLS off this machine (RFC 5425). Neither tells that
//! a message has arrived. So each batch has a connection of its own, whose end we tell, and wait for the server to tell its own: it does so once
//! it has read all that came before.

use std::fmt::Write as _;
use std::io;
use std::time::Duration;

use authms_core::audit::outlet::{Siem, SiemEvent};
use authms_core::ports::Fut;
use authms_crypto::TlsClient;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;

use crate::config::SyslogAt;

/// How long a batch may take, to its end.
const WHOLE: Duration = Duration::from_secs(30);

/// The facility that logs of audits have.
const LOG_AUDIT: u8 = 13;

/// A server of syslog.
pub struct Syslog {
    at: SyslogAt,
    tls: Option<TlsClient>,
    /// What we are called there.
    host: String,
}

impl Syslog {
    /// At this address; over TLS with whom `tls` believes, if it is to be spoken.
    pub fn new(at: SyslogAt, tls: Option<TlsClient>, issuer: &str) -> Self {
        let host = issuer.split("//").nth(1).unwrap_or_default().split('/').next().unwrap_or_default();
        let host: String = host.chars().filter(char::is_ascii_graphic).take(255).collect();
        Self { at, tls, host: if host.is_empty() { "-".to_owned() } else { host } }
    }

    async fn send(&self, events: &[SiemEvent]) -> io::Result<()> {
        let mut frames = String::new();
        for event in events {
            let message = self.message(event);
            // Writing to a text cannot fail.
            let _ = write!(frames, "{} {message}", message.len());
        }
        let tcp = TcpStream::connect((self.at.host.as_str(), self.at.port)).await?;
        let Some(tls) = &self.tls else { return exchange(tcp, frames.as_bytes()).await };
        let name = ServerName::try_from(self.at.host.clone()).map_err(io::Error::other)?;
        exchange(TlsConnector::from(tls.clone()).connect(name, tcp).await?, frames.as_bytes()).await
    }

    /// Of what somebody typed there is nothing but within the JSON, where no control character stands.
    fn message(&self, event: &SiemEvent) -> String {
        let severity = match event.severity {
            0..=1 => 6,
            2..=3 => 5,
            _ => 4,
        };
        let priority = LOG_AUDIT * 8 + severity;
        let (host, at, version) = (&self.host, event.at, env!("CARGO_PKG_VERSION"));
        let name: String = event.name.chars().filter(char::is_ascii_graphic).take(32).collect();
        let name = if name.is_empty() { "-" } else { &name };
        let json = &event.json;
        format!(
            "<{priority}>1 {at} {host} authms - {name} [origin software=\"authms\" swVersion=\"{version}\"] {json}"
        )
    }
}

impl Siem for Syslog {
    fn take<'a>(&'a self, events: &'a [SiemEvent]) -> Fut<'a, Result<(), String>> {
        Box::pin(async move {
            let sent = timeout(WHOLE, self.send(events)).await;
            let sent = sent.unwrap_or_else(|_| {
                Err(io::Error::other("it took too long to take it, or to close the connection"))
            });
            sent.map_err(|error| format!("the server of syslog failed: {error}"))
        })
    }
}

/// Writes all of it, and waits until the server has read it, and closes.
async fn exchange(mut stream: impl AsyncRead + AsyncWrite + Unpin, frames: &[u8]) -> io::Result<()> {
    stream.write_all(frames).await?;
    stream.shutdown().await?;
    let mut rest = [0; 256];
    loop {
        match stream.read(&mut rest).await {
            Ok(0) => return Ok(()),
            Ok(_) => {}
            // TLS that is closed without a word of it: all was read all the same.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
            Err(error) => return Err(error),
        }
    }
}
