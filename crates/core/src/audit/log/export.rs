//! A log on its own, in lines of JSON: everything that it takes to verify it with the public key alone.

use super::edge::{LEAVES, TileAt};
use super::entry::SALT;
use super::head::Head;
use super::model::{Log, Row, Tree};
use super::verify::is_whole;
use super::wrong::Wrong;
use crate::id::EventId;
use crate::ports::{Read, Store};
use authms_crypto::VerifyingKey;
use authms_crypto::merkle::{self, Growing, Hash};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// What the first line says that it is.
pub const FORMAT: &str = "authms audit log, version 1";

/// The first line.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    /// [`FORMAT`]
    pub format: String,
    /// The log, as in the head.
    pub log: String,
    /// The signed head that the lines make up.
    pub head: String,
}

/// A line for each leaf, in their order.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// The leaf, counted from 0.
    pub index: u64,
    /// Its hash in hexadecimal digits.
    pub leaf: String,
    /// The salt in hexadecimal digits; none once the row is erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub salt: Option<String>,
    /// The event; none once the row is erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<Value>,
}

impl Line {
    /// The line of a row.
    pub fn of(row: &Row) -> Self {
        let salt: String = row.salt.iter().map(|byte| format!("{byte:02x}")).collect();
        // Bodies are JSON by their making; one that is not does not verify.
        let entry = serde_json::from_slice(&row.body).unwrap_or(Value::Null);
        let leaf = merkle::to_hex(&row.entry().leaf());
        Self { index: row.index, leaf, salt: Some(salt), entry: Some(entry) }
    }

    /// The line of a leaf whose row was erased.
    pub fn erased(index: u64, leaf: &Hash) -> Self {
        Self { index, leaf: merkle::to_hex(leaf), salt: None, entry: None }
    }

    /// The row, if the line has one; canonical bytes are made of the event again (RFC 8785): sorted, without blanks.
    fn row(&self) -> Option<Row> {
        let entry = self.entry.as_ref()?;
        let text = |member: &str| entry.get(member).and_then(Value::as_str);
        Some(Row {
            index: self.index,
            id: text("id").and_then(EventId::parse)?,
            name: text("event")?.to_owned(),
            salt: salt(self.salt.as_ref()?)?,
            body: entry.to_string().into_bytes(),
        })
    }
}

/// Whether a line is the one text that says what it says: none that others read otherwise.
fn is_as_written<T: Serialize>(line: &T, text: &str) -> bool {
    serde_json::to_string(line).is_ok_and(|written| written == text)
}

fn salt(text: &str) -> Option<[u8; SALT]> {
    let padded = merkle::from_hex(&format!("{text}{}", "0".repeat(64 - 2 * SALT)))?;
    padded.first_chunk().copied()
}

/// Verifies an export line by line.
pub struct Reader<'a> {
    key: &'a VerifyingKey,
    anchors: &'a [Head],
    head: Option<Head>,
    tree: Growing,
    agreed: u64,
    lines: u64,
}

impl<'a> Reader<'a> {
    /// Nothing was read yet. Heads that were anchored elsewhere are compared with as the lines come to their sizes.
    pub fn new(key: &'a VerifyingKey, anchors: &'a [Head]) -> Self {
        Self { key, anchors, head: None, tree: Growing::default(), agreed: 0, lines: 0 }
    }

    /// The head that the first line has.
    pub const fn head(&self) -> Option<&Head> {
        self.head.as_ref()
    }

    /// Reads the next line.
    ///
    /// # Errors
    /// The first thing that is [`Wrong`].
    pub fn line(&mut self, text: &str) -> Result<(), Wrong> {
        self.lines += 1;
        match self.head.take() {
            None => self.opening(text),
            Some(head) => {
                let read = self.leaf(&head, text);
                self.head = Some(head);
                read
            }
        }
    }

    /// Says what the whole was, once all lines are read.
    ///
    /// # Errors
    /// The first thing that is [`Wrong`] with the whole.
    pub fn end(self) -> Result<Head, Wrong> {
        let head = self.head.ok_or(Wrong::Line(1))?;
        let size = self.tree.size();
        if size < head.size {
            return Err(Wrong::Removed(size));
        }
        let larger = self.anchors.iter().filter(|anchor| anchor.log == head.log && anchor.size > size);
        match larger.max_by_key(|anchor| anchor.size) {
            Some(anchor) => Err(Wrong::Truncated { size, signed: anchor.size, at: anchor.at }),
            None => Ok(head),
        }
    }

    fn opening(&mut self, text: &str) -> Result<(), Wrong> {
        let opening: Opening = serde_json::from_str(text).map_err(|_| Wrong::Line(1))?;
        let (head, _) = Head::verify(&opening.head, self.key).map_err(|_| Wrong::Head)?;
        if opening.format != FORMAT || !is_as_written(&opening, text) {
            return Err(Wrong::Line(1));
        }
        if Log::parse(&opening.log) != Some(head.log) {
            return Err(Wrong::Head);
        }
        self.head = Some(head);
        Ok(())
    }

    fn leaf(&mut self, head: &Head, text: &str) -> Result<(), Wrong> {
        let (expected, number) = (self.tree.size(), self.lines);
        let line: Line = serde_json::from_str(text).map_err(|_| Wrong::Line(number))?;
        if !is_as_written(&line, text) {
            return Err(Wrong::Changed(expected));
        }
        if line.index != expected || expected == head.size {
            return Err(if line.index > expected {
                Wrong::Removed(expected)
            } else {
                Wrong::Inserted(expected)
            });
        }
        let leaf = merkle::from_hex(&line.leaf).ok_or(Wrong::Changed(expected))?;
        if line.salt.is_some() || line.entry.is_some() {
            let row = line.row().ok_or(Wrong::Changed(expected))?;
            if row.entry().leaf() != leaf || !is_whole(head.log, &row) {
                return Err(Wrong::Changed(expected));
            }
        } else if expected >= head.erased {
            return Err(Wrong::Removed(expected));
        }
        self.tree.append(leaf);
        self.agrees(head)
    }

    fn agrees(&mut self, own: &Head) -> Result<(), Wrong> {
        let size = self.tree.size();
        let anchors = self.anchors.iter().filter(|anchor| anchor.log == own.log);
        let mut signed = anchors.chain([own]).filter(|head| head.size == size).peekable();
        if signed.peek().is_none() {
            return Ok(());
        }
        let root = self.tree.root();
        if signed.any(|head| head.root != root) {
            return Err(Wrong::Rewritten { from: self.agreed, to: size });
        }
        self.agreed = size;
        Ok(())
    }
}

/// Lines read at a time.
const CHUNK: u64 = 64 * LEAVES;

/// The first line of a tree's export.
pub fn opening(tree: &Tree) -> Opening {
    Opening { format: FORMAT.to_owned(), log: tree.log.to_string(), head: tree.head.clone() }
}

/// The next lines of a tree as it was read, from this leaf on; none after the last.
///
/// # Errors
/// [`Down`](crate::ports::Down)
pub async fn lines(store: &dyn Store, tree: &Tree, from: u64) -> Read<Vec<Line>> {
    let to = tree.size.min(from.saturating_add(CHUNK));
    if from >= to {
        return Ok(Vec::new());
    }
    let most = u32::try_from(to - from).unwrap_or(u32::MAX);
    let rows = store.audit_rows(tree.number, from, most).await?;
    let rows: BTreeMap<u64, Row> = rows.into_iter().map(|row| (row.index, row)).collect();
    let gone: Vec<u64> = (from..to).filter(|index| !rows.contains_key(index)).collect();
    let mut tiles: Vec<TileAt> =
        gone.iter().map(|index| TileAt { level: 0, index: index / LEAVES }).collect();
    tiles.dedup();
    let tiles = store.audit_tiles(tree.number, tiles).await?;
    let leaves: BTreeMap<u64, Hash> =
        tiles.into_iter().flat_map(|tile| (tile.at.index * LEAVES..).zip(tile.hashes)).collect();
    let line = |index| match rows.get(&index) {
        Some(row) => Some(Line::of(row)),
        None => leaves.get(&index).map(|leaf| Line::erased(index, leaf)),
    };
    // What is neither there nor erased is left out: verification says so.
    Ok((from..to).filter_map(line).collect())
}
