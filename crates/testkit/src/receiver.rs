//! The other end of webhooks: what was posted, and what is answered to it.

use authms_core::ports::{Answered, Fut, Post, Poster};
use authms_core::time::Span;
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A message that was posted, whatever was answered to it.
#[derive(Clone, Debug)]
pub struct Received {
    /// Where.
    pub url: String,
    /// `webhook-id`
    pub id: String,
    /// `webhook-timestamp`
    pub timestamp: i64,
    /// `webhook-signature`
    pub signatures: String,
    /// The body as it came.
    pub bytes: Vec<u8>,
    /// The body.
    pub body: Value,
}

impl Received {
    /// The event's name.
    pub fn name(&self) -> &str {
        self.body["type"].as_str().unwrap_or_default()
    }

    /// Whether one of its signatures is of this secret, `whsec_…`, as a receiver finds out.
    pub fn is_signed_with(&self, secret: &str) -> bool {
        let key = STANDARD.decode(secret.strip_prefix("whsec_").expect("a secret")).expect("base64");
        let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
        let signed = [format!("{}.{}.", self.id, self.timestamp).as_bytes(), &self.bytes].concat();
        self.signatures.split(' ').any(|signature| {
            let mac = signature.strip_prefix("v1,").and_then(|text| STANDARD.decode(text).ok());
            mac.is_some_and(|mac| hmac::verify(&key, &signed, &mac).is_ok())
        })
    }
}

/// Receives webhooks, and answers 200, or what it is told to.
#[derive(Default)]
pub struct Receiver(Mutex<State>);

#[derive(Default)]
struct State {
    received: Vec<Received>,
    on_next: Option<Box<dyn FnOnce() + Send>>,
    next: VecDeque<Reply>,
    /// The answer to the first message in which this stands.
    about: Option<(String, Reply)>,
    always: Option<Reply>,
}

type Reply = Result<Answered, String>;

impl Receiver {
    /// The next message gets this status; said again, the one after it.
    pub fn answer_next(&self, status: u16) {
        self.state().next.push_back(Ok(Answered { status, retry_after: None }));
    }

    /// The first message in which this text stands gets this status.
    pub fn answer_about(&self, text: &str, status: u16) {
        self.state().about = Some((text.to_owned(), Ok(Answered { status, retry_after: None })));
    }

    /// The next message gets 503, and how long to wait.
    pub fn ask_to_wait(&self, wait: Span) {
        self.state().next.push_back(Ok(Answered { status: 503, retry_after: Some(wait) }));
    }

    /// Messages get this status from now on; `None`: 200 again.
    pub fn answer_always(&self, status: Option<u16>) {
        self.state().always = status.map(|status| Ok(Answered { status, retry_after: None }));
    }

    /// Nobody is there from now on.
    pub fn is_gone(&self) {
        self.state().always = Some(Err("the server cannot be reached".to_owned()));
    }

    /// Does this once, when the next message arrives.
    pub fn on_next(&self, action: impl FnOnce() + Send + 'static) {
        self.state().on_next = Some(Box::new(action));
    }

    /// What arrived so far, and is not looked at again.
    pub fn take(&self) -> Vec<Received> {
        std::mem::take(&mut self.state().received)
    }

    fn receive(&self, post: &Post) -> Reply {
        let header = |name| {
            let found = post.headers.iter().find(|(header, _)| *header == name);
            found.map(|(_, value)| value.clone()).unwrap_or_default()
        };
        let received = Received {
            url: post.url.clone(),
            id: header("webhook-id"),
            timestamp: header("webhook-timestamp").parse().unwrap_or_default(),
            signatures: header("webhook-signature"),
            bytes: post.body.clone(),
            body: serde_json::from_slice(&post.body).unwrap_or_default(),
        };
        let mut state = self.state();
        state.received.push(received);
        if let Some(action) = state.on_next.take() {
            action();
        }
        let is_meant =
            |(text, _): &mut (String, Reply)| String::from_utf8_lossy(&post.body).contains(text.as_str());
        if let Some((_, reply)) = state.about.take_if(is_meant) {
            return reply;
        }
        let usual = state.always.clone().unwrap_or(Ok(Answered { status: 200, retry_after: None }));
        state.next.pop_front().unwrap_or(usual)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Poster for Receiver {
    fn post<'a>(&'a self, post: &'a Post) -> Fut<'a, Result<Answered, String>> {
        Box::pin(std::future::ready(self.receive(post)))
    }

    fn refuses(&self, url: &str) -> Option<&'static str> {
        url.contains("//10.").then_some("the address is not public")
    }
}
