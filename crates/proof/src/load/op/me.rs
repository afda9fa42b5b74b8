//! Reading the signed-in user, the sessions taking turns.

use super::Operation;
use crate::api::path;
use crate::wire::Request;

pub(crate) struct Me {
    pub(crate) tokens: Vec<String>,
}

impl Operation for Me {
    fn write(&self, index: usize, out: &mut Vec<u8>) {
        Request::get(path::ME).bearer(&self.tokens[index % self.tokens.len()]).write_to(out);
    }

    fn accepts(&self, status: u16, _: &[u8]) -> bool {
        status == 200
    }
}
