//! The store keeps its promises; stores that do not are found out.

use super::mutant::Mutant;
use super::play;
use crate::promise::Promise;

/// Runs whose number is not a thing's own would find nothing in which nothing happened.
const HAPPENS: [&str; 20] = [
    "all sessions ended",
    "challenge passed",
    "clock set back",
    "code wrong",
    "commit failed",
    "conflict",
    "death",
    "disabled",
    "let in",
    "logged in",
    "logged out",
    "mint repeated",
    "minted",
    "not answered",
    "read failed",
    "redeemed",
    "refresh reused",
    "refreshed",
    "revoked",
    "sweep",
];

#[test]
fn two_thousand_seeds_break_no_promise() {
    let report = play(0..2000, None, false, 2).expect("it plays");
    assert!(report.is_clean(), "{}", report.human());
    assert_eq!(report.seeds, 2000);
    for kind in HAPPENS {
        assert!(report.happened.get(kind).is_some_and(|count| *count > 20), "{kind}: {:?}", report.happened);
    }
}

/// Seeds beyond those that showed something once: a revocation that was told to have met an expired ticket which somebody had
/// redeemed meanwhile; a writer's time that went back.
#[test]
fn seeds_that_found_something_find_nothing_any_more() {
    for seed in [2356, 4921, 5828, 6156, 7048, 8055, 9064] {
        let report = play(seed..seed + 1, None, false, 1).expect("it plays");
        assert!(report.is_clean(), "{}", report.human());
    }
}

#[test]
fn a_seed_is_the_same_run_every_time() {
    for seed in 0..20 {
        let digest = || super::Theatre::new().play(seed, None, false).expect("it plays").digest;
        assert_eq!(digest(), digest(), "seed {seed}");
    }
}

/// Within a few hundred seeds, by a promise that it breaks.
#[track_caller]
fn is_found_out(mutant: Mutant, promises: &[Promise]) {
    let report = play(0..300, Some(mutant), false, 1).expect("it plays");
    let (seed, violations) =
        report.broken.iter().next().unwrap_or_else(|| panic!("{mutant:?} was not found out"));
    assert!(
        violations.iter().any(|violation| promises.contains(&violation.promise)),
        "{seed}: {violations:?}"
    );
}

#[test]
fn a_store_that_spends_without_its_guard_is_found_out() {
    is_found_out(Mutant::NoTicketGuard, &[Promise::AtMostOnce]);
}

#[test]
fn a_store_that_rotates_without_its_guard_is_found_out() {
    is_found_out(Mutant::NoFamilyGuard, &[Promise::OneFamily, Promise::OverIsOver]);
}

#[test]
fn a_store_that_counts_guesses_without_its_guard_is_found_out() {
    is_found_out(Mutant::NoChallengeGuard, &[Promise::OneCompletion, Promise::BoundedGuesses]);
}

#[test]
fn a_store_that_answers_before_it_has_written_is_found_out() {
    is_found_out(Mutant::EarlyAnswer, &[Promise::NothingLost]);
}

#[test]
fn a_store_that_writes_half_a_commit_is_found_out() {
    is_found_out(Mutant::HalfCommit, &[Promise::NothingLost, Promise::GoodIsGood]);
}

#[test]
fn a_store_that_forgets_audit_rows_is_found_out() {
    is_found_out(Mutant::NoAudit, &[Promise::Audited]);
}

#[test]
fn a_store_that_disables_without_ending_is_found_out() {
    is_found_out(Mutant::NoFence, &[Promise::OverIsOver]);
}
