//! The real server in this process, over the file layer that forgets.

use crate::Result;
use crate::lossy::{Mutant, register};
use std::ffi::OsString;
use std::process::ExitCode;

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Args {
    /// Break the layer on purpose
    #[arg(long)]
    mutant: Option<Mutant>,
    /// What `authms` would be given
    #[arg(last = true)]
    authms: Vec<OsString>,
}

/// Every database that the server opens is opened over the layer.
pub(crate) fn run(args: Args) -> Result<ExitCode> {
    register(true, args.mutant)?;
    if let Some(mutant) = args.mutant {
        mutant.infect()?;
    }
    Ok(authms_server::run([OsString::from("authms")].into_iter().chain(args.authms)))
}
