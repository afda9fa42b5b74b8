//! The transport: HTTP/1.1 over TCP or TLS, with bounds on everything that a stranger may hold on to.

use crate::stall::Unstalled;
use crate::tls::Tls;
use axum::body::Body;
use axum::http::header::CONNECTION;
use axum::http::{HeaderValue, Request};
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use std::convert::Infallible;
use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tower::Service;

/// The largest request head, and how much is read ahead.
const MAX_HEAD: usize = 32 * 1024;
/// After an error that is not one connection's own, such as running out of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// How long idle connections are left open while draining: a request that is just on its way is still answered.
const GRACE: Duration = Duration::from_millis(500);

/// Bounds of the transport.
#[derive(Clone, Copy, Debug)]
pub struct Transport {
    /// Connections held at once; more wait in the listen backlog.
    pub max_connections: usize,
    /// How long a TLS handshake and a request's head may take each, how long a connection may be idle, and how long its
    /// other end may take nothing of what is sent to it.
    pub header_timeout: Duration,
    /// How long requests in flight may take after `shutdown`.
    pub drain: Duration,
}

/// The other end of the connection; in every request's extensions.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// Serves `app` until `shutdown`, then finishes what is in flight; without `tls` in the clear.
///
/// # Errors
/// If the listener does not tell its own address; a failing connection never ends the server.
pub async fn serve<S>(
    listener: TcpListener,
    app: S,
    transport: Transport,
    tls: Option<Tls>,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()>
where
    S: Service<Request<Body>, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    tracing::debug!(address = %listener.local_addr()?, "listening");
    let mut server = Server::new(app, transport, tls);
    let mut shutdown = pin!(shutdown);
    loop {
        tokio::select! {
            biased;
            () = &mut shutdown => break,
            () = server.accept(&listener) => {}
        }
    }
    server.drain(listener).await;
    Ok(())
}

struct Server<S> {
    app: S,
    transport: Transport,
    tls: Option<Tls>,
    http: http1::Builder,
    slots: Arc<Semaphore>,
    draining: Arc<AtomicBool>,
    graceful: GracefulShutdown,
    connections: JoinSet<()>,
}

impl<S> Server<S>
where
    S: Service<Request<Body>, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    fn new(app: S, transport: Transport, tls: Option<Tls>) -> Self {
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new())
            .header_read_timeout(transport.header_timeout)
            .max_buf_size(MAX_HEAD)
            .pipeline_flush(true);
        Self {
            app,
            transport,
            tls,
            http,
            slots: Arc::new(Semaphore::new(transport.max_connections.min(Semaphore::MAX_PERMITS))),
            draining: Arc::default(),
            graceful: GracefulShutdown::new(),
            connections: JoinSet::new(),
        }
    }

    /// Takes one connection. Safe to drop while it waits.
    async fn accept(&mut self, listener: &TcpListener) {
        let Ok(slot) = self.slots.clone().acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, peer)) => self.open(stream, peer, slot),
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "cannot accept connections");
                sleep(ACCEPT_PAUSE).await;
            }
        }
        while self.connections.try_join_next().is_some() {}
    }

    fn open(&mut self, stream: TcpStream, peer: SocketAddr, slot: OwnedSemaphorePermit) {
        if stream.set_nodelay(true).is_err() {
            return;
        }
        let (app, draining) = (self.app.clone(), self.draining.clone());
        let service = service_fn(move |request: Request<Incoming>| {
            let (mut app, draining) = (app.clone(), draining.clone());
            async move {
                let mut request = request.map(Body::new);
                request.extensions_mut().insert(Peer(peer));
                let mut response = app.call(request).await?;
                if draining.load(Ordering::Relaxed) {
                    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
                }
                Ok::<_, Infallible>(response)
            }
        });
        let (http, graceful) = (self.http.clone(), self.graceful.watcher());
        let (tls, patience) = (self.tls.clone(), self.transport.header_timeout);
        self.connections.spawn(async move {
            let stream = Unstalled::new(stream, patience);
            let served = match tls {
                None => graceful.watch(http.serve_connection(TokioIo::new(stream), service)).await,
                Some(tls) => match tls.accept(stream, patience).await {
                    Ok(stream) => graceful.watch(http.serve_connection(TokioIo::new(stream), service)).await,
                    Err(error) => return tracing::debug!(%error, "TLS handshake"),
                },
            };
            if let Err(error) = served {
                tracing::debug!(%error, "connection");
            }
            drop(slot);
        });
    }

    /// Answers what is in flight or already knocking, tells clients to go, and closes the rest.
    async fn drain(mut self, listener: TcpListener) {
        self.draining.store(true, Ordering::Relaxed);
        self.take_backlog(&listener).await;
        drop(listener);
        let Self { transport, graceful, mut connections, .. } = self;
        let finished = timeout(transport.drain, async {
            let all_gone = async { while connections.join_next().await.is_some() {} };
            if timeout(GRACE, all_gone).await.is_err() {
                graceful.shutdown().await;
            }
        });
        if finished.await.is_err() {
            tracing::warn!(
                connections = connections.len(),
                "requests were still running at the end of the drain"
            );
        }
    }

    /// Opens connections that were established before the shutdown.
    async fn take_backlog(&mut self, listener: &TcpListener) {
        while let Ok(slot) = self.slots.clone().try_acquire_owned() {
            match poll_fn(|cx| Poll::Ready(listener.poll_accept(cx))).await {
                Poll::Ready(Ok((stream, peer))) => self.open(stream, peer, slot),
                _ => return,
            }
        }
    }
}

fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}
