//! `authms audit export`

use std::fs::OpenOptions;
use std::io::{BufWriter, Write as _};
use std::path::PathBuf;

use authms_core::audit::log::{self, Log};
use authms_core::fault::Fault;
use serde::Serialize;

use super::super::operator;
use super::{Which, cannot};
use crate::config::Config;
use crate::failure::Failure;
use crate::output;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    which: Which,
    /// The file to be made; one that exists is never overwritten
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
}

pub fn run(config: &Config, args: &Args) -> Result<(), Failure> {
    super::super::on_site(config, async |site| {
        // One log is one tree: without a name it is that of the tenant that the first start made.
        let log = match args.which.log(&site.parts).await? {
            Some(log) => log,
            None => Log(Some(operator::default_tenant(site))),
        };
        let store = &*site.parts.store;
        let tree = log::tree(store, log).await.map_err(Fault::from)?;
        let tree =
            tree.ok_or_else(|| Failure::missing(format!("nothing of the log of {log} is sealed yet")))?;
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&args.to).map_err(|error| cannot("create", &args.to, &error))?;
        let mut file = BufWriter::new(file);
        let mut write =
            |line: String| writeln!(file, "{line}").map_err(|error| cannot("write", &args.to, &error));
        write(text(&log::opening(&tree))?)?;
        let mut from = 0;
        loop {
            let lines = log::lines(store, &tree, from).await.map_err(Fault::from)?;
            let Some(last) = lines.last() else { break };
            from = last.index + 1;
            for line in &lines {
                write(text(line)?)?;
            }
        }
        file.flush()
            .and_then(|()| file.get_ref().sync_all())
            .map_err(|error| cannot("write", &args.to, &error))?;
        output::note(&format!("{} rows of the log of {log} are in {}", tree.size, args.to.display()));
        Ok(())
    })
}

fn text<T: Serialize>(line: &T) -> Result<String, Failure> {
    serde_json::to_string(line).map_err(|error| Failure::new(format!("a line cannot be written: {error}")))
}
