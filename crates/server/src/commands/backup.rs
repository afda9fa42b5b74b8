//! `authms backup`

use std::path::PathBuf;

use authms_store::copy;

use crate::config::{Config, MasterKeySource};
use crate::failure::Failure;
use crate::output;

const NOTES: &str = "\
The file is a whole installation as of one moment, readable by its owner alone, written under another name and renamed once it
is on the disk. The server may run meanwhile. The master key is not in the file, and is needed beside it: keep a copy of the
key elsewhere than the backups.

Example:
  authms backup --to /var/backups/authms-$(date +%F).db";

#[derive(Debug, clap::Args)]
#[command(after_help = NOTES)]
pub struct Args {
    /// The file to be made; one that exists is never overwritten
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
}

pub fn run(config: &Config, args: &Args) -> Result<(), Failure> {
    let backup = copy::backup(super::store_file(config)?, &args.to)?;
    let (file, installed) = (args.to.display(), &backup.installed);
    output::note(&format!(
        "backed up the installation of {} to {file}: {} bytes",
        installed.issuer, backup.size
    ));
    let key = match &config.master {
        MasterKeySource::Inline(_) => "AUTHMS_MASTER_KEY".to_owned(),
        MasterKeySource::File(path) => path.display().to_string(),
    };
    output::note(&format!(
        "the master key (fingerprint {}) is not in it: keep a copy of {key} apart from the backups",
        installed.master_fingerprint
    ));
    Ok(())
}
