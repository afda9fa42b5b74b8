//! Heads that are kept elsewhere, in lines of JSON: what was signed once cannot be taken back where they are.

use super::head::Head;
use super::model::Log;
use super::wrong::Wrong;
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
