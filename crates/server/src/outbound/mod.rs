//! Requests to other people's servers: webhooks and the gateway for text messages. One HTTP/1.1 POST a connection, over TLS off this
//! machine, to an address that was looked at. Redirects are not followed, and of an answer nothing is read but its head.

mod reach;
mod resolve;
mod target;
#[cfg(test)]
mod tests;
mod webhooks;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use authms_core::ports::{Answered, Poster};
use authms_core::time::Span;
use authms_crypto::TlsClient;
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::header::{CONNECTION, HOST, HeaderMap, HeaderValue, RETRY_AFTER, USER_AGENT};
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;

use crate::config::{Config, is_local};
use crate::failure::Failure;
pub use reach::Reach;
pub use target::Target;
use webhooks::Webhooks;

/// How long a request may take, from the first look-up to the head of the answer.
const WHOLE: Duration = Duration::from_secs(20);

/// How long it may take until there is a connection.
const CONNECT: Duration = Duration::from_secs(10);

/// Addresses tried of a host that has several.
const ADDRESSES: usize = 4;

/// The longest head of an answer, in bytes.
const HEAD: usize = 16 * 1024;

/// What posts to webhooks.
///
/// # Errors
/// When the authorities that are named cannot be read.
pub fn poster(config: &Config, issuer: &str) -> Result<Arc<dyn Poster>, Failure> {
    let named = config.webhooks.ca_file.as_deref();
    let tls = named.map(|path| tls("webhooks.ca_file", Some(path))).transpose()?;
    Ok(Arc::new(Webhooks::new(Outbound::of(config, issuer), tls)))
}

/// TLS with servers that these authorities vouch for, else the system's; `setting` names them.
///
/// # Errors
/// When they cannot be read.
pub fn tls(setting: &str, authorities: Option<&Path>) -> Result<TlsClient, Failure> {
    let read = |path: &Path| {
        let failed = |error| Failure::new(format!("cannot read `{setting}` {}: {error}", path.display()));
        std::fs::read(path).map_err(failed)
    };
    let pem = authorities.map(read).transpose()?;
    authms_crypto::client(pem.as_deref()).map_err(|error| {
        Failure::new(format!("no server can be verified: {error}; name authorities by `{setting}`"))
    })
}

/// What goes out, and where to it may.
pub struct Outbound {
    reach: Reach,
    resolve: resolve::Resolve,
    whole: Duration,
}

impl Outbound {
    /// To public addresses and those that the operator allows; in development, when the issuer is on this machine, to it as well.
    pub fn of(config: &Config, issuer: &str) -> Self {
        let here = ["127.0.0.0/8", "::1/128"].into_iter().filter_map(|network| network.parse().ok());
        let here = here.filter(|_| is_local(issuer));
        Self::new(Reach::new(config.allowed_networks.iter().copied().chain(here).collect()))
    }

    /// To where `reach` allows it.
    pub fn new(reach: Reach) -> Self {
        Self { reach, resolve: resolve::system(), whole: WHOLE }
    }

    /// Why nothing is ever posted there, as far as its text tells.
    pub fn refuses(&self, target: &Target) -> Option<&'static str> {
        let ip = target.literal()?;
        (!self.may(target, ip.into())).then_some(NOT_ALLOWED)
    }

    /// Posts a body, over TLS with a server that `tls` believes; without it, in the clear on this machine.
    ///
    /// # Errors
    /// What happened, in words of our own.
    pub async fn post(
        &self,
        target: &Target,
        tls: Option<&TlsClient>,
        headers: HeaderMap,
        body: Vec<u8>,
    ) -> Result<Answered, &'static str> {
        let whole = async {
            let tcp = timeout(CONNECT, self.connect(target)).await.map_err(|_| SLOW)??;
            let request = request(target, headers, body).ok_or("no request can be made of it")?;
            let tls = match tls {
                _ if !target.is_tls => return exchange(tcp, request).await,
                Some(tls) => tls,
                None => return Err("nobody vouches for any server"),
            };
            let name = ServerName::try_from(target.host.clone()).map_err(|_| "the host has no name")?;
            let stream = TlsConnector::from(tls.clone()).connect(name, tcp).await;
            exchange(stream.map_err(|_| "TLS failed: the server's certificate is not believed")?, request)
                .await
        };
        timeout(self.whole, whole).await.map_err(|_| SLOW)?
    }

    /// Resolves the host once, looks at what that gave, and connects to just that.
    async fn connect(&self, target: &Target) -> Result<TcpStream, &'static str> {
        let found = (self.resolve)(target.host.clone(), target.port).await;
        let found = found.map_err(|_| "the host cannot be resolved")?;
        let allowed: Vec<_> = found.into_iter().filter(|address| self.may(target, *address)).collect();
        if allowed.is_empty() {
            return Err(NOT_ALLOWED);
        }
        for address in allowed.into_iter().take(ADDRESSES) {
            if let Ok(tcp) = TcpStream::connect(address).await {
                return Ok(tcp);
            }
        }
        Err("the server cannot be reached")
    }

    fn may(&self, target: &Target, address: SocketAddr) -> bool {
        let ip = address.ip().to_canonical();
        self.reach.allows(ip) && (target.is_tls || ip.is_loopback())
    }
}

const NOT_ALLOWED: &str = "the address is not public, nor among outbound.allowed_networks";
const SLOW: &str = "the server took too long";
const BROKEN: &str = "the connection broke";

fn request(target: &Target, headers: HeaderMap, body: Vec<u8>) -> Option<Request<Full<Bytes>>> {
    let mut request = Request::new(Full::new(Bytes::from(body)));
    *request.method_mut() = Method::POST;
    *request.uri_mut() = target.path.parse().ok()?;
    *request.headers_mut() = headers;
    request.headers_mut().insert(HOST, HeaderValue::try_from(&target.authority).ok()?);
    let agent = concat!("authms/", env!("CARGO_PKG_VERSION"));
    request.headers_mut().insert(USER_AGENT, HeaderValue::from_static(agent));
    request.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    Some(request)
}

async fn exchange<S>(stream: S, request: Request<Full<Bytes>>) -> Result<Answered, &'static str>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let handshake = http1::Builder::new().max_buf_size(HEAD).handshake(TokioIo::new(stream));
    let (mut sender, connection) = handshake.await.map_err(|_| BROKEN)?;
    // The connection is worked on beside its one request. If it ends first, the answer has come or never will.
    let working = async {
        let _ = connection.await;
        std::future::pending::<()>().await;
    };
    tokio::select! {
        answer = sender.send_request(request) => answer.map(|answer| answered(&answer)).map_err(|_| BROKEN),
        () = working => Err(BROKEN),
    }
}

/// What matters of an answer; its body is not read.
fn answered(answer: &Response<Incoming>) -> Answered {
    let seconds =
        answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse::<u32>().ok());
    let retry_after = seconds.map(|seconds| Span::seconds(seconds.into()));
    Answered { status: answer.status().as_u16(), retry_after }
}
