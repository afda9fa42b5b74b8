//! Sealing: rows that wait become leaves. The order is the order of sealing: what becomes visible late is sealed late, and never
//! skipped, since the rows that wait are a set, which sealing empties.

use super::edge::{Edge, Tile};
use super::head::Head;
use super::model::{Change, Grown, LEASE, Log, Pending, Row, Seal, Sealing, Tree, TreeWithEdge};
use super::told;
use crate::commit::{self, Commit, CommitError, Guard};
use crate::fault::Fault;
use crate::parts::Parts;
use crate::ports::random;
use crate::time::Timestamp;
use std::collections::BTreeMap;

/// Rows sealed in one commit: sign-ins wait no longer than for one.
const BATCH: u32 = 500;

/// A process's name as a sealer.
#[derive(Clone, Copy, Debug)]
pub struct Lease([u8; 16]);

impl Lease {
    /// Of this name.
    pub const fn of(name: [u8; 16]) -> Self {
        Self(name)
    }

    /// A new one.
    pub fn new(parts: &Parts) -> Self {
        Self(random(&*parts.rng))
    }
}

/// Seals all rows that wait, unless somebody else is at it. Called every second by every process that serves.
///
/// # Errors
/// [`Fault`]; what was not sealed is sealed the next time.
pub async fn seal(parts: &Parts, lease: Lease) -> Result<(), Fault> {
    loop {
        let found = parts.store.sealing(BATCH).await?;
        let now = parts.now();
        let others = found.sealer.holder != lease.0 && found.sealer.until > now;
        if found.pending.is_empty() || others {
            return Ok(());
        }
        let is_last = found.pending.len() < BATCH as usize;
        let rev = found.sealer.rev;
        let sealed = sealed(parts, lease, found, now)?;
        let change = commit::Change::Audit(Change::Seal(Box::new(sealed)));
        match parts.store.commit(Commit::unremarkable(change).guard(Guard::SealerAsRead { rev })).await {
            Ok(_) if is_last => return Ok(()),
            Ok(_) => {}
            // Another node was faster, and goes on.
            Err(CommitError::Conflict(_)) => return Ok(()),
            Err(other) => return Err(other.into()),
        }
    }
}

fn sealed(parts: &Parts, lease: Lease, found: Sealing, now: Timestamp) -> Result<Seal, Fault> {
    let Sealing { pending, trees, .. } = found;
    let taken = pending.iter().map(|row| row.seq).collect();
    let last_at = pending.iter().map(|row| row.at).max().unwrap_or_default();
    let mut known: BTreeMap<Log, TreeWithEdge> =
        trees.into_iter().map(|(tree, tiles)| (tree.log, (tree, tiles))).collect();
    let mut logs: BTreeMap<Log, Vec<Pending>> = BTreeMap::new();
    for row in pending {
        logs.entry(row.log).or_default().push(row);
    }
    let grow = |(log, rows)| grown(parts, log, known.remove(&log), rows, now);
    let trees = logs.into_iter().map(grow).collect::<Result<_, _>>()?;
    Ok(Seal { trees, taken, last_at, holder: lease.0, until: now.plus(LEASE) })
}

fn grown(
    parts: &Parts,
    log: Log,
    known: Option<TreeWithEdge>,
    rows: Vec<Pending>,
    now: Timestamp,
) -> Result<Grown, Fault> {
    let new = Tree { number: 0, log, size: 0, erased: 0, head: String::new(), sealed_at: now };
    let (mut tree, tiles) = known.unwrap_or((new, Vec::new()));
    let from = tree.size;
    let mut edge = checked(parts, &tree, tiles)?;
    let mut tiles = Vec::new();
    let mut leaf = |index, row: Pending| {
        let row = Row { index, id: row.id, name: row.name, salt: random(&*parts.rng), body: row.body };
        edge.append(row.entry().leaf(), &mut tiles);
        row
    };
    let rows: Vec<Row> = (from..).zip(rows).map(|(index, row)| leaf(index, row)).collect();
    let told = rows.iter().filter_map(|row| Some((told::whom(row)?, row.id, row.index))).collect();
    tiles.extend(edge.partial());
    let head = Head { log, size: edge.size(), root: edge.root(), erased: tree.erased, at: now };
    tree.head = head.sign(&parts.policy.issuer, &parts.secrets.audit_key).map_err(|_| Fault::Unavailable)?;
    (tree.size, tree.sealed_at) = (edge.size(), now);
    Ok(Grown { tree, from, rows, told, tiles })
}

/// The edge of a tree, if it is the one that its head was signed for: what somebody wrote beside us is never signed again.
pub(super) fn checked(parts: &Parts, tree: &Tree, tiles: Vec<Tile>) -> Result<Edge, Fault> {
    let edge = Edge::of(tree.size, tiles);
    let key = parts.secrets.audit_key.verifying();
    let is_signed = |edge: &Edge| match Head::verify(&tree.head, key) {
        Ok((head, _)) => {
            (head.log, head.size, head.root, head.erased) == (tree.log, tree.size, edge.root(), tree.erased)
        }
        Err(_) => tree.size == 0 && tree.head.is_empty(),
    };
    edge.filter(is_signed).ok_or_else(|| {
        tracing::error!(log = %tree.log, "an audit tree is not what was signed; `authms audit verify` says what is wrong");
        Fault::Unavailable
    })
}
