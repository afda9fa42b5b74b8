//! What every store must do, whatever its engine. A backend runs it with one line:
//! `store_contract::run_all(MyDatabase::new).await`.

#![expect(clippy::unwrap_used, reason = "a case fails by panicking")]

mod act_requests;
mod admin;
mod attempts;
mod devices;
mod enrolment;
mod existing;
mod factor_changes;
mod factors;
mod fences;
mod guards;
mod histories;
mod keys;
mod lists;
mod messages;
mod nodes;
mod outcomes;
mod passkeys;
mod passwords;
mod people;
mod races;
mod restart;
mod risks;
mod seals;
mod sessions;
mod sweep;
mod takes;
mod ticket_life;
mod tickets;
mod time;
mod views;
mod webhooks;
mod world;

pub use nodes::{agree, two_lanes, two_nodes};
pub use world::{Database, World};

use authms_core::ports::Fut;
use std::sync::Arc;
use std::time::Duration;

/// One thing that every store must do.
pub struct Case {
    /// What, in words.
    pub name: &'static str,
    /// Panics if the store in this world does not do it.
    pub run: fn(World) -> Fut<'static, ()>,
}

/// All cases.
pub const CASES: &[&[Case]] = &[
    admin::CASES,
    keys::CASES,
    tickets::CASES,
    existing::CASES,
    ticket_life::CASES,
    sessions::CASES,
    risks::CASES,
    factors::CASES,
    factor_changes::CASES,
    enrolment::CASES,
    attempts::CASES,
    devices::CASES,
    passkeys::CASES,
    people::CASES,
    act_requests::CASES,
    passwords::CASES,
    histories::CASES,
    messages::CASES,
    views::CASES,
    lists::CASES,
    guards::CASES,
    races::CASES,
    fences::CASES,
    outcomes::CASES,
    time::CASES,
    seals::CASES,
    sweep::CASES,
    takes::CASES,
    restart::CASES,
    webhooks::CASES,
];

/// A case that takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// Runs all cases, each on a database of its own, and panics with the names of those that fail.
pub async fn run_all<D: Database>(new: impl Fn() -> D) {
    let mut failed = Vec::new();
    for case in CASES.iter().copied().flatten() {
        let world = World::new(Arc::new(new())).await;
        // Its panic message goes to standard error as it happens.
        let run = tokio::spawn((case.run)(world));
        let ended = tokio::time::timeout(PATIENCE, run).await;
        if !matches!(ended, Ok(Ok(()))) {
            failed.push(case.name);
        }
    }
    assert!(failed.is_empty(), "the store does not keep its contract: {failed:#?}");
}
