//! The `authms` binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    authms_server::run(std::env::args_os())
}
