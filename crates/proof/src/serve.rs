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
    Ok(run_server([OsString::from("authms")].into_iter().chain(args.authms)))
}

/// Stands where `authms_server::run` is called once that exists; until then there is no server to run.
fn run_server<I: IntoIterator<Item = OsString>>(args: I) -> ExitCode {
    let args: Vec<_> = args.into_iter().collect();
    eprintln!("proof: this build has no server for {args:?}");
    ExitCode::from(70)
}
