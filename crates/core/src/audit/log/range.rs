//! Verifying some rows of a log, against its last head.

use super::edge::{LEAVES, TileAt};
use super::head::Head;
use super::model::Tree;
use super::prove::inclusion;
use super::verify::is_whole;
use super::wrong::Wrong;
use crate::ports::{Read, Store};
use authms_crypto::VerifyingKey;
use authms_crypto::merkle::{self, Hash};
use std::collections::BTreeMap;
use std::ops::Range;

/// Rows verified at once.
pub const VERIFIED: u64 = 10_000;

/// What was found of some rows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Checked {
    /// The first that was looked at.
    pub from: u64,
    /// How many were looked at.
    pub rows: u64,
    /// The leaves' hashes, first and last.
    pub ends: Option<(Hash, Hash)>,
    /// The first thing that is wrong.
    pub wrong: Option<Wrong>,
}

/// Verifies these rows of a tree as it was read: each against its leaf, and the leaves against the root that was signed.
///
/// # Errors
/// [`Down`](crate::ports::Down)
pub async fn verify_range(
    store: &dyn Store,
    key: &VerifyingKey,
    tree: &Tree,
    range: Range<u64>,
) -> Read<Checked> {
    let mut checked = Checked { from: range.start, rows: 0, ends: None, wrong: None };
    let head = Head::verify(&tree.head, key).ok().map(|(head, _)| head);
    let is_own = |head: &Head| (head.log, head.size, head.erased) == (tree.log, tree.size, tree.erased);
    let Some(head) = head.filter(is_own) else {
        checked.wrong = Some(Wrong::Head);
        return Ok(checked);
    };
    let range = range.start.max(tree.erased)..range.end.min(tree.size);
    checked.from = range.start;
    let mut from = range.start;
    while from < range.end && checked.wrong.is_none() {
        let to = range.end.min((from / LEAVES + 1) * LEAVES);
        match tile(store, &head, tree, from..to).await? {
            Ok((first, last)) => {
                checked.ends = Some((checked.ends.map_or(first, |(first, _)| first), last));
                checked.rows += to - from;
            }
            Err(wrong) => checked.wrong = Some(wrong),
        }
        from = to;
    }
    Ok(checked)
}

/// The rows of one tile; the hashes of the first and the last.
async fn tile(
    store: &dyn Store,
    head: &Head,
    tree: &Tree,
    range: Range<u64>,
) -> Read<Result<(Hash, Hash), Wrong>> {
    let (from, to) = (range.start, range.end);
    let rewritten = Ok(Err(Wrong::Rewritten { from, to }));
    // The path from one of its leaves is made of all the others, too.
    let Some(shown) = inclusion(store, tree, from).await? else { return rewritten };
    if !merkle::is_included(&shown.leaf, from, head.size, &shown.path, &head.root) {
        return rewritten;
    }
    let at = TileAt { level: 0, index: from / LEAVES };
    let Some(tile) = store.audit_tiles(tree.number, vec![at]).await?.into_iter().next() else {
        return rewritten;
    };
    let leaf = |index: u64| tile.hashes.get((index % LEAVES) as usize);
    let most = u32::try_from(to - from).unwrap_or(u32::MAX);
    let rows = store.audit_rows(tree.number, from, most).await?;
    let rows: BTreeMap<u64, _> = rows.into_iter().map(|row| (row.index, row)).collect();
    for index in range {
        match rows.get(&index) {
            None => return Ok(Err(Wrong::Removed(index))),
            Some(row) if leaf(index) == Some(&row.entry().leaf()) && is_whole(tree.log, row) => {}
            Some(_) => return Ok(Err(Wrong::Changed(index))),
        }
    }
    Ok(leaf(from).zip(leaf(to - 1)).map(|(first, last)| (*first, *last)).ok_or(Wrong::Changed(from)))
}
