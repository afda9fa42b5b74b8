//! Exchanging refresh tokens, each of another session.

use super::Operation;
use crate::api::{body, path};
use crate::wire::{Request, string_field};

pub(crate) struct Refresh {
    pub(crate) tokens: Vec<String>,
}

impl Operation for Refresh {
    fn write(&self, index: usize, out: &mut Vec<u8>) {
        Request::post(path::REFRESH, &body::refresh(&self.tokens[index])).write_to(out);
    }

    fn accepts(&self, status: u16, body: &[u8]) -> bool {
        status == 200 && string_field(body, "refresh_token").is_some()
    }
}
