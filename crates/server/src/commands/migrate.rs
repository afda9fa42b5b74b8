//! `authms migrate`

use authms_core::ports::Clock as _;
use authms_store::copy::{self, Doing, Place};

use crate::clock::SystemClock;
use crate::config::{Config, store_place};
use crate::failure::Failure;
use crate::output;
use crate::progress::Progress;
use crate::wiring::Site;

const NOTES: &str = "\
Without --from and --to the configured store is made, or brought to the schema of this authms.

With one or both of them a whole installation is moved to an empty store, on the same engine or the other; where one is left out,
it is the configured store. Stop every authms that uses either. A move that was cut off goes on when the same command is run again.
At the end all rows are counted and digested on both sides, and the former store is marked: no authms starts on it any more. Master
key and issuer stay the same, and so does everything that was given out; what was spent is spent.

Examples:
  authms migrate --from sqlite:/var/lib/authms/authms.db --to postgres://authms@db.internal/authms
  AUTHMS_STORE__URL_FILE=/run/secrets/store-url authms migrate --from sqlite:/var/lib/authms/authms.db";

#[derive(Debug, clap::Args)]
#[command(after_help = NOTES)]
pub struct Args {
    /// The store to be moved, as in `store.url`
    #[arg(long, value_name = "URL", value_parser = place)]
    from: Option<Place>,
    /// The empty store that it is to be moved to
    #[arg(long, value_name = "URL", value_parser = place)]
    to: Option<Place>,
}

fn place(url: &str) -> Result<Place, String> {
    store_place(url).map(|store| super::place(&store))
}

pub fn run(config: &Config, args: &Args) -> Result<(), Failure> {
    if args.from.is_none() && args.to.is_none() {
        return up_to_date(config);
    }
    let end = |named: &Option<Place>| named.clone().unwrap_or_else(|| super::place(&config.store.place));
    relocate(&end(&args.from), &end(&args.to))
}

fn up_to_date(config: &Config) -> Result<(), Failure> {
    super::with_runtime(config, async || {
        let site = Site::open_or_create(config, config.server.listen, 1).await?;
        if site.installed.first_start {
            let issuer = &site.installed.installation.issuer;
            output::note(&format!("made a new installation for the issuer {issuer}"));
        }
        if let Some(key) = &site.new_key {
            output::note(&format!("made the master key {}: back it up, apart from the store", key.display()));
        }
        output::note(&format!("{} has schema version {}", site.store, site.schema));
        Ok(())
    })
}

fn relocate(from: &Place, to: &Place) -> Result<(), Failure> {
    let mut shown = Progress::new();
    let moved = copy::relocate(from, to, SystemClock.now(), &mut |doing, done, of| {
        shown.show(said(doing), done, of);
    })?;
    let digest: String = moved.copied.digest.iter().map(|byte| format!("{byte:02x}")).collect();
    output::note(&format!(
        "moved the installation of {} to {to}: {} rows of {} tables, the same on both sides (SHA-256 {digest})",
        moved.installed.issuer, moved.copied.rows, moved.copied.tables
    ));
    output::note(&format!(
        "start every authms there from now on, by store.url, with the same issuer and the same master key (fingerprint {})",
        moved.installed.master_fingerprint
    ));
    output::note(&format!("{from} is marked as left, and starts no more; delete it once all is well"));
    Ok(())
}

/// What is being done, in a word.
pub(super) const fn said(doing: Doing) -> &'static str {
    match doing {
        Doing::Copying => "copying",
        Doing::Comparing => "comparing",
    }
}
