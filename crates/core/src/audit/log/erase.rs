//! Erasing: rows whose retention is over lose salt and text. Their leaves stay, so that the tree still verifies, and the head says how
//! many of the first of them say nothing any more.

use super::head::Head;
use super::model::{Change, Erasure, Log, Row, Tree};
use super::told;
use crate::audit::keep::erased_before;
use crate::audit::{Event, EventName};
use crate::commit::{self, Commit, CommitError, Guard};
use crate::fault::Fault;
use crate::parts::Parts;
use crate::time::Timestamp;

/// Rows erased in one commit.
const BATCH: u32 = 1000;

/// Erases what is older than the operator, or its tenant, keeps. Called now and then by every process that serves.
///
/// # Errors
/// [`Fault`]; what was not erased is erased the next time.
pub async fn erase(parts: &Parts) -> Result<(), Fault> {
    for tree in parts.store.audit_trees().await? {
        if let Some(before) = erased_before(parts, tree.log.0).await? {
            while erase_some(parts, tree.log, before).await? {}
        }
    }
    Ok(())
}

/// Erases the next rows of a log; whether there may be more.
async fn erase_some(parts: &Parts, log: Log, before: Timestamp) -> Result<bool, Fault> {
    let rev = parts.store.sealing(0).await?.sealer.rev;
    let Some((tree, tiles)) = parts.store.audit_tree(log).await? else { return Ok(false) };
    let rows = parts.store.audit_rows(tree.number, tree.erased, BATCH).await?;
    let old: Vec<Row> = rows.into_iter().take_while(|row| row.id.made_at() < before).collect();
    let Some(last) = old.last() else { return Ok(false) };
    let (from, to) = (tree.erased, last.index + 1);
    let edge = super::seal::checked(parts, &tree, tiles)?;
    let now = parts.now();
    let head = Head { log, size: tree.size, root: edge.root(), erased: to, at: now };
    let head = head.sign(&parts.policy.issuer, &parts.secrets.audit_key).map_err(|_| Fault::Unavailable)?;
    let told = old.iter().filter_map(|row| Some((told::whom(row)?, row.id))).collect();
    let after = Tree { erased: to, head, sealed_at: now, ..tree };
    let event = Event::new(EventName::AuditErased, log.0)
        .number("from", i64::try_from(from).unwrap_or(i64::MAX))
        .number("to", i64::try_from(to - 1).unwrap_or(i64::MAX))
        .text("before", before.to_string());
    let change = commit::Change::Audit(Change::Erase(Box::new(Erasure { tree: after, from, told })));
    let commit =
        Commit::new(event.into_row(now, &*parts.rng)).guard(Guard::SealerAsRead { rev }).change(change);
    match parts.store.commit(commit).await {
        Ok(_) => Ok(old.len() == BATCH as usize),
        // Somebody has sealed meanwhile.
        Err(CommitError::Conflict(_)) => Ok(true),
        Err(other) => Err(other.into()),
    }
}
