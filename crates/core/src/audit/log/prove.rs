//! Proofs out of the tiles that the store keeps.

use super::edge::{Tile, TileAt};
use super::model::{Log, Tree};
use crate::ports::{Read, Store};
use authms_crypto::merkle::{self, Hash, Subtree, complete, join};
use std::collections::BTreeMap;

/// What shows that a leaf is in a tree: [`merkle::is_included`] checks it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Inclusion {
    /// The leaf, counted from 0.
    pub index: u64,
    /// Its hash.
    pub leaf: Hash,
    /// The path to the root, from below.
    pub path: Vec<Hash>,
    /// How many leaves the tree has.
    pub size: u64,
    /// Its root.
    pub root: Hash,
}

/// The path from a leaf to the root of a tree as it was read; `None`: there is no such leaf, or its hashes are gone.
///
/// # Errors
/// [`Down`](crate::ports::Down)
pub async fn inclusion(store: &dyn Store, tree: &Tree, index: u64) -> Read<Option<Inclusion>> {
    let Some(path) = merkle::inclusion(index, tree.size) else { return Ok(None) };
    let own = vec![Subtree { level: 0, index }];
    let all: Vec<Vec<Subtree>> = [own, merkle::peaks(tree.size)].into_iter().chain(path).collect();
    let Some(mut hashes) = hashes(store, tree.number, &all).await? else { return Ok(None) };
    let path = hashes.split_off(2);
    Ok(Some(Inclusion { index, leaf: hashes[0], path, size: tree.size, root: hashes[1] }))
}

/// What shows that a tree as it was read begins with the one that it was at this size, which is not 0;
/// [`merkle::is_consistent`] checks it. `None`: it never had that size, or hashes are gone.
///
/// # Errors
/// [`Down`](crate::ports::Down)
pub async fn consistency(store: &dyn Store, tree: &Tree, old: u64) -> Read<Option<Vec<Hash>>> {
    match merkle::consistency(old, tree.size) {
        Some(parts) => hashes(store, tree.number, &parts).await,
        None => Ok(None),
    }
}

/// A log's tree, once anything of it was sealed.
///
/// # Errors
/// [`Down`](crate::ports::Down)
pub async fn tree(store: &dyn Store, log: Log) -> Read<Option<Tree>> {
    Ok(store.audit_tree(log).await?.map(|(tree, _)| tree))
}

/// Of each list of subtrees the hash over all of them.
async fn hashes(store: &dyn Store, tree: u32, parts: &[Vec<Subtree>]) -> Read<Option<Vec<Hash>>> {
    let mut wanted: Vec<TileAt> = parts.iter().flatten().map(|subtree| TileAt::of(*subtree).0).collect();
    wanted.sort_unstable();
    wanted.dedup();
    let tiles = store.audit_tiles(tree, wanted).await?;
    let tiles: BTreeMap<TileAt, Tile> = tiles.into_iter().map(|tile| (tile.at, tile)).collect();
    let hash = |subtree: &Subtree| {
        let (at, range) = TileAt::of(*subtree);
        complete(tiles.get(&at)?.hashes.get(range)?)
    };
    let over = |part: &Vec<Subtree>| join(&part.iter().map(hash).collect::<Option<Vec<_>>>()?);
    Ok(parts.iter().map(over).collect())
}
