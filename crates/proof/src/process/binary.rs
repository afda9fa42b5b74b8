//! The authms binary: where it is, and its command line as far as an experiment needs it.

use crate::Result;
use serde_json::Value;
use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Which binary to prove.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Binary {
    /// The authms binary [default: the one beside this binary]
    #[arg(long = "binary", value_name = "PATH")]
    path: Option<PathBuf>,
}

impl Binary {
    pub(crate) fn path(&self) -> Result<PathBuf> {
        let path = match &self.path {
            Some(path) => path.clone(),
            None => std::env::current_exe()?.with_file_name("authms"),
        };
        match path.is_file() {
            true => Ok(path.canonicalize()?),
            false => {
                Err(format!("no authms binary at {}: build it, or name it by --binary", path.display())
                    .into())
            }
        }
    }
}

/// Runs one of its commands on that data directory, with something on its standard input, in this environment, and gives
/// what it prints.
pub(crate) fn command_fed(
    binary: &Path,
    data_dir: &Path,
    args: &[&str],
    input: &str,
    environment: &[(&'static str, String)],
) -> Result<Vec<u8>> {
    let mut all: Vec<OsString> = args.iter().map(OsString::from).collect();
    all.extend(["--data-dir".into(), data_dir.into()]);
    let mut command = Command::new(binary);
    command.args(&all).envs(environment.iter().cloned());
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn()?;
    // Dropped at once: what reads it to the end does not wait.
    child.stdin.take().ok_or("no standard input")?.write_all(input.as_bytes())?;
    let output = child.wait_with_output()?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("authms {} failed ({}): {}", args.join(" "), output.status, said.trim()).into());
    }
    Ok(output.stdout)
}

/// Runs `authms ARGS --json --data-dir DIR` in this environment and reads the JSON it prints.
pub(crate) fn command_json(
    binary: &Path,
    data_dir: &Path,
    args: &[&str],
    environment: &[(&'static str, String)],
) -> Result<Value> {
    let printed = command_fed(binary, data_dir, &[args, &["--json"]].concat(), "", environment)?;
    serde_json::from_slice(&printed)
        .map_err(|e| format!("authms {} printed no JSON: {e}", args.join(" ")).into())
}
