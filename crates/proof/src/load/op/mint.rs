//! Creating tickets, the users taking turns.

use super::Operation;
use crate::api::{body, path};
use crate::setup::TICKET_TTL_SECONDS;
use crate::wire::Request;

pub(crate) struct Mint {
    pub(crate) key: String,
    pub(crate) users: Vec<String>,
    /// Further members of the body: what the tickets are bound to.
    pub(crate) bindings: String,
}

impl Operation for Mint {
    fn write(&self, index: usize, out: &mut Vec<u8>) {
        let body = body::mint(&self.users[index % self.users.len()], TICKET_TTL_SECONDS);
        let body = body::with(&body, &self.bindings);
        Request::post(path::MINT, &body).bearer(&self.key).write_to(out);
    }

    fn accepts(&self, status: u16, _: &[u8]) -> bool {
        status == 200
    }

    fn harvest(&self) -> Option<&'static str> {
        Some("ticket")
    }
}
