//! The lines of an import, one user each: CSV with a header, or JSON Lines.

use std::io::{self, BufRead, Read as _};

use authms_core::access::Role;
use authms_core::user::CreateUser;
use authms_crypto::SecretString;
use serde::Deserialize;

/// The longest line in bytes: no user needs as much, and memory stays bounded whatever comes.
const MAX_LINE: u64 = 64 * 1024;

/// How the lines are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub enum Format {
    /// Comma-separated values under a header with the names of the columns
    Csv,
    /// A JSON object a line
    Jsonl,
}

/// What a line asks for. The names are those of the CSV columns, too.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Record {
    username: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    external_id: Option<String>,
    nickname: Option<String>,
    role: Option<String>,
    password_hash: Option<String>,
}

/// The columns, in the order of [`Record::set`].
const COLUMNS: [&str; 7] = ["username", "email", "phone", "external_id", "nickname", "role", "password_hash"];

/// One line.
pub struct Line {
    /// Counted from 1, the header included.
    pub number: u64,
    /// Where it ends, in bytes from the beginning.
    pub end: u64,
    /// The user that it asks for, or what is wrong with it; never repeats what it holds.
    pub user: Result<CreateUser, String>,
}

/// Reads lines, never more than one at a time.
pub struct Records<R> {
    input: R,
    format: Format,
    header: Vec<usize>,
    number: u64,
    end: u64,
}

impl<R: BufRead> Records<R> {
    /// Begins to read; of CSV, the header.
    ///
    /// # Errors
    /// A sentence, if the input cannot be read or the header does not fit.
    pub fn new(input: R, format: Format) -> Result<Self, String> {
        let mut records = Self { input, format, header: Vec::new(), number: 0, end: 0 };
        if format == Format::Csv {
            let header = records.text().map_err(|error| format!("cannot be read: {error}"))?;
            let header = header.ok_or("is empty: CSV needs a header")?;
            records.header = columns(&split(&header?)?)?;
        }
        Ok(records)
    }

    /// The next line that is not blank.
    ///
    /// # Errors
    /// If the input cannot be read.
    pub fn next_line(&mut self) -> io::Result<Option<Line>> {
        loop {
            let Some(text) = self.text()? else { return Ok(None) };
            if text.as_ref().is_ok_and(|text| text.trim().is_empty()) {
                continue;
            }
            let user = text.and_then(|text| self.record(&text)).and_then(Record::user);
            return Ok(Some(Line { number: self.number, end: self.end, user }));
        }
    }

    fn record(&self, text: &str) -> Result<Record, String> {
        match self.format {
            Format::Jsonl => serde_json::from_str(text).map_err(|error| json_problem(&error)),
            Format::Csv => {
                let values = split(text)?;
                if values.len() != self.header.len() {
                    return Err(format!("has {} values, the header {}", values.len(), self.header.len()));
                }
                let mut record = Record::default();
                for (column, value) in self.header.iter().zip(values) {
                    record.set(*column, value);
                }
                Ok(record)
            }
        }
    }

    /// The next line without its end; `None` at the end of the input.
    fn text(&mut self) -> io::Result<Option<Result<String, String>>> {
        let mut bytes = Vec::new();
        let read = self.input.by_ref().take(MAX_LINE).read_until(b'\n', &mut bytes)?;
        if read == 0 {
            return Ok(None);
        }
        self.number += 1;
        self.end += read as u64;
        if read as u64 == MAX_LINE && !bytes.ends_with(b"\n") {
            self.end += skip_line(&mut self.input)?;
            return Ok(Some(Err(format!("is longer than {MAX_LINE} bytes"))));
        }
        let bytes = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
        let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
        let bytes =
            if self.number == 1 { bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes) } else { bytes };
        Ok(Some(String::from_utf8(bytes.to_vec()).map_err(|_| "is not UTF-8".to_owned())))
    }
}

impl Record {
    fn set(&mut self, column: usize, value: String) {
        let fields = [
            &mut self.username,
            &mut self.email,
            &mut self.phone,
            &mut self.external_id,
            &mut self.nickname,
            &mut self.role,
            &mut self.password_hash,
        ];
        if let Some(field) = fields.into_iter().nth(column) {
            *field = Some(value).filter(|value| !value.is_empty());
        }
    }

    fn user(self) -> Result<CreateUser, String> {
        let role = self.role.as_deref().map(|name| Role::parse(name).ok_or("role: there is no such role"));
        Ok(CreateUser {
            tenant: None,
            username: self.username,
            email: self.email,
            phone: self.phone,
            external_id: self.external_id,
            nickname: self.nickname,
            password: None,
            password_hash: self.password_hash.map(SecretString::new),
            role: role.transpose()?,
        })
    }
}

/// Reads to the end of the line and keeps nothing of it; how many bytes that were.
fn skip_line(input: &mut impl BufRead) -> io::Result<u64> {
    let mut skipped = 0;
    loop {
        let buffer = input.fill_buf()?;
        let (used, found) = match buffer.iter().position(|byte| *byte == b'\n') {
            Some(at) => (at + 1, true),
            None => (buffer.len(), buffer.is_empty()),
        };
        input.consume(used);
        skipped += used as u64;
        if found {
            return Ok(skipped);
        }
    }
}

/// Which column of [`COLUMNS`] each value belongs to.
fn columns(names: &[String]) -> Result<Vec<usize>, String> {
    let mut found = Vec::new();
    for name in names {
        let known = COLUMNS.iter().position(|column| *column == name.trim());
        let column = known.ok_or_else(|| {
            format!("has an unknown column {:?} in its header; there are {}", name.trim(), COLUMNS.join(", "))
        })?;
        if found.contains(&column) {
            return Err(format!("has the column {:?} twice in its header", COLUMNS[column]));
        }
        found.push(column);
    }
    Ok(found)
}

/// The values of a CSV line (RFC 4180, but no value goes over a line's end: no name does).
fn split(line: &str) -> Result<Vec<String>, String> {
    let mut values = Vec::new();
    let mut rest = line;
    loop {
        let (value, after) = match rest.strip_prefix('"') {
            Some(quoted) => unquote(quoted)?,
            None => {
                let end = rest.find(',').unwrap_or(rest.len());
                (rest[..end].to_owned(), &rest[end..])
            }
        };
        if value.contains('"') && !rest.starts_with('"') {
            return Err("has a quote within a value that does not begin with one".to_owned());
        }
        values.push(value);
        match after.strip_prefix(',') {
            Some(next) => rest = next,
            None if after.is_empty() => return Ok(values),
            None => return Err("has text behind a closing quote".to_owned()),
        }
    }
}

/// A quoted value from behind its opening quote, and what follows the closing one.
fn unquote(text: &str) -> Result<(String, &str), String> {
    let mut value = String::new();
    let mut rest = text;
    loop {
        let end = rest.find('"').ok_or("has a quote that is not closed on the line")?;
        value.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('"') {
            Some(after) => {
                value.push('"');
                rest = after;
            }
            None => return Ok((value, rest)),
        }
    }
}

/// What is wrong with a line of JSON, without the values that serde repeats; and without a name that it repeats, if that
/// could move a terminal's cursor or begin another line of a report.
fn json_problem(error: &serde_json::Error) -> String {
    let said = error.to_string();
    if said.starts_with("unknown field") || said.starts_with("duplicate field") {
        let said = said.rsplit_once(" at line ").map_or(said.as_str(), |(said, _)| said);
        let plain = said.len() <= 200 && said.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
        if plain { said.to_owned() } else { "has a member of an odd name".to_owned() }
    } else if error.is_data() {
        "has a member that is no text".to_owned()
    } else {
        "is not a JSON object".to_owned()
    }
}
