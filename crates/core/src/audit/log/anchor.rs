//! Heads that are kept elsewhere, in lines of JSON: what was signed once cannot be taken back where they are.

use super::head::Head;
use super::model::{Log, Tree};
use super::prove::consistency;
use super::wrong::Wrong;
use crate::fault::Fault;
use crate::parts::Parts;
use authms_crypto::VerifyingKey;
use authms_crypto::merkle::{self, Hash};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A head, and what shows that its log begins with what the one before it was of.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Anchor {
    /// Signed.
    pub head: String,
    /// The size of the one before of the same log; none: it is the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<u64>,
    /// The consistency proof (RFC 9162 §2.1.4), in hexadecimal digits.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub proof: Vec<String>,
}

/// Reads heads, each against the one before of the same log.
pub struct Anchors<'a> {
    key: &'a VerifyingKey,
    last: BTreeMap<Log, Head>,
    all: Vec<Head>,
    lines: u64,
}

impl<'a> Anchors<'a> {
    /// None yet.
    pub fn new(key: &'a VerifyingKey) -> Self {
        Self { key, last: BTreeMap::new(), all: Vec::new(), lines: 0 }
    }

    /// Reads the next line.
    ///
    /// # Errors
    /// What is [`Wrong`] with it, by itself or beside the one before.
    pub fn line(&mut self, text: &str) -> Result<(), Wrong> {
        self.lines += 1;
        let anchor: Anchor = serde_json::from_str(text).map_err(|_| Wrong::Line(self.lines))?;
        let (head, _) = Head::verify(&anchor.head, self.key).map_err(|_| Wrong::Head)?;
        if let Some(before) = self.last.get(&head.log) {
            follows(before, &head, &anchor).map_err(|()| Wrong::Forked { size: head.size, at: head.at })?;
        }
        self.last.insert(head.log, head.clone());
        self.all.push(head);
        Ok(())
    }

    /// The last head of each log.
    pub fn last(&self) -> impl Iterator<Item = &Head> {
        self.last.values()
    }

    /// All heads.
    pub fn into_heads(self) -> Vec<Head> {
        self.all
    }
}

/// Demands that one head's log begins with the other's.
fn follows(before: &Head, head: &Head, anchor: &Anchor) -> Result<(), ()> {
    let proof: Option<Vec<Hash>> = anchor.proof.iter().map(|hash| merkle::from_hex(hash)).collect();
    let proof = proof.ok_or(())?;
    let is_next = anchor.since.is_none_or(|since| since == before.size) && head.erased >= before.erased;
    let begins = merkle::is_consistent((before.size, &before.root), (head.size, &head.root), &proof);
    if is_next && begins { Ok(()) } else { Err(()) }
}

/// A log does not go on from the head of it that was anchored last.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "the log of {log} has {size} rows, and does not go on from the {anchored} that were anchored last; `authms audit verify --anchors` \
     says more"
)]
pub struct Forked {
    /// Which.
    pub log: Log,
    /// How many it has.
    pub size: u64,
    /// How many it had.
    pub anchored: u64,
}

/// The present head of a tree with what shows that it goes on from the last one that was anchored; none: it is still that one.
///
/// # Errors
/// [`Fault`] of the store; within, that it does not go on.
pub async fn next_anchor(
    parts: &Parts,
    tree: &Tree,
    last: Option<&Head>,
) -> Result<Result<Option<Anchor>, Forked>, Fault> {
    let head = tree.head.clone();
    let Some(last) = last else { return Ok(Ok(Some(Anchor { head, since: None, proof: Vec::new() }))) };
    let forked = Forked { log: tree.log, size: tree.size, anchored: last.size };
    let key = parts.secrets.audit_key.verifying();
    let Ok((now, _)) = Head::verify(&head, key) else { return Ok(Err(forked)) };
    if now == (Head { at: now.at, ..last.clone() }) {
        return Ok(Ok(None));
    }
    // Of one size there is one root; the proof of what the store has now may lead from another.
    let is_other = now.log != last.log || (now.size == last.size && now.root != last.root);
    let proof = if is_other { None } else { consistency(&*parts.store, tree, last.size).await? };
    let begins = |proof: &Vec<Hash>| {
        merkle::is_consistent((last.size, &last.root), (now.size, &now.root), proof)
            && now.erased >= last.erased
    };
    let Some(proof) = proof.filter(begins) else { return Ok(Err(forked)) };
    let proof = proof.iter().map(merkle::to_hex).collect();
    Ok(Ok(Some(Anchor { head, since: Some(last.size), proof })))
}
