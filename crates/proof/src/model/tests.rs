//! Every order of steps is looked at; rules that are wrong are found out.

use super::state::Opens;
use super::{Life, Mutant};
use crate::promise::Promise;
use stateright::{Checker, HasDiscoveries, Model};
use std::collections::BTreeSet;

/// Two who share a key, as a client and its repetition do, and one without.
fn three(opens: Opens, requests: [u8; 3]) -> Life {
    Life { opens, keys: vec![Some(1), Some(1), None], requests: requests.into(), mutant: None }
}

#[track_caller]
fn holds(life: Life, states: usize) {
    let checker = life.checker().threads(2).spawn_bfs().join();
    checker.assert_properties();
    assert!(checker.unique_state_count() > states, "{} states", checker.unique_state_count());
}

#[test]
fn three_clients_and_a_ticket_break_no_promise() {
    holds(three(Opens::Session, [3, 2, 2]), 50_000);
}

#[test]
fn two_clients_and_a_challenge_break_no_promise() {
    // The keyless one makes way: it could only do what the others can.
    let life = Life { keys: vec![Some(1), Some(1)], requests: vec![4, 4], ..three(Opens::Challenge, [0; 3]) };
    holds(life, 30_000);
}

/// The promise that the wrong rules break first.
#[track_caller]
fn is_found_out(opens: Opens, mutant: Mutant, promise: Promise) {
    let names = BTreeSet::from([promise.name()]);
    let life = Life { mutant: Some(mutant), ..three(opens, [3; 3]) };
    let checker = life.checker().finish_when(HasDiscoveries::AllOf(names)).spawn_bfs().join();
    let path = checker.discovery(promise.name()).unwrap_or_else(|| panic!("{mutant:?} breaks nothing"));
    assert!(path.into_actions().len() > 1);
}

#[test]
fn spending_without_its_guard_is_found_out() {
    is_found_out(Opens::Session, Mutant::NoTicketGuard, Promise::AtMostOnce);
}

#[test]
fn rotating_without_its_guard_is_found_out() {
    is_found_out(Opens::Session, Mutant::NoFamilyGuard, Promise::OneFamily);
    is_found_out(Opens::Session, Mutant::NoFamilyGuard, Promise::OverIsOver);
}

#[test]
fn guessing_without_its_guard_is_found_out() {
    is_found_out(Opens::Challenge, Mutant::NoChallengeGuard, Promise::OneCompletion);
    is_found_out(Opens::Challenge, Mutant::NoChallengeGuard, Promise::BoundedGuesses);
}

#[test]
fn answering_before_writing_is_found_out() {
    is_found_out(Opens::Session, Mutant::EarlyAnswer, Promise::NothingLost);
}

#[test]
fn forgetting_what_answers_a_repetition_is_found_out() {
    is_found_out(Opens::Session, Mutant::NoReplay, Promise::RetryFindsOut);
}

#[test]
fn telling_the_audit_log_afterwards_is_found_out() {
    is_found_out(Opens::Session, Mutant::AuditAfterwards, Promise::Audited);
}
