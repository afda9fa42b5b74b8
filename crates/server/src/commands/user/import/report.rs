//! What became of each line, as it is told.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal as _, Write};
use std::path::Path;

use authms_core::id::UserId;
use serde_json::json;

use super::progress::{Position, Progress};
use crate::failure::Failure;
use crate::output;

/// What became of a line.
pub enum Outcome {
    /// The user was created.
    Created(UserId),
    /// Nothing was written, but could be.
    WouldCreate,
    /// A user has all of these names already.
    Exists(UserId),
    /// Why not.
    Refused(String),
}

/// Tells results on standard output, errors on standard error and in a file, and how far it has come.
pub struct Report {
    json: bool,
    results: Option<BufWriter<io::Stdout>>,
    errors: Option<BufWriter<File>>,
    progress: Progress,
    created: u64,
    exist: u64,
    refused: u64,
    position: Position,
}

impl Report {
    /// On a terminal standard output shows no results: there the bar is.
    ///
    /// # Errors
    /// If the file for errors cannot be made.
    pub fn new(json: bool, errors: Option<&Path>, total: Option<u64>) -> Result<Self, Failure> {
        let make = |path: &Path| {
            let made = File::create(path).map(BufWriter::new);
            made.map_err(|error| Failure::new(format!("cannot write {}: {error}", path.display())))
        };
        let shown = json || !io::stdout().is_terminal();
        Ok(Self {
            json,
            results: shown.then(|| BufWriter::new(io::stdout())),
            errors: errors.map(make).transpose()?,
            progress: Progress::begin(),
            created: 0,
            exist: 0,
            refused: 0,
            position: Position { total, ..Position::default() },
        })
    }

    /// Tells of one line.
    pub fn tell(&mut self, line: u64, outcome: &Outcome) -> io::Result<()> {
        let (status, id, error) = match outcome {
            Outcome::Created(id) => ("created", Some(id), None),
            Outcome::WouldCreate => ("would_create", None, None),
            Outcome::Exists(id) => ("exists", Some(id), None),
            Outcome::Refused(error) => ("refused", None, Some(error)),
        };
        match outcome {
            Outcome::Created(_) | Outcome::WouldCreate => self.created += 1,
            Outcome::Exists(_) => self.exist += 1,
            Outcome::Refused(_) => self.refused += 1,
        }
        let id = id.map(ToString::to_string);
        if let Some(out) = &mut self.results {
            let more = id.as_ref().or(error).map_or("", String::as_str);
            if self.json {
                let mut row = json!({ "line": line, "status": status });
                for (member, value) in [("id", &id), ("error", &error.cloned())] {
                    if let Some(value) = value {
                        row[member] = value.as_str().into();
                    }
                }
                writeln!(out, "{row}")?;
            } else {
                writeln!(out, "{line}\t{status}\t{more}")?;
            }
        }
        match error {
            Some(error) => self.tell_error(&format!("line {line}: {error}")),
            None => Ok(()),
        }
    }

    fn tell_error(&mut self, error: &str) -> io::Result<()> {
        self.progress.note(error);
        match &mut self.errors {
            Some(file) => writeln!(file, "{error}"),
            None => Ok(()),
        }
    }

    /// A chunk is done, up to here.
    pub fn advance(&mut self, lines: u64, end: u64) -> io::Result<()> {
        self.position.lines += lines;
        self.position.bytes = end;
        self.position.elapsed = self.progress.elapsed();
        self.progress.show(self.position);
        self.flush()
    }

    /// What came of it all. `dry`: nothing was written.
    ///
    /// # Errors
    /// If lines were refused.
    pub fn end(mut self, dry: bool) -> Result<(), Failure> {
        self.flush().map_err(cannot_tell)?;
        self.progress.clear();
        output::note(&self.summary(dry));
        match self.refused {
            0 => Ok(()),
            1 => Err(Failure::refused("a line was refused")),
            many => Err(Failure::refused(format!("{many} lines were refused"))),
        }
    }

    /// The same where it ended before its time, after `line`.
    pub fn stopped(mut self, line: u64, dry: bool, why: &str) -> Failure {
        let told = self.flush();
        self.progress.clear();
        output::note(&self.summary(dry));
        if let Err(error) = told {
            return cannot_tell(error);
        }
        Failure::new(format!(
            "stopped after line {line}: {why}; run it again to go on, those that exist are skipped"
        ))
    }

    fn summary(&self, dry: bool) -> String {
        let created = if dry { "would be created" } else { "created" };
        let Self { exist, refused, position, .. } = self;
        format!(
            "{} lines: {} {created}, {exist} existed already, {refused} refused; {:.1} s, {}/s",
            position.lines,
            self.created,
            position.elapsed.as_secs_f64(),
            position.rate()
        )
    }

    fn flush(&mut self) -> io::Result<()> {
        if let Some(out) = &mut self.results {
            out.flush()?;
        }
        match &mut self.errors {
            Some(file) => file.flush(),
            None => Ok(()),
        }
    }
}

/// Results that nobody hears of end the import.
pub fn cannot_tell(error: io::Error) -> Failure {
    Failure::new(format!("cannot write the results: {error}"))
}
