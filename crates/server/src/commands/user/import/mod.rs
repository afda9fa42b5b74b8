//! `authms user import`

mod progress;
mod report;

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use authms_core::ports::Member;
use authms_core::user::{self, CreateUser, UserError};
use tokio::sync::mpsc;

use crate::commands::operator::{Operator, TenantArg, operate};
use crate::config::Config;
use crate::failure::Failure;
use crate::records::{Format, Line, Records};
use crate::signals::Signals;
use report::{Outcome, Report, cannot_tell};

/// Lines that are read, written and told of together.
const CHUNK: usize = 1000;

const NOTES: &str = "\
CSV has a header with some of these columns, JSON Lines have some of these members:
  username, email, phone    names to sign in under
  external_id               what another system calls the user; one of these four is needed
  nickname                  a name to show
  role                      member (without it), support, admin or super_admin
  password_hash             the password that the user has there: argon2, bcrypt, scrypt, PBKDF2 or Firebase's scrypt
                            as docs/passwords.md spells them; at the first sign-in it is hashed anew
Who gets none signs in by ticket, or is given one by `authms user set-password`.

Each line's result goes to standard output, unless that is a terminal: its number, created, exists or refused, and the
identifier or what is wrong, separated by tabs; with --json, {line, status, id, error}. What is wrong goes to standard
error, too. Who has all the names of a line already is told as exists and left as they are, so an import that was
stopped (by Ctrl-C, between two chunks of 1000 lines) may simply be repeated. With refused lines, the exit code is 4.

Examples:
  authms user import people.csv
  authms user import people.jsonl --tenant branch --dry-run --errors wrong.txt
  zcat people.csv.gz | authms user import - --format csv > results.tsv";

#[derive(Debug, clap::Args)]
#[command(after_help = NOTES)]
pub struct Args {
    /// The file; - is standard input
    file: PathBuf,
    /// How it is written; without it, the file's name tells (.csv, .jsonl, .ndjson)
    #[arg(long)]
    format: Option<Format>,
    /// Write nothing, only tell what would be done; looks at each line by itself
    #[arg(long)]
    dry_run: bool,
    /// Write what is wrong to this file, too
    #[arg(long, value_name = "FILE")]
    errors: Option<PathBuf>,
    #[command(flatten)]
    tenant: TenantArg,
    /// Print results as JSON, a line each
    #[arg(long)]
    json: bool,
}

pub fn run(config: &Config, args: Args) -> Result<(), Failure> {
    let (input, size) = open(&args.file)?;
    let format = args.format.or_else(|| told_by(&args.file)).ok_or_else(|| {
        Failure::refused("neither --format nor the file's name tells whether this is CSV or JSON Lines")
    })?;
    let name = args.file.display().to_string();
    let records = Records::new(input, format).map_err(|why| Failure::refused(format!("{name} {why}")))?;
    let report = Report::new(args.json, args.errors.as_deref(), size)?;
    operate(config, &args.tenant, async |op| import(op, records, report, args.dry_run).await)
}

async fn import(
    op: &Operator<'_>,
    records: Records<Box<dyn BufRead + Send>>,
    mut report: Report,
    dry: bool,
) -> Result<(), Failure> {
    let mut signals =
        Signals::listen().map_err(|error| Failure::new(format!("cannot listen for signals: {error}")))?;
    // Read on a thread of its own, since a read may wait for ever; two chunks ahead at the most.
    let (sender, mut chunks) = mpsc::channel(2);
    std::thread::spawn(move || read(records, &sender));
    let mut last = 0;
    loop {
        let chunk = tokio::select! {
            biased;
            () = signals.next() => return Err(report.stopped(last, dry, "a signal came")),
            chunk = chunks.recv() => chunk,
        };
        let chunk: Vec<Line> = match chunk {
            None => return report.end(dry),
            Some(Ok(chunk)) => chunk,
            Some(Err(error)) => return Err(report.stopped(last, dry, &format!("cannot read on: {error}"))),
        };
        let (lines, end) = (chunk.len() as u64, chunk.last().map_or(0, |line| line.end));
        let mut created = match create(op, &chunk, dry).await {
            Ok(created) => created.into_iter(),
            Err(failure) => return Err(report.stopped(last, dry, &failure.to_string())),
        };
        for line in chunk {
            let outcome = match line.user {
                Ok(ask) => what_became(op, &ask, created.next()).await,
                Err(why) => Ok(Outcome::Refused(why)),
            };
            match outcome {
                Ok(outcome) => report.tell(line.number, &outcome).map_err(cannot_tell)?,
                Err(failure) => return Err(report.stopped(last, dry, &failure.to_string())),
            }
            last = line.number;
        }
        report.advance(lines, end).map_err(cannot_tell)?;
    }
}

/// Creates the users of a chunk, and tells what came of each line that asks for one; of a dry run, nothing.
async fn create(
    op: &Operator<'_>,
    chunk: &[Line],
    dry: bool,
) -> Result<Vec<Result<Member, UserError>>, UserError> {
    if dry {
        return Ok(Vec::new());
    }
    let asks = chunk.iter().filter_map(|line| line.user.as_ref().ok()).cloned().collect();
    user::create_batch(op.parts, &op.caller, asks, &op.source).await
}

/// What became of a line; `created` is nothing in a dry run.
async fn what_became(
    op: &Operator<'_>,
    ask: &CreateUser,
    created: Option<Result<Member, UserError>>,
) -> Result<Outcome, Failure> {
    let found = match created {
        Some(Ok(member)) => return Ok(Outcome::Created(member.user.id)),
        Some(Err(UserError::Taken)) | None => user::whose(op.parts, &op.caller, ask).await,
        Some(Err(other)) => Err(other),
    };
    match found {
        Ok(None) => Ok(Outcome::WouldCreate),
        Ok(Some(id)) => Ok(Outcome::Exists(id)),
        Err(UserError::Fault(fault)) => Err(fault.into()),
        Err(refused) => Ok(Outcome::Refused(refused.to_string())),
    }
}

fn read(mut records: Records<Box<dyn BufRead + Send>>, chunks: &mpsc::Sender<io::Result<Vec<Line>>>) {
    loop {
        let chunk: io::Result<Vec<_>> =
            std::iter::from_fn(|| records.next_line().transpose()).take(CHUNK).collect();
        let over = chunk.as_ref().map_or(true, Vec::is_empty);
        // Nobody takes it any more once the import has stopped.
        if chunk.as_ref().is_ok_and(Vec::is_empty) || chunks.blocking_send(chunk).is_err() || over {
            return;
        }
    }
}

/// The input, and how long it is if that is known.
fn open(path: &Path) -> Result<(Box<dyn BufRead + Send>, Option<u64>), Failure> {
    if path == Path::new("-") {
        return Ok((Box::new(BufReader::new(io::stdin())), None));
    }
    let opened = File::open(path).and_then(|file| {
        let about = file.metadata()?;
        Ok((file, about.is_file().then_some(about.len())))
    });
    let (file, size) =
        opened.map_err(|error| Failure::new(format!("cannot read {}: {error}", path.display())))?;
    Ok((Box::new(BufReader::with_capacity(256 * 1024, file)), size))
}

/// The format that a file's name tells.
fn told_by(path: &Path) -> Option<Format> {
    match path.extension()?.to_str()? {
        "csv" => Some(Format::Csv),
        "jsonl" | "ndjson" => Some(Format::Jsonl),
        _ => None,
    }
}
