//! `authms audit verify`, `export`, `anchor`, `head` and `key`

mod anchor;
mod export;
mod verify;

use std::path::Path;

use authms_core::audit::log::{Anchors, Log, Tree};
use authms_core::audit::outlet::{ANCHOR, SIEM_FILE, SIEM_SYSLOG};
use authms_core::fault::Fault;
use authms_core::parts::Parts;
use authms_crypto::{PublicJwk, VerifyingKey};
use serde_json::json;

use super::operator;
use crate::config::Config;
use crate::failure::Failure;
use crate::output;
use crate::wiring::Site;

const ELSEWHERE: &str = "\
Heads that are kept where nobody who can write the database can write make every change found; docs/audit.md says what is
found without them.

Examples:
  authms audit key > audit-key.json
  authms audit anchor --to /mnt/worm/heads.jsonl
  authms audit verify --anchors /mnt/worm/heads.jsonl
  authms audit export --to audit.jsonl
  authms audit verify --export audit.jsonl --key audit-key.json";

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Verify the audit log, and name the first row that was changed, removed or inserted
    #[command(after_help = ELSEWHERE)]
    Verify(verify::Args),
    /// Take a log along, in lines of JSON that can be verified elsewhere
    Export(export::Args),
    /// Append the present heads to a file, each with the proof that its log begins with the one before
    #[command(after_help = ELSEWHERE)]
    Anchor(anchor::Args),
    /// Print the present heads: a line {log, size, head} of JSON for each log
    Head {
        #[command(flatten)]
        which: Which,
    },
    /// Print how far places outside have come that are told of the log: a line {outlet, told_at, failing_since, failures, skipped, behind}
    /// of JSON for each; `behind` counts logs
    Outlets,
    /// Print the public key that heads are verified with, as a JWK
    Key,
}

/// Which logs a command is about.
#[derive(Clone, Debug, clap::Args)]
pub struct Which {
    /// Tenant, by identifier (tnt_…) or name; without it, all logs
    #[arg(long, value_name = "TENANT")]
    tenant: Option<String>,
    /// The installation's own log, of what concerns no tenant
    #[arg(long, conflicts_with = "tenant")]
    installation: bool,
}

impl Which {
    /// The log that is named, if one is.
    async fn log(&self, parts: &Parts) -> Result<Option<Log>, Failure> {
        match &self.tenant {
            _ if self.installation => Ok(Some(Log(None))),
            Some(named) => Ok(Some(Log(Some(operator::tenant(parts, named).await?)))),
            None => Ok(None),
        }
    }

    /// The trees of these logs.
    async fn trees(&self, site: &Site) -> Result<Vec<Tree>, Failure> {
        let only = self.log(&site.parts).await?;
        let mut trees = site.parts.store.audit_trees().await.map_err(Fault::from)?;
        trees.retain(|tree| only.is_none_or(|log| log == tree.log));
        Ok(trees)
    }
}

pub fn run(config: &Config, command: Command) -> Result<(), Failure> {
    match command {
        Command::Verify(args) => verify::run(config, &args),
        Command::Export(args) => export::run(config, &args),
        Command::Anchor(args) => anchor::run(config, &args),
        Command::Head { which } => head(config, &which),
        Command::Outlets => outlets(config),
        Command::Key => key(config),
    }
}

fn head(config: &Config, which: &Which) -> Result<(), Failure> {
    super::on_site(config, async |site| {
        for tree in which.trees(site).await? {
            output::json(&json!({ "log": tree.log.to_string(), "size": tree.size, "head": tree.head }))?;
        }
        Ok(())
    })
}

fn outlets(config: &Config) -> Result<(), Failure> {
    super::on_site(config, async |site| {
        let store = &site.parts.store;
        for name in [ANCHOR, SIEM_FILE, SIEM_SYSLOG] {
            let Some(outlet) = store.audit_outlet(name).await.map_err(Fault::from)? else { continue };
            let behind = store.audit_untold(name, 10_000).await.map_err(Fault::from)?.len();
            output::json(&json!({
                "outlet": name,
                "told_at": outlet.told_at.to_string(),
                "failing_since": outlet.failing_since.map(|since| since.to_string()),
                "failures": outlet.failures,
                "skipped": outlet.skipped,
                "behind": behind,
            }))?;
        }
        Ok(())
    })
}

fn key(config: &Config) -> Result<(), Failure> {
    super::on_site(config, async |site| {
        let jwk = serde_json::to_value(site.parts.secrets.audit_key.jwk());
        output::json(&jwk.map_err(|error| Failure::new(format!("the key cannot be written: {error}")))?)
    })
}

/// A public key out of a file.
fn key_of(file: &Path) -> Result<VerifyingKey, Failure> {
    let text = read(file)?;
    let jwk: Option<PublicJwk> = serde_json::from_str(&text).ok();
    jwk.and_then(|jwk| VerifyingKey::from_jwk(jwk).ok()).ok_or_else(|| {
        Failure::new(format!("{} holds no key that `authms audit key` printed", file.display()))
    })
}

/// The heads in a file, each verified beside the one before it.
fn anchors_of<'k>(file: &Path, key: &'k VerifyingKey) -> Result<Anchors<'k>, Failure> {
    let mut anchors = Anchors::new(key);
    for (number, line) in (1..).zip(read(file)?.lines()) {
        let wrong = |wrong| Failure::new(format!("{}, line {number}: {wrong}", file.display()));
        anchors.line(line).map_err(wrong)?;
    }
    Ok(anchors)
}

fn read(file: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(file).map_err(|error| cannot("read", file, &error))
}

fn cannot(doing: &str, file: &Path, error: &std::io::Error) -> Failure {
    Failure::new(format!("cannot {doing} {}: {error}", file.display()))
}
