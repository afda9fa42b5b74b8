//! The yardstick's one request, as long as a redeem.

use super::Operation;
use crate::api::body;
use crate::wire::Request;
use crate::yardstick;

pub(crate) struct Yard;

/// As long as a ticket is.
const TICKET: &str = "tkt_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWX";

impl Operation for Yard {
    fn write(&self, _: usize, out: &mut Vec<u8>) {
        Request::post(yardstick::PATH, &body::sign_in(TICKET)).write_to(out);
    }

    fn accepts(&self, status: u16, _: &[u8]) -> bool {
        status == 200
    }
}
