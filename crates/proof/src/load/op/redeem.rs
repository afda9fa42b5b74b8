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
}

impl Operation for Redeem {
    fn write(&self, index: usize, out: &mut Vec<u8>) {
        let ticket = &self.tickets[index];
        let key = self.idempotency.then(|| format!("load-{index:08}"));
        let body = body::with(&body::sign_in(ticket), &self.met);
        Request::post(path::SIGN_IN, &body).idempotency_key(key.as_deref()).write_to(out);
    }

    fn accepts(&self, status: u16, body: &[u8]) -> bool {
        status == 200 && string_field(body, "access_token").is_some()
    }

    fn harvest(&self) -> Option<&'static str> {
        self.keep
    }
}
