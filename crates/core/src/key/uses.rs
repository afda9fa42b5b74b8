//! What API keys are used for, kept in memory and written down behind: no request waits for it, and nobody can tell by
//! the time of an answer whether a key that was refused is otherwise right.

use super::model::{Change, LastUse};
use crate::audit::{AuditRow, Event, EventName};
use crate::commit::{self, Commit};
use crate::fault::Fault;
use crate::id::{ApiKeyId, TenantId};
use crate::parts::Parts;
use crate::time::{Span, Timestamp};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How long after its last writing a key's next is due: the first use is written at once, what follows once a minute.
const EVERY: Span = Span::seconds(60);

/// Keys written down in one commit.
const BATCH: usize = 500;

/// Why a key with the right secret is refused.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Refusal {
    /// The secret was replaced, and its overlap is over.
    Rotated,
    /// The key is switched off.
    Inactive,
    /// The key is compromised.
    Compromised,
    /// The key has expired.
    Expired,
    /// The tenant is disabled.
    Tenant,
    /// The address is in none of the key's networks.
    Network,
}

impl Refusal {
    /// The name in the audit log.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rotated => "rotated",
            Self::Inactive => "inactive",
            Self::Compromised => "compromised",
            Self::Expired => "expired",
            Self::Tenant => "tenant_disabled",
            Self::Network => "network",
        }
    }
}

/// What keys were used for since it was last written down. Only who has a key's secret adds to it, so there are never
/// more entries than keys.
#[derive(Default)]
pub struct Uses {
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    used: HashMap<ApiKeyId, Entry>,
    refused: HashMap<(ApiKeyId, Refusal), Entry>,
}

struct Entry {
    tenant: TenantId,
    /// Uses that are not written down.
    count: u32,
    /// The last of them.
    last: LastUse,
    /// When this was last written down.
    written_at: Option<Timestamp>,
}

impl Entry {
    /// A clock that was set back makes nothing wait.
    fn is_due(&self, now: Timestamp) -> bool {
        self.count > 0 && self.written_at.is_none_or(|at| now < at || at.plus(EVERY) <= now)
    }
}

/// What is to be written down.
#[derive(Default)]
struct Due {
    used: Vec<(ApiKeyId, LastUse)>,
    refused: Vec<Refused>,
}

struct Refused {
    key: ApiKeyId,
    tenant: TenantId,
    why: Refusal,
    count: u32,
    last: LastUse,
}

impl Uses {
    /// Notes that a key was used.
    pub(super) fn note(&self, key: ApiKeyId, tenant: TenantId, last: LastUse) {
        count(&mut self.lock().used, key, tenant, last);
    }

    /// Notes that a key was refused although its secret is right.
    pub(super) fn note_refusal(&self, key: ApiKeyId, tenant: TenantId, why: Refusal, last: LastUse) {
        count(&mut self.lock().refused, (key, why), tenant, last);
    }

    /// What is due now; everything, if there is no later.
    fn due(&self, now: Timestamp, is_last: bool) -> Due {
        let kept = self.lock();
        let due = |e: &Entry| e.is_due(now) || (is_last && e.count > 0);
        let used = kept.used.iter().filter(|(_, e)| due(e)).map(|(key, e)| (*key, e.last));
        let refused = kept.refused.iter().filter(|(_, e)| due(e)).map(|((key, why), e)| Refused {
            key: *key,
            tenant: e.tenant,
            why: *why,
            count: e.count,
            last: e.last,
        });
        Due { used: used.take(BATCH).collect(), refused: refused.take(BATCH).collect() }
    }

    /// Takes note that this is written, and forgets what has been at rest since its last writing.
    fn settle(&self, due: &Due, now: Timestamp) {
        let mut kept = self.lock();
        for (key, last) in &due.used {
            if let Some(entry) = kept.used.get_mut(key) {
                entry.written_at = Some(now);
                entry.count = if entry.last == *last { 0 } else { 1 };
            }
        }
        for refused in &due.refused {
            if let Some(entry) = kept.refused.get_mut(&(refused.key, refused.why)) {
                entry.written_at = Some(now);
                entry.count = entry.count.saturating_sub(refused.count);
            }
        }
        let matters = |e: &Entry| e.count > 0 || e.written_at.is_some_and(|at| now < at.plus(EVERY));
        kept.used.retain(|_, entry| matters(entry));
        kept.refused.retain(|_, entry| matters(entry));
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn count<K: std::hash::Hash + Eq>(entries: &mut HashMap<K, Entry>, of: K, tenant: TenantId, last: LastUse) {
    let entry = entries.entry(of).or_insert(Entry { tenant, count: 0, last, written_at: None });
    entry.count = entry.count.saturating_add(1);
    entry.last = last;
}

/// Writes down what is due: the last uses, and an audit row a minute for each key that was refused, however often.
/// Called every few seconds.
///
/// # Errors
/// [`Fault`]; then it is due again.
pub async fn write_uses(parts: &Parts) -> Result<(), Fault> {
    write(parts, false).await
}

/// The same, for the last time before the process ends.
///
/// # Errors
/// [`Fault`]; then it is lost.
pub async fn write_last_uses(parts: &Parts) -> Result<(), Fault> {
    write(parts, true).await
}

async fn write(parts: &Parts, is_last: bool) -> Result<(), Fault> {
    let now = parts.now();
    let due = parts.key_uses.due(now, is_last);
    if !due.used.is_empty() || !due.refused.is_empty() {
        let changes = due.used.iter().map(|(key, last)| commit::Change::ApiKey(Change::Use(*key, *last)));
        let rows = due.refused.iter().map(|refused| row(parts, refused, now));
        parts.store.commit(Commit::key_uses(changes.collect(), rows.collect())).await?;
    }
    parts.key_uses.settle(&due, now);
    Ok(())
}

fn row(parts: &Parts, refused: &Refused, now: Timestamp) -> AuditRow {
    Event::new(EventName::KeyRefused, Some(refused.tenant))
        .key(refused.key)
        .text("why", refused.why.as_str())
        .number("count", i64::from(refused.count))
        .text("last_at", refused.last.at.to_string())
        .text_if("ip", refused.last.ip.map(|ip| ip.to_string()))
        .into_row(now, &*parts.rng)
}
