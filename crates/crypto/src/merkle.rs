//! Merkle trees over a list that only grows (RFC 9162 §2.1): hashes, what proofs consist of, and their verification.
//!
//! A tree is never held whole. Whoever keeps one keeps the hashes of its complete subtrees, and [`inclusion`] and
//! [`consistency`] say which of them a proof is folded from.

use crate::sha256;

/// A hash of a leaf, of a node or of a whole tree.
pub type Hash = [u8; 32];

/// A hash in hexadecimal digits.
pub fn to_hex(hash: &Hash) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The hash of 64 hexadecimal digits in lower case; `None` for any other text.
pub fn from_hex(text: &str) -> Option<Hash> {
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else { return None };
    let digit = |byte| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let bytes: Option<Vec<u8>> =
        pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect();
    bytes?.try_into().ok()
}

/// The hash of a leaf (RFC 9162 §2.1.1): prefixed, so that no leaf is ever taken for a node.
pub fn leaf(entry: &[u8]) -> Hash {
    let mut input = Vec::with_capacity(1 + entry.len());
    input.push(0);
    input.extend_from_slice(entry);
    sha256(&input)
}

/// The hash of a node with these children (RFC 9162 §2.1.1).
pub fn node(left: &Hash, right: &Hash) -> Hash {
    let mut input = [1; 65];
    input[1..33].copy_from_slice(left);
    input[33..].copy_from_slice(right);
    sha256(&input)
}

/// The root of a tree without leaves (RFC 9162 §2.1.1).
pub fn empty() -> Hash {
    sha256(&[])
}

/// The root over subtrees that stand side by side, each larger than all that follow it together; `None` without any.
pub fn join(subtrees: &[Hash]) -> Option<Hash> {
    let (last, before) = subtrees.split_last()?;
    Some(before.iter().rfold(*last, |right, left| node(left, &right)))
}

/// The root over as many hashes as are a power of two, all of one level.
pub fn complete(hashes: &[Hash]) -> Option<Hash> {
    match hashes {
        [] => None,
        [one] => Some(*one),
        more if more.len().is_power_of_two() => {
            let (left, right) = more.split_at(more.len() / 2);
            Some(node(&complete(left)?, &complete(right)?))
        }
        _ => None,
    }
}

/// A tree that grows, of which only what the next root needs is kept.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Growing {
    size: u64,
    peaks: Vec<Hash>,
}

impl Growing {
    /// Appends a leaf.
    pub fn append(&mut self, leaf: Hash) {
        self.size += 1;
        let mut hash = leaf;
        for _ in 0..self.size.trailing_zeros() {
            let Some(left) = self.peaks.pop() else { break };
            hash = node(&left, &hash);
        }
        self.peaks.push(hash);
    }

    /// How many leaves it has.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Its root.
    pub fn root(&self) -> Hash {
        join(&self.peaks).unwrap_or_else(empty)
    }
}

/// A complete subtree: it is over the leaves from `index << level` on, `1 << level` of them.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Subtree {
    /// Its height; 0: a leaf.
    pub level: u32,
    /// How many of its height stand left of it.
    pub index: u64,
}

/// The complete subtrees that a tree of this size consists of, left to right: [`join`] makes its root of their hashes.
pub fn peaks(size: u64) -> Vec<Subtree> {
    within(0, size)
}

/// The path from a leaf to the root of a tree of this size (RFC 9162 §2.1.3.1): each hash of it is the [`join`] of these
/// subtrees. `None`: there is no such leaf.
pub fn inclusion(index: u64, size: u64) -> Option<Vec<Vec<Subtree>>> {
    if index >= size {
        return None;
    }
    let (mut path, mut start, mut end) = (Vec::new(), 0, size);
    while end - start > 1 {
        let middle = start + split(end - start);
        if index < middle {
            path.push(within(middle, end));
            end = middle;
        } else {
            path.push(within(start, middle));
            start = middle;
        }
    }
    path.reverse();
    Some(path)
}

/// What shows that a tree of the size `new` begins with the one of the size `old` (RFC 9162 §2.1.4.1), in the same way. `None`:
/// the sizes are not those of an older and a newer tree, or the older is empty, which every tree begins with.
pub fn consistency(old: u64, new: u64) -> Option<Vec<Vec<Subtree>>> {
    if old == 0 || old > new {
        return None;
    }
    let (mut proof, mut start, mut end, mut known) = (Vec::new(), 0, new, true);
    while old < end {
        let middle = start + split(end - start);
        if old <= middle {
            proof.push(within(middle, end));
            end = middle;
        } else {
            proof.push(within(start, middle));
            start = middle;
            known = false;
        }
    }
    if !known {
        proof.push(within(start, end));
    }
    proof.reverse();
    Some(proof)
}

/// Whether a path leads from this leaf hash to this root (RFC 9162 §2.1.3.2).
pub fn is_included(leaf: &Hash, index: u64, size: u64, path: &[Hash], root: &Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut at, mut last, mut hash) = (index, size - 1, *leaf);
    for step in path {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            hash = node(step, &hash);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            hash = node(&hash, step);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && hash == *root
}

/// Whether a proof shows that a tree of this newer size and root begins with the older one (RFC 9162 §2.1.4.2). Every tree begins
/// with the empty one, and with itself.
pub fn is_consistent(old: (u64, &Hash), new: (u64, &Hash), proof: &[Hash]) -> bool {
    let ((old_size, old_root), (new_size, new_root)) = (old, new);
    if old_size == 0 {
        return proof.is_empty() && *old_root == empty() && (new_size > 0 || *new_root == empty());
    }
    if old_size >= new_size {
        return old_size == new_size && proof.is_empty() && old_root == new_root;
    }
    // A complete older tree is a subtree of the newer, and not part of its own proof.
    let first = if old_size.is_power_of_two() { Some(*old_root) } else { None };
    let mut steps = first.iter().chain(proof);
    let Some(start) = steps.next() else { return false };
    let (mut at, mut last) = (old_size - 1, new_size - 1);
    while at & 1 == 1 {
        at >>= 1;
        last >>= 1;
    }
    let (mut older, mut newer) = (*start, *start);
    for step in steps {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            older = node(step, &older);
            newer = node(step, &newer);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            newer = node(&newer, step);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && older == *old_root && newer == *new_root
}

/// The largest power of two below `size`, which is at least 2.
fn split(size: u64) -> u64 {
    1 << (size - 1).ilog2()
}

/// The complete subtrees over these leaves, left to right. `start` must be where a subtree as large as the first begins, as it is
/// wherever a tree is split.
fn within(mut start: u64, end: u64) -> Vec<Subtree> {
    let mut subtrees = Vec::new();
    while start < end {
        let level = (end - start).ilog2();
        subtrees.push(Subtree { level, index: start >> level });
        start += 1 << level;
    }
    subtrees
}
