//! TLS to the server: whoever asks for it gets it with a certificate that is verified, or nothing.

use super::open::OpenError;
use authms_crypto::{TlsClient, client};
use std::io;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::Socket;
use tokio_postgres::config::SslMode;
use tokio_postgres::tls::{ChannelBinding, MakeTlsConnect, TlsConnect, TlsStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream as RustlsStream;
use tokio_rustls::rustls::pki_types::ServerName;

/// How connections are encrypted, if they are.
#[derive(Clone)]
pub(super) struct Tls(Option<TlsClient>);

/// What a URL says of it.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Asked {
    mode: Option<String>,
    authorities: Option<PathBuf>,
}

impl Tls {
    /// None.
    pub(super) const fn off() -> Self {
        Self(None)
    }

    /// A URL without what it says of TLS, and that.
    pub(super) fn take_from(url: &str) -> (String, Asked) {
        let Some((before, query)) = url.split_once('?') else { return (url.to_owned(), Asked::default()) };
        let (mut asked, mut rest) = (Asked::default(), Vec::new());
        for pair in query.split('&') {
            match pair.split_once('=') {
                Some(("sslmode", mode)) => asked.mode = Some(mode.to_owned()),
                Some(("sslrootcert", path)) => asked.authorities = Some(path.into()),
                _ => rest.push(pair),
            }
        }
        let rest = rest.join("&");
        (if rest.is_empty() { before.to_owned() } else { format!("{before}?{rest}") }, asked)
    }
}

impl Asked {
    /// The mode; not said, connections on this machine are not encrypted and all others are. Certificates are verified in every
    /// mode: those of PostgreSQL that do not would let anybody on the way read along.
    pub(super) fn mode(&self, near: bool) -> Result<SslMode, OpenError> {
        match self.mode.as_deref() {
            None if near && self.authorities.is_none() => Ok(SslMode::Disable),
            None | Some("require" | "verify-ca" | "verify-full") => Ok(SslMode::Require),
            Some("prefer") => Ok(SslMode::Prefer),
            Some("disable") => Ok(SslMode::Disable),
            Some(other) => Err(OpenError::SslMode(other.to_owned())),
        }
    }

    /// Reads the authorities that are to be believed.
    pub(super) fn load(&self) -> Result<Tls, OpenError> {
        let refuse = |path: &PathBuf, cause: String| OpenError::Authorities { path: path.clone(), cause };
        let pem = match &self.authorities {
            Some(path) => Some(std::fs::read(path).map_err(|e| refuse(path, e.to_string()))?),
            None => None,
        };
        let path = self.authorities.clone().unwrap_or_else(|| "the system's certificate authorities".into());
        let client = client(pem.as_deref()).map_err(|e| refuse(&path, e.to_string()))?;
        let mut client = (*client).clone();
        client.alpn_protocols = vec![b"postgresql".to_vec()];
        Ok(Tls(Some(Arc::new(client))))
    }
}

impl MakeTlsConnect<Socket> for Tls {
    type Stream = Encrypted;
    type TlsConnect = Handshake;
    type Error = io::Error;

    fn make_tls_connect(&mut self, domain: &str) -> io::Result<Handshake> {
        // It is asked for also where no connection is to be encrypted.
        let Some(client) = self.0.clone() else { return Ok(Handshake(None)) };
        let name = ServerName::try_from(domain.to_owned()).map_err(io::Error::other)?;
        Ok(Handshake(Some((client, name))))
    }
}

/// A connection about to be encrypted.
pub(super) struct Handshake(Option<(TlsClient, ServerName<'static>)>);

impl TlsConnect<Socket> for Handshake {
    type Stream = Encrypted;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Encrypted>> + Send>>;

    fn connect(self, socket: Socket) -> Self::Future {
        Box::pin(async move {
            let (client, name) = self.0.ok_or(io::ErrorKind::Unsupported)?;
            TlsConnector::from(client).connect(name, socket).await.map(Encrypted)
        })
    }
}

/// An encrypted connection.
pub(super) struct Encrypted(RustlsStream<Socket>);

impl TlsStream for Encrypted {
    // The server is known by its certificate already.
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

impl AsyncRead for Encrypted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Encrypted {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}
