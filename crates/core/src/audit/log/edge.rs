//! How a tree is kept: tiles of hashes, and the edge at which it grows.

use authms_crypto::merkle::{Hash, Subtree, complete, empty, join};

/// Hashes in a full tile.
pub const LEAVES: u64 = 1 << WIDTH;

/// Levels of the tree in one of tiles.
const WIDTH: u32 = 4;

/// Which tile of a tree: its hashes are the complete subtrees of the level `4 × level`, [`LEAVES`] from `LEAVES × index` on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct TileAt {
    /// 0: of leaves.
    pub level: u8,
    /// Counted from the left.
    pub index: u64,
}

/// Hashes that stand side by side. A full tile never changes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tile {
    /// Which.
    pub at: TileAt,
    /// At most [`LEAVES`].
    pub hashes: Vec<Hash>,
}

impl TileAt {
    /// Where the hashes are that this subtree's is made of: a tile, and which of its hashes.
    pub fn of(subtree: Subtree) -> (Self, std::ops::Range<usize>) {
        let (level, within) = (subtree.level / WIDTH, subtree.level % WIDTH);
        let first = subtree.index << within;
        let start = (first % LEAVES) as usize;
        // A tree of 64 levels has 16 levels of tiles.
        let at = Self { level: u8::try_from(level).unwrap_or(u8::MAX), index: first / LEAVES };
        (at, start..start + (1 << within))
    }
}

/// The right edge of a tree: of each level of tiles the one that is not full yet.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Edge {
    size: u64,
    levels: Vec<Vec<Hash>>,
}

impl Edge {
    /// The tiles that the edge of a tree of this size is read from, lowest first.
    pub fn tiles(size: u64) -> Vec<TileAt> {
        (0..u64::BITS / WIDTH)
            .map(|level| (level, size >> (WIDTH * level)))
            .take_while(|(_, subtrees)| *subtrees > 0)
            .filter(|(_, subtrees)| subtrees % LEAVES > 0)
            .map(|(level, subtrees)| TileAt { level: level as u8, index: subtrees / LEAVES })
            .collect()
    }

    /// The edge of a tree of this size, out of [`tiles`](Self::tiles); `None` if they are not those.
    pub fn of(size: u64, tiles: Vec<Tile>) -> Option<Self> {
        let mut edge = Self { size, levels: Vec::new() };
        let wanted = Self::tiles(size);
        if wanted.len() != tiles.len() {
            return None;
        }
        for (at, tile) in wanted.into_iter().zip(tiles) {
            let there = (size >> (WIDTH * u32::from(at.level))) % LEAVES;
            if tile.at != at || tile.hashes.len() as u64 != there {
                return None;
            }
            edge.levels.resize(usize::from(at.level), Vec::new());
            edge.levels.push(tile.hashes);
        }
        Some(edge)
    }

    /// How many leaves the tree has.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Appends a leaf; tiles that it fills are added to `full`.
    pub fn append(&mut self, leaf: Hash, full: &mut Vec<Tile>) {
        let mut hash = leaf;
        self.size += 1;
        for level in 0.. {
            if self.levels.len() == level {
                self.levels.push(Vec::with_capacity(LEAVES as usize));
            }
            let hashes = &mut self.levels[level];
            hashes.push(hash);
            if (hashes.len() as u64) < LEAVES {
                return;
            }
            let hashes = std::mem::take(hashes);
            let index = (self.size >> (WIDTH * (level as u32 + 1))) - 1;
            // A full tile is complete.
            let Some(above) = complete(&hashes) else { return };
            full.push(Tile { at: TileAt { level: level as u8, index }, hashes });
            hash = above;
        }
    }

    /// The tiles that are not full.
    pub fn partial(&self) -> impl Iterator<Item = Tile> {
        Self::tiles(self.size)
            .into_iter()
            .map(|at| Tile { at, hashes: self.levels[usize::from(at.level)].clone() })
    }

    /// The root of the tree.
    pub fn root(&self) -> Hash {
        let mut peaks = Vec::new();
        for hashes in self.levels.iter().rev() {
            let mut rest = hashes.as_slice();
            while !rest.is_empty() {
                let (peak, right) = rest.split_at(1 << rest.len().ilog2());
                peaks.extend(complete(peak));
                rest = right;
            }
        }
        join(&peaks).unwrap_or_else(empty)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use authms_crypto::merkle::{self, peaks};
    use std::collections::BTreeMap;

    /// A tree kept as a store keeps it.
    #[derive(Default)]
    struct Kept(BTreeMap<TileAt, Vec<Hash>>);

    impl Kept {
        fn put(&mut self, edge: &Edge, full: Vec<Tile>) {
            let tiles = full.into_iter().chain(edge.partial());
            self.0.extend(tiles.map(|tile| (tile.at, tile.hashes)));
        }

        fn edge(&self, size: u64) -> Option<Edge> {
            let tile = |at: TileAt| Tile { at, hashes: self.0.get(&at).cloned().unwrap_or_default() };
            Edge::of(size, Edge::tiles(size).into_iter().map(tile).collect())
        }

        fn root(&self, size: u64) -> Hash {
            let hash = |subtree| {
                let (at, range) = TileAt::of(subtree);
                complete(&self.0[&at][range]).expect("complete")
            };
            join(&peaks(size).into_iter().map(hash).collect::<Vec<_>>()).expect("not empty")
        }
    }

    #[test]
    fn a_tree_that_is_put_away_and_read_again_grows_as_if_it_had_not_been() {
        let (mut kept, mut whole, mut size) = (Kept::default(), Edge::default(), 0);
        let mut all = Vec::new();
        // Steps around whole tiles of both levels.
        for step in [1, 14, 1, 1, 15, 16, 17, 190, 1, 256, 3000, 583, 1, 2] {
            let mut edge = kept.edge(size).expect("its own tiles");
            let mut full = Vec::new();
            for _ in 0..step {
                let leaf = merkle::leaf(&size.to_be_bytes());
                edge.append(leaf, &mut full);
                whole.append(leaf, &mut all);
                size += 1;
            }
            kept.put(&edge, full);
            assert_eq!((edge.size(), edge.root()), (size, whole.root()));
            assert_eq!(kept.root(size), whole.root(), "{size}");
        }
        assert_eq!(Edge::default().root(), merkle::empty());
    }

    #[test]
    fn tiles_of_another_tree_are_refused() {
        let (mut edge, mut full) = (Edge::default(), Vec::new());
        (0..300_u64).for_each(|n| edge.append(merkle::leaf(&n.to_be_bytes()), &mut full));
        let tiles: Vec<Tile> = edge.partial().collect();
        assert_eq!(Edge::of(300, tiles.clone()), Some(edge));
        assert_eq!(Edge::of(299, tiles.clone()), None);
        assert_eq!(Edge::of(300, tiles[1..].to_vec()), None);
        let mut shorter = tiles;
        shorter[0].hashes.pop();
        assert_eq!(Edge::of(300, shorter), None);
    }
}
