//! TLS under HTTP: the handshake, in bounded time.

use authms_crypto::TlsServer;
use std::io;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// What to serve TLS with, followed as it changes: a new certificate counts from the next connection on.
#[derive(Clone, Debug)]
pub struct Tls(watch::Receiver<TlsServer>);

impl Tls {
    /// Follows `current`.
    pub fn new(current: watch::Receiver<TlsServer>) -> Self {
        Self(current)
    }

    /// Shakes hands with whoever connected.
    ///
    /// # Errors
    /// If they do not speak TLS as we do, or take longer than `patience`.
    pub(crate) async fn accept<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        stream: S,
        patience: Duration,
    ) -> io::Result<TlsStream<S>> {
        let acceptor = TlsAcceptor::from(self.0.borrow().clone());
        timeout(patience, acceptor.accept(stream)).await.map_err(|_| io::ErrorKind::TimedOut)?
    }
}
