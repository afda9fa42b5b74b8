//! `authms audit verify`

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};

use authms_core::audit::log::{self, Head, Reader, Verified};
use authms_crypto::{VerifyingKey, merkle};
use serde_json::json;

use super::{Which, anchors_of, cannot, key_of};
use crate::config::Config;
use crate::failure::Failure;
use crate::output;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    which: Which,
    /// Heads that were kept elsewhere, as `authms audit anchor` wrote them
    #[arg(long, value_name = "FILE")]
    anchors: Option<PathBuf>,
    /// Verify this export instead of the installation
    #[arg(long, value_name = "FILE", requires = "key", conflicts_with_all = ["tenant", "installation"])]
    export: Option<PathBuf>,
    /// The public key, as `authms audit key` printed it: with --export or --anchors, no installation is asked
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Print a line of JSON for each log: {log, size, erased, root, wrong}
    #[arg(long)]
    json: bool,
}

pub fn run(config: &Config, args: &Args) -> Result<(), Failure> {
    match &args.key {
        Some(file) => offline(args, &key_of(file)?),
        None => installation(config, args),
    }
}

fn installation(config: &Config, args: &Args) -> Result<(), Failure> {
    let found = super::super::on_site(config, async |site| {
        let key = site.parts.secrets.audit_key.verifying();
        let anchors = heads(args, key)?;
        let only = args.which.log(&site.parts).await?;
        Ok(log::verify(&site.parts, only, &anchors).await?)
    })?;
    for verified in &found {
        tell(args, verified)?;
    }
    verdict(found.iter().any(|verified| verified.wrong.is_some()))
}

/// With nothing but files.
fn offline(args: &Args, key: &VerifyingKey) -> Result<(), Failure> {
    let anchors = heads(args, key)?;
    let Some(file) = &args.export else {
        if args.anchors.is_none() {
            return Err(Failure::refused("name what to verify: --export FILE, --anchors FILE or both"));
        }
        output::note(&format!("{} heads are signed, and each goes on from the one before", anchors.len()));
        return Ok(());
    };
    let verified = export(file, key, &anchors)?;
    tell(args, &verified)?;
    verdict(verified.wrong.is_some())
}

fn heads(args: &Args, key: &VerifyingKey) -> Result<Vec<Head>, Failure> {
    match &args.anchors {
        Some(file) => Ok(anchors_of(file, key)?.into_heads()),
        None => Ok(Vec::new()),
    }
}

fn export(file: &Path, key: &VerifyingKey, anchors: &[Head]) -> Result<Verified, Failure> {
    let lines = BufReader::new(File::open(file).map_err(|error| cannot("open", file, &error))?).lines();
    let mut reader = Reader::new(key, anchors);
    let mut wrong = None;
    for line in lines {
        let line = line.map_err(|error| cannot("read", file, &error))?;
        if let Err(found) = reader.line(&line) {
            wrong = Some(found);
            break;
        }
    }
    let known = reader.head().cloned();
    let ended = match wrong {
        Some(wrong) => Err(wrong),
        None => reader.end(),
    };
    let (head, wrong) = match ended {
        Ok(head) => (Some(head), None),
        Err(wrong) => (known, Some(wrong)),
    };
    Ok(Verified {
        log: head.as_ref().map_or(log::Log(None), |head| head.log),
        size: head.as_ref().map_or(0, |head| head.size),
        erased: head.as_ref().map_or(0, |head| head.erased),
        root: head.as_ref().map(|head| head.root),
        wrong,
    })
}

fn tell(args: &Args, verified: &Verified) -> Result<(), Failure> {
    let Verified { log, size, erased, root, wrong } = verified;
    let wrong = wrong.as_ref().map(ToString::to_string);
    if args.json {
        let root = root.as_ref().map(merkle::to_hex);
        let (log, size, erased) = (log.to_string(), size, erased);
        return output::json(
            &json!({ "log": log, "size": size, "erased": erased, "root": root, "wrong": wrong }),
        );
    }
    let found = wrong.unwrap_or_else(|| "nothing is wrong".to_owned());
    let gone = if *erased == 0 { String::new() } else { format!(", the first {erased} erased") };
    output::line(&format!("{log}: {size} rows{gone}: {found}"))
}

fn verdict(is_wrong: bool) -> Result<(), Failure> {
    if is_wrong { Err(Failure::new("the audit log is not what was signed")) } else { Ok(()) }
}
