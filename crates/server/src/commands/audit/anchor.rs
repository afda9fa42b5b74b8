//! `authms audit anchor`

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::PathBuf;

use authms_core::audit::log::{self, Anchor, Head, Tree};
use authms_core::fault::Fault;
use authms_core::ports::Store;
use authms_crypto::{VerifyingKey, merkle};

use super::{Which, anchors_of, cannot};
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
        let key = site.parts.secrets.audit_key.verifying();
        let before: Vec<Head> = match args.to.exists() {
            true => anchors_of(&args.to, key)?.last().cloned().collect(),
            false => Vec::new(),
        };
        let mut lines = String::new();
        let mut count = 0;
        for tree in args.which.trees(site).await? {
            let last = before.iter().find(|head| head.log == tree.log);
            if let Some(anchor) = next(&*site.parts.store, key, &tree, last).await? {
                let line = serde_json::to_string(&anchor);
                lines += &line.map_err(|error| Failure::new(format!("a head cannot be written: {error}")))?;
                lines.push('\n');
                count += 1;
            }
        }
        let mut file = OpenOptions::new()
            .append(true)
            .create(true)
            .open(&args.to)
            .map_err(|error| cannot("open", &args.to, &error))?;
        file.write_all(lines.as_bytes())
            .and_then(|()| file.sync_all())
            .map_err(|error| cannot("write", &args.to, &error))?;
        output::note(&format!("{count} heads were appended to {}", args.to.display()));
        Ok(())
    })
}

/// The line of a tree, unless the file's last head of it is its present one.
async fn next(
    store: &dyn Store,
    key: &VerifyingKey,
    tree: &Tree,
    last: Option<&Head>,
) -> Result<Option<Anchor>, Failure> {
    let head = tree.head.clone();
    let Some(last) = last else { return Ok(Some(Anchor { head, since: None, proof: Vec::new() })) };
    let present = Head::verify(&head, key).map(|(head, _)| head).ok();
    let is_same = |now: &Head| (now.size, now.root, now.erased) == (last.size, last.root, last.erased);
    if present.as_ref().is_some_and(is_same) {
        return Ok(None);
    }
    // Of one size there is one root.
    let is_other =
        present.is_none_or(|now| now.log != last.log || (now.size == last.size && now.root != last.root));
    if is_other {
        return Err(forked(tree, last));
    }
    let proof = log::consistency(store, tree, last.size).await.map_err(Fault::from)?;
    let proof = proof.ok_or_else(|| forked(tree, last))?.iter().map(merkle::to_hex).collect();
    Ok(Some(Anchor { head, since: Some(last.size), proof }))
}

fn forked(tree: &Tree, last: &Head) -> Failure {
    Failure::new(format!(
        "the log of {} has {} rows, and does not go on from the {} that were anchored last; `authms audit verify --anchors` \
         says more",
        tree.log, tree.size, last.size
    ))
}
