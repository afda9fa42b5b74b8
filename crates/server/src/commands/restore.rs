//! `authms restore`

use std::path::{Path, PathBuf};

use authms_core::install::{self, Voided};
use authms_core::ports::Clock as _;
use authms_store::copy::{self, Installed, Place, Restore};

use super::confirm::Confirm;
use super::migrate::said;
use crate::clock::SystemClock;
use crate::config::Config;
use crate::data_dir::{self, ServeLock};
use crate::failure::Failure;
use crate::output;
use crate::progress::Progress;
use crate::rng::OsRng;

const NOTES: &str = "\
The backup's master key must be in its place already, and the server stopped. Whatever was given out before is void in the restored
store, since it may have been spent after the backup: tickets, sessions with their refresh tokens, sign-ins under way, codes,
invitations, trust in devices. Everybody signs in anew.

What changed after the backup is lost: docs/operations.md says what to look at.

Examples:
  authms restore --from /var/backups/authms-2026-11-22.db
  authms restore --from /var/backups/authms-2026-11-22.db --replace --yes
  pg_restore … && authms restore --in-place --yes";

#[derive(Debug, clap::Args)]
#[command(after_help = NOTES)]
pub struct Args {
    /// A file that `authms backup` made
    #[arg(long, value_name = "FILE", required_unless_present = "in_place")]
    from: Option<PathBuf>,
    /// Replace the installation that is there
    #[arg(long)]
    replace: bool,
    /// The store was restored already, by other means (a dump of PostgreSQL, a snapshot of a disk): only make void what was given
    /// out before
    #[arg(long, conflicts_with_all = ["from", "replace"])]
    in_place: bool,
    #[command(flatten)]
    confirm: Confirm,
}

pub fn run(config: &Config, args: &Args) -> Result<(), Failure> {
    match &args.from {
        Some(file) => from(config, args, file),
        None => in_place(config, args),
    }
}

/// Makes void what was given out before, and changes nothing else.
fn in_place(config: &Config, args: &Args) -> Result<(), Failure> {
    args.confirm
        .ask("End all sessions, and make void all tickets, challenges and codes that were given out?")?;
    data_dir::ensure(&config.data.dir)?;
    let _lock = ServeLock::take(&config.data.dir)?;
    let store = super::place(&config.store.place);
    let now = copy::now(&store, SystemClock.now())?;
    tell(&copy::void(&store, now, |voided| install::restored(voided, now, &OsRng))?);
    Ok(())
}

fn from(config: &Config, args: &Args, file: &Path) -> Result<(), Failure> {
    data_dir::ensure(&config.data.dir)?;
    let _lock = ServeLock::take(&config.data.dir)?;
    let store = super::place(&config.store.place);
    let former = copy::installed(&store).map_err(|error| in_the_way(&store, error.into()))?;
    if former.is_some() && !args.replace {
        return Err(Failure::refused(format!(
            "there is an installation in {store}: --replace restores in its place, --data-dir elsewhere"
        )));
    }
    let now = copy::now(&store, SystemClock.now())?;
    let row = |voided: &_| install::restored(voided, now, &OsRng);
    let beside = match &store {
        Place::Sqlite(file) => file.clone(),
        Place::Postgres(_) => config.data.dir.join("restore.db"),
    };
    let restore = Restore::read(file, &beside, former.as_ref(), now, row)?;
    require_own(config, restore.installed())?;
    if let Some(former) = former {
        args.confirm.ask(&format!(
            "Replace the installation of {} in {store}, and lose all that is not in the backup?",
            former.issuer
        ))?;
    }
    let voided = *restore.voided();
    let mut shown = Progress::new();
    restore.install(&store, now, &mut |doing, done, of| shown.show(said(doing), done, of))?;
    output::note(&format!("restored {store} from {}", file.display()));
    tell(&voided);
    Ok(())
}

fn tell(voided: &Voided) {
    output::note(&format!(
        "this is epoch {} of the store; void are {} tickets, {} sessions, {} challenges and codes, {} invitations",
        voided.epoch, voided.tickets, voided.sessions, voided.challenges, voided.invitations
    ));
}

/// Demands that the configured master key and issuer are the backup's, so that a server will start on it.
fn require_own(config: &Config, found: &Installed) -> Result<(), Failure> {
    let (master, _) = data_dir::load_master_key(config, false)?;
    let issuer = config.server.issuer.as_ref().unwrap_or(&found.issuer);
    let (stored, given) = ((&*found.master_fingerprint, &*found.issuer), (&*master.fingerprint(), &**issuer));
    Ok(install::require_same(stored, given)?)
}

/// What is there is no store that could be replaced.
fn in_the_way(store: &Place, why: Failure) -> Failure {
    let Place::Sqlite(store) = store else { return why };
    let store = store.display();
    Failure::new(format!(
        "{why}; to restore in its place, move {store}, {store}-wal and {store}-shm away first"
    ))
}
