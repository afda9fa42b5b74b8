//! Signing in with tickets, each exactly once.

use super::Operation;
use crate::api::{body, path};
use crate::wire::{Request, string_field};

pub(crate) struct Redeem {
    pub(crate) tickets: Vec<String>,
    /// Further members of the body: what meets the bindings.
    pub(crate) met: String,
    /// Send an `Idempotency-Key` of its own with each.
    pub(crate) idempotency: bool,
    /// Which token of the answer to keep.
    pub(crate) keep: Option<&'static str>,
    /// Through a proxy, from addresses that a database knows, with the user agents of browsers.
    pub(crate) everyday: bool,
}

/// As browsers call themselves.
const AGENTS: [&str; 3] = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
];

impl Operation for Redeem {
    fn write(&self, index: usize, out: &mut Vec<u8>) {
        let ticket = &self.tickets[index];
        let key = self.idempotency.then(|| format!("load-{index:08}"));
        let headers = match self.everyday {
            // One network, so that nobody comes from an unusual place.
            true => format!(
                "x-forwarded-for: 81.2.69.{}\r\nuser-agent: {}\r\n",
                index % 250 + 1,
                AGENTS[index % 3]
            ),
            false => String::new(),
        };
        let body = body::with(&body::sign_in(ticket), &self.met);
        Request::post(path::SIGN_IN, &body).idempotency_key(key.as_deref()).headers(&headers).write_to(out);
    }

    fn accepts(&self, status: u16, body: &[u8]) -> bool {
        status == 200 && string_field(body, "access_token").is_some()
    }

    fn harvest(&self) -> Option<&'static str> {
        self.keep
    }
}
