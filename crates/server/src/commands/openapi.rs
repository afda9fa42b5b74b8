//! `authms openapi`

use crate::failure::Failure;
use crate::output;

pub fn run() -> Result<(), Failure> {
    output::block(&authms_http::openapi_json())
}
