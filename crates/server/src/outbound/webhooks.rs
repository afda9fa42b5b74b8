//! Webhooks on their way.

use std::sync::OnceLock;

use authms_core::ports::{Answered, Fut, Post, Poster};
use authms_crypto::TlsClient;
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};

use super::{Outbound, Target};

/// Posts to webhooks.
pub struct Webhooks {
    outbound: Outbound,
    /// Set at the first use, unless the operator named authorities. `None`: this machine knows none, so that nobody can be believed.
    tls: OnceLock<Option<TlsClient>>,
}

impl Webhooks {
    /// Over TLS with whom `tls` believes, else the system.
    pub fn new(outbound: Outbound, tls: Option<TlsClient>) -> Self {
        Self { outbound, tls: tls.map_or_else(OnceLock::new, |tls| OnceLock::from(Some(tls))) }
    }

    async fn send(&self, post: &Post) -> Result<Answered, &'static str> {
        let target = Target::parse(&post.url).ok_or("the URL is not understood")?;
        let tls = match target.is_tls() {
            true => self.tls.get_or_init(|| authms_crypto::client(None).ok()).as_ref(),
            false => None,
        };
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        for (name, value) in &post.headers {
            let value = HeaderValue::try_from(value).map_err(|_| "a header is not understood")?;
            headers.insert(HeaderName::from_static(name), value);
        }
        self.outbound.post(&target, tls, headers, post.body.clone()).await
    }
}

impl Poster for Webhooks {
    fn post<'a>(&'a self, post: &'a Post) -> Fut<'a, Result<Answered, String>> {
        Box::pin(async { self.send(post).await.map_err(str::to_owned) })
    }

    fn refuses(&self, url: &str) -> Option<&'static str> {
        match Target::parse(url) {
            Some(target) => self.outbound.refuses(&target),
            None => Some("it is not understood"),
        }
    }
}
