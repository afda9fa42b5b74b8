//! Creating many tickets with each request, the users taking turns.

use super::Operation;
use crate::api::{body, path};
use crate::setup::TICKET_TTL_SECONDS;
use crate::wire::Request;

pub(crate) struct MintBatch {
    pub(crate) key: String,
    /// Written once, so that the generator does not stand in the way.
    pub(crate) body: String,
}

impl MintBatch {
    pub(crate) fn new(key: String, users: &[String], items: usize) -> Self {
        let all: Vec<_> =
            users.iter().cycle().take(items).map(|user| body::mint(user, TICKET_TTL_SECONDS)).collect();
        Self { key, body: format!(r#"{{"items":[{}]}}"#, all.join(",")) }
    }
}

impl Operation for MintBatch {
    fn write(&self, _: usize, out: &mut Vec<u8>) {
        Request::post(path::MINT_BATCH, &self.body).bearer(&self.key).write_to(out);
    }

    fn accepts(&self, status: u16, body: &[u8]) -> bool {
        // Near the beginning: the counts come before the items.
        status == 200 && body.windows(11).take(200).any(|w| w == br#""failed":0,"#)
    }
}
