//! Verifying an installation's own logs, by what the store has of them and what was signed.

use super::edge::{Edge, LEAVES, Tile, TileAt};
use super::head::Head;
use super::model::{KeptHead, Log, Row, Tree};
use super::wrong::Wrong;
use crate::fault::Fault;
use crate::parts::Parts;
use authms_crypto::merkle::Hash;
use serde_json::Value;
use std::collections::{BTreeMap, VecDeque};

/// Rows read at a time; whole tiles.
const STEP: u64 = 64 * LEAVES;

/// What was found of one log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verified {
    /// Which.
    pub log: Log,
    /// How many leaves it has.
    pub size: u64,
    /// How many of the first of them have no row any more.
    pub erased: u64,
    /// The root that was signed last, if its head is good.
    pub root: Option<Hash>,
    /// The first thing that is wrong.
    pub wrong: Option<Wrong>,
}

/// Verifies all logs, or this one: every row against its leaf, the leaves against the roots that were signed, and those against
/// heads that were anchored elsewhere. Takes as long as reading all of it.
///
/// # Errors
/// [`Fault`] of the store.
pub async fn verify(parts: &Parts, only: Option<Log>, anchors: &[Head]) -> Result<Vec<Verified>, Fault> {
    let mut found = Vec::new();
    for tree in parts.store.audit_trees().await? {
        if only.is_none_or(|log| log == tree.log) {
            found.push(verify_tree(parts, tree, anchors).await?);
        }
    }
    // A log that was anchored, and of which nothing is left.
    for anchor in anchors {
        let wanted = only.is_none_or(|log| log == anchor.log);
        if wanted && found.iter().all(|verified| verified.log != anchor.log) {
            let wrong = Some(Wrong::Truncated { size: 0, signed: anchor.size, at: anchor.at });
            found.push(Verified { log: anchor.log, size: 0, erased: 0, root: None, wrong });
        }
    }
    Ok(found)
}

async fn verify_tree(parts: &Parts, listed: Tree, anchors: &[Head]) -> Result<Verified, Fault> {
    // First the heads, then the tree: one that has grown meanwhile has all that they are of.
    let kept = parts.store.audit_heads(listed.number).await?;
    let tree = super::prove::tree(&*parts.store, listed.log).await?.unwrap_or(listed);
    let (log, size, erased) = (tree.log, tree.size, tree.erased);
    let (root, wrong) = match heads(parts, &tree, &kept, anchors) {
        Ok((head, signed)) => {
            let mut walk = Walk { parts, tree: &tree, edge: Edge::default(), agreed: 0 };
            let wrong = match walk.go(&signed).await? {
                Ok(()) => missing(parts, &tree, &head, anchors).await?,
                Err(wrong) => Some(wrong),
            };
            (Some(head.root), wrong)
        }
        Err(wrong) => (None, Some(wrong)),
    };
    Ok(Verified { log, size, erased, root, wrong })
}

/// Whether a head is missing of a day on which one was signed, as far as anybody knows.
async fn missing(parts: &Parts, tree: &Tree, own: &Head, anchors: &[Head]) -> Result<Option<Wrong>, Fault> {
    let kept = parts.store.audit_heads(tree.number).await?;
    // The last of the day is of as many leaves, or more.
    let is_kept = |head: &&Head| kept.iter().any(|kept| kept.day == head.at.day() && kept.size >= head.size);
    let mut signed = anchors.iter().filter(|head| head.log == tree.log).chain([own]);
    Ok(signed.find(|head| !is_kept(head)).map(|head| Wrong::HeadMissing(head.at)))
}

/// What was signed of a tree: roots by size, with the head of each.
type Signed = BTreeMap<u64, Vec<Head>>;

/// The tree's own head, and all that were ever signed of it and are known.
fn heads(parts: &Parts, tree: &Tree, kept: &[KeptHead], anchors: &[Head]) -> Result<(Head, Signed), Wrong> {
    let key = parts.secrets.audit_key.verifying();
    let of_this = |head: &Head| head.log == tree.log;
    let read = |text: &String| Head::verify(text, key).ok().map(|(head, _)| head).filter(of_this);
    let is_own = |head: &Head| (head.size, head.erased, head.at) == (tree.size, tree.erased, tree.sealed_at);
    let own = read(&tree.head).filter(is_own).ok_or(Wrong::Head)?;
    let is_whole =
        |kept: &KeptHead| read(&kept.head).filter(|head| (head.size, head.at.day()) == (kept.size, kept.day));
    let kept = kept.iter().map(is_whole).collect::<Option<Vec<Head>>>().ok_or(Wrong::Head)?;
    let anchored = anchors.iter().filter(|head| of_this(head)).cloned();
    let mut signed = Signed::new();
    for head in kept.into_iter().chain(anchored).chain([own.clone()]) {
        signed.entry(head.size).or_default().push(head);
    }
    Ok((own, signed))
}

/// Going through a tree from its first row to its last.
struct Walk<'a> {
    parts: &'a Parts,
    tree: &'a Tree,
    edge: Edge,
    /// The size up to which the rows agree with what was signed.
    agreed: u64,
}

impl Walk<'_> {
    async fn go(&mut self, signed: &Signed) -> Result<Result<(), Wrong>, Fault> {
        while self.edge.size() < self.tree.size {
            if let Err(wrong) = self.step(signed).await? {
                return Ok(Err(wrong));
            }
        }
        if let Some((_, heads)) = signed.range(self.tree.size + 1..).next_back() {
            let Head { size: signed, at, .. } = heads[0];
            return Ok(Err(Wrong::Truncated { size: self.tree.size, signed, at }));
        }
        self.beyond().await
    }

    /// The next rows.
    async fn step(&mut self, signed: &Signed) -> Result<Result<(), Wrong>, Fault> {
        let from = self.edge.size();
        let to = self.tree.size.min(from + STEP);
        let tiles = (from / LEAVES..to.div_ceil(LEAVES)).map(|index| TileAt { level: 0, index }).collect();
        let tiles = self.parts.store.audit_tiles(self.tree.number, tiles).await?;
        let leaves: BTreeMap<u64, Hash> =
            tiles.into_iter().flat_map(|tile| (tile.at.index * LEAVES..).zip(tile.hashes)).collect();
        let most = u32::try_from(to - from).unwrap_or(u32::MAX);
        let mut rows: VecDeque<Row> = self.parts.store.audit_rows(self.tree.number, from, most).await?.into();
        let mut full = Vec::new();
        for index in from..to {
            let row = rows.pop_front_if(|row| row.index == index);
            let leaf = match self.leaf(index, (row, rows.front()), &leaves) {
                Ok(leaf) => leaf,
                Err(wrong) => return Ok(Err(wrong)),
            };
            self.edge.append(leaf, &mut full);
            if let Err(wrong) = self.agrees(signed) {
                return Ok(Err(wrong));
            }
        }
        if to == self.tree.size {
            full.extend(self.edge.partial());
        }
        self.above(full).await
    }

    /// The leaf of this index, if its row is what it commits to, or was erased.
    fn leaf(
        &self,
        index: u64,
        (row, after): (Option<Row>, Option<&Row>),
        leaves: &BTreeMap<u64, Hash>,
    ) -> Result<Hash, Wrong> {
        let kept = leaves.get(&index);
        match (row, kept) {
            (None, Some(leaf)) if index < self.tree.erased => Ok(*leaf),
            (None, _) => Err(Wrong::Removed(index)),
            (Some(row), _) => {
                let leaf = row.entry().leaf();
                if kept == Some(&leaf) && is_whole(self.tree.log, &row) {
                    return Ok(leaf);
                }
                // Rows that moved up or down tell which is missing or too many.
                let after = after.map(|row| row.entry().leaf());
                Err(if leaves.get(&(index + 1)) == Some(&leaf) {
                    Wrong::Removed(index)
                } else if kept.is_some() && after.as_ref() == kept {
                    Wrong::Inserted(index)
                } else {
                    Wrong::Changed(index)
                })
            }
        }
    }

    /// Whether what was signed of this size is so.
    fn agrees(&mut self, signed: &Signed) -> Result<(), Wrong> {
        let size = self.edge.size();
        let Some(heads) = signed.get(&size) else { return Ok(()) };
        let root = self.edge.root();
        if heads.iter().any(|head| head.root != root) {
            return Err(Wrong::Rewritten { from: self.agreed, to: size });
        }
        self.agreed = size;
        Ok(())
    }

    /// Whether the hashes above the leaves are those that the leaves make.
    async fn above(&self, made: Vec<Tile>) -> Result<Result<(), Wrong>, Fault> {
        let wanted = made.iter().map(|tile| tile.at).collect();
        let kept = self.parts.store.audit_tiles(self.tree.number, wanted).await?;
        let kept: BTreeMap<TileAt, Vec<Hash>> = kept.into_iter().map(|tile| (tile.at, tile.hashes)).collect();
        // What is at the edge may have grown meanwhile.
        let is_kept =
            |tile: &&Tile| kept.get(&tile.at).is_some_and(|hashes| hashes.starts_with(&tile.hashes));
        let Some(tile) = made.iter().find(|tile| !is_kept(tile)) else { return Ok(Ok(())) };
        let width = LEAVES.saturating_pow(u32::from(tile.at.level) + 1);
        let from = tile.at.index.saturating_mul(width);
        Ok(Err(Wrong::Rewritten { from, to: self.tree.size.min(from.saturating_add(width)) }))
    }

    /// Whether there are rows that no leaf commits to.
    async fn beyond(&self) -> Result<Result<(), Wrong>, Fault> {
        let rows = self.parts.store.audit_rows(self.tree.number, self.tree.size, 1).await?;
        let Some(row) = rows.first() else { return Ok(Ok(())) };
        // They may have been sealed meanwhile, with a larger tree.
        let now = super::prove::tree(&*self.parts.store, self.tree.log).await?;
        let is_sealed = now.is_some_and(|tree| row.index < tree.size);
        Ok(if is_sealed { Ok(()) } else { Err(Wrong::Inserted(row.index)) })
    }
}

/// Whether what stands beside a row is what stands in it.
pub(super) fn is_whole(log: Log, row: &Row) -> bool {
    let Ok(body) = serde_json::from_slice::<Value>(&row.body) else { return false };
    let is = |member: &str, text: &str| body.get(member).and_then(Value::as_str) == Some(text);
    let of_log = match &log.0 {
        Some(tenant) => is("tenant", &tenant.to_string()),
        None => body.get("tenant").is_none(),
    };
    of_log && is("id", &row.id.to_string()) && is("event", &row.name)
}
