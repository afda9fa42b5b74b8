//! Traffic budgets in memory: an embedded store belongs to one server, so counting here counts everything. Each budget
//! is one number, the time at which it is full again (GCRA, the leaky bucket as a virtual schedule).

use authms_core::limits::{Budget, Quota, Take};
use authms_core::time::{Span, Timestamp};
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};

const SHARDS: usize = 16;

/// Budgets in a shard; 16 × 32,768 of them take about 16 MB.
const CAPACITY: usize = 32_768;

const NANOS_PER_MILLI: i64 = 1_000_000;

/// All budgets that are not full.
pub(crate) struct Limits {
    /// Keyed at random, so that nobody can choose addresses that collide.
    hasher: RandomState,
    shards: [Mutex<Shard>; SHARDS],
}

/// When each budget is full again, in nanoseconds since 1970.
type Shard = HashMap<u64, i64>;

impl Limits {
    /// All budgets full.
    pub(crate) fn new() -> Self {
        Self { hasher: RandomState::new(), shards: std::array::from_fn(|_| Mutex::default()) }
    }

    /// Takes from each budget what it costs, or nothing from any.
    pub(crate) fn take(&self, takes: &[Take], now: Timestamp) -> Vec<Budget> {
        let now = nanos(now);
        let keys: Vec<u64> = takes.iter().map(|t| self.hasher.hash_one((t.kind, &t.key))).collect();
        let mut shards = self.lock(&keys);
        let full_at = |shard: &Shard, key| shard.get(&key).copied().unwrap_or(now);
        let schedules: Vec<Schedule> = takes
            .iter()
            .zip(&keys)
            .map(|(take, key)| Schedule::new(take.quota, full_at(shard(&mut shards, *key), *key), now))
            .collect();
        let all = schedules.iter().zip(takes).all(|(schedule, take)| schedule.allows(take.cost));
        let mut budgets = Vec::with_capacity(takes.len());
        for ((take, key), schedule) in takes.iter().zip(&keys).zip(schedules) {
            let allowed = schedule.allows(take.cost);
            let after = if all { schedule.charged(take.cost) } else { schedule };
            if all {
                make_room(shard(&mut shards, *key), *key, now).insert(*key, after.full_at);
            }
            budgets.push(after.budget(take, allowed));
        }
        budgets
    }

    /// What is left of each budget.
    pub(crate) fn look(&self, takes: &[Take], now: Timestamp) -> Vec<Budget> {
        let now = nanos(now);
        let look = |take: &Take| {
            let key = self.hasher.hash_one((take.kind, &take.key));
            let shard = self.shards[index(key)].lock().unwrap_or_else(PoisonError::into_inner);
            let schedule = Schedule::new(take.quota, shard.get(&key).copied().unwrap_or(now), now);
            schedule.budget(take, schedule.allows(take.cost))
        };
        takes.iter().map(look).collect()
    }

    /// Forgets the budgets that are full.
    pub(crate) fn sweep(&self, now: Timestamp) {
        let now = nanos(now);
        for shard in &self.shards {
            let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            shard.retain(|_, full_at| *full_at > now);
            if shard.capacity() > 4 * shard.len().max(64) {
                shard.shrink_to_fit();
            }
        }
    }

    /// Locks the shards of these keys, in order, so that two takes never wait for each other.
    fn lock(&self, keys: &[u64]) -> Vec<(usize, MutexGuard<'_, Shard>)> {
        let mut indices: Vec<usize> = keys.iter().map(|key| index(*key)).collect();
        indices.sort_unstable();
        indices.dedup();
        let lock = |i: usize| self.shards[i].lock().unwrap_or_else(PoisonError::into_inner);
        indices.into_iter().map(|i| (i, lock(i))).collect()
    }
}

fn index(key: u64) -> usize {
    (key % SHARDS as u64) as usize
}

/// The shard of a key among those that are locked.
fn shard<'a>(shards: &'a mut [(usize, MutexGuard<'_, Shard>)], key: u64) -> &'a mut Shard {
    let at = shards.partition_point(|(i, _)| *i < index(key));
    &mut shards[at].1
}

/// Forgets what is full, and if that is not enough, the half that was charged least.
fn make_room(shard: &mut Shard, key: u64, now: i64) -> &mut Shard {
    if shard.len() >= CAPACITY && !shard.contains_key(&key) {
        shard.retain(|_, full_at| *full_at > now);
        if shard.len() >= CAPACITY * 3 / 4 {
            let mut times: Vec<i64> = shard.values().copied().collect();
            let middle = times.len() / 2;
            let (_, median, _) = times.select_nth_unstable(middle);
            let median = *median;
            shard.retain(|_, full_at| *full_at > median);
        }
    }
    shard
}

/// A budget as a schedule: each request takes the next place, `interval` after the last; who would have to take one
/// more than `burst` ahead comes too soon.
#[derive(Clone, Copy)]
pub(crate) struct Schedule {
    now: i64,
    pub(crate) full_at: i64,
    interval: i64,
    burst: i64,
}

impl Schedule {
    pub(crate) fn new(quota: Quota, full_at: i64, now: i64) -> Self {
        let requests = i64::from(quota.requests.max(1));
        let interval = (quota.window.as_millis().saturating_mul(NANOS_PER_MILLI) / requests).max(1);
        let burst = interval.saturating_mul(requests);
        // Fuller than full only if the clock was set back: what was charged in that future is forgotten, or else the
        // caller would be kept out until it came again.
        let full_at = if full_at > now.saturating_add(burst) { now } else { full_at.max(now) };
        Self { now, full_at, interval, burst }
    }

    pub(crate) fn allows(&self, cost: u32) -> bool {
        self.charged(cost).used() <= self.burst
    }

    pub(crate) fn charged(self, cost: u32) -> Self {
        let places = self.interval.saturating_mul(cost.into());
        Self { full_at: self.full_at.saturating_add(places), ..self }
    }

    fn used(&self) -> i64 {
        self.full_at - self.now
    }

    pub(crate) fn budget(&self, take: &Take, allowed: bool) -> Budget {
        let left = (self.burst - self.used()).max(0) / self.interval;
        let wait = |cost| self.charged(cost).used() - self.burst;
        let reset = match (allowed, left) {
            // What is more than the whole budget fits into no wait: then until it is full.
            (false, _) => wait(take.cost).min(self.used()),
            (true, 0) => wait(1),
            (true, _) => self.used(),
        };
        Budget {
            kind: take.kind,
            quota: take.quota,
            allowed,
            remaining: u32::try_from(left).unwrap_or(u32::MAX),
            reset: Span::millis(
                reset.max(0).div_euclid(NANOS_PER_MILLI) + i64::from(reset % NANOS_PER_MILLI > 0),
            ),
        }
    }
}

pub(crate) fn nanos(time: Timestamp) -> i64 {
    time.as_millis().saturating_mul(NANOS_PER_MILLI)
}

#[cfg(test)]
mod tests;
