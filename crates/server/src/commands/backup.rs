//! `authms backup`

use std::path::PathBuf;

use authms_store::copy;

use super::migrate::said;
use crate::config::{Config, MasterKeySource};
use crate::failure::Failure;
use crate::output;
use crate::progress::Progress;

const NOTES: &str = "\
The file is a whole installation as of one moment, whatever the store is kept by, readable by its owner alone, written under
another name and renamed once it is on the disk. Servers may run meanwhile. The master key is not in the file, and is needed
beside it: keep a copy of the key elsewhere than the backups.

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
    let mut shown = Progress::new();
    let backup = copy::backup(&super::place(&config.store.place), &args.to, &mut |doing, done, of| {
        shown.show(said(doing), done, of);
    })?;
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
