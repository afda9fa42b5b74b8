use super::{CAPACITY, Limits, SHARDS, index};
use authms_core::limits::{LimitKind, Quota, Take};
use authms_core::time::{Span, Timestamp};
use std::hash::BuildHasher;

fn take(key: u64, requests: u32) -> Take {
    let quota = Quota { requests, window: Span::seconds(60) };
    Take { kind: LimitKind::Address, key: key.to_be_bytes().to_vec(), quota, cost: 1 }
}

fn len(limits: &Limits) -> usize {
    limits.shards.iter().map(|s| s.lock().expect("not poisoned").len()).sum()
}

#[test]
fn memory_is_bounded_and_the_most_charged_are_kept() {
    let limits = Limits::new();
    let now = Timestamp::from_millis(1_000_000);
    for _ in 0..40 {
        limits.take(&[take(u64::MAX, 50)], now);
    }
    for key in 0..2 * (SHARDS * CAPACITY) as u64 {
        limits.take(&[take(key, 50)], now);
    }
    assert!(len(&limits) <= SHARDS * CAPACITY);
    assert_eq!(limits.take(&[take(u64::MAX, 50)], now)[0].remaining, 9);
}

#[test]
fn full_budgets_are_forgotten() {
    let limits = Limits::new();
    for key in 0..1000 {
        limits.take(&[take(key, 60)], Timestamp::from_millis(0));
    }
    limits.sweep(Timestamp::from_millis(999));
    assert_eq!(len(&limits), 1000);
    limits.sweep(Timestamp::from_millis(1000));
    assert_eq!(len(&limits), 0);
}

#[test]
fn a_clock_that_steps_back_locks_nobody_out() {
    let limits = Limits::new();
    let later = Timestamp::from_millis(3_600_000);
    for _ in 0..5 {
        limits.take(&[take(1, 5)], later);
    }
    let earlier = Timestamp::from_millis(0);
    for left in (0..5).rev() {
        let budget = limits.take(&[take(1, 5)], earlier)[0];
        assert_eq!((budget.allowed, budget.remaining), (true, left));
    }
    assert!(!limits.take(&[take(1, 5)], earlier)[0].allowed);
}

#[test]
fn uneven_quotas_allow_exactly_what_they_say() {
    let limits = Limits::new();
    let quota = Quota { requests: 7, window: Span::seconds(1) };
    let one = || {
        limits.take(
            &[Take { kind: LimitKind::Client, key: vec![1], quota, cost: 1 }],
            Timestamp::from_millis(5),
        )[0]
    };
    assert_eq!((0..20).filter(|_| one().allowed).count(), 7);
    assert!(one().reset <= Span::millis(143));
}

#[test]
fn one_take_may_charge_two_budgets_of_one_shard() {
    let limits = Limits::new();
    let key = |n: u64| limits.hasher.hash_one((LimitKind::Address, &n.to_be_bytes().to_vec()));
    let same = (1..).find(|n| index(key(*n)) == index(key(0))).expect("one of 16");
    let takes = [take(0, 9), take(same, 9)];
    for left in (0..9).rev() {
        let budgets = limits.take(&takes, Timestamp::from_millis(0));
        assert_eq!((budgets[0].remaining, budgets[1].remaining), (left, left));
    }
}
