//! `authms audit anchor`

use std::path::PathBuf;

use super::Which;
use crate::anchoring::AnchorFile;
use crate::config::Config;
use crate::failure::Failure;
use crate::output;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    which: Which,
    /// The file that grows, made if it is not there; keep it where nobody who can write the database can write
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
}

pub fn run(config: &Config, args: &Args) -> Result<(), Failure> {
    super::super::on_site(config, async |site| {
        let trees = args.which.trees(site).await?;
        let count = AnchorFile::new(args.to.clone()).append(&site.parts, &trees).await?;
        output::note(&format!("{count} heads were appended to {}", args.to.display()));
        Ok(())
    })
}
