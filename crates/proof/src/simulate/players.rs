//! Our own executor: one thread, and of all who could go on the seed says who does.

use super::stage::Stage;
use super::wait::Slot;
use crate::promise::Promise;
use authms_core::ports::Fut;
use std::task::{Context, Poll, Waker};

/// A run that takes more steps hangs.
const STEPS: usize = 50_000;

/// Somebody at work.
struct Player<'a> {
    number: usize,
    work: Fut<'a, ()>,
    waits: Option<Slot>,
}

/// Runs all until they are done, with time passing, the writer writing and the process dying between.
pub(super) fn play<'a>(stage: &Stage, works: impl IntoIterator<Item = Fut<'a, ()>>, deaths: bool) {
    let begin = |(number, work)| Player { number, work, waits: None };
    let mut players: Vec<Player<'_>> = works.into_iter().enumerate().map(begin).collect();
    for _ in 0..STEPS {
        if players.is_empty() || stage.is_broken() {
            return;
        }
        match stage.below(1000) {
            0..=199 => stage.pass_time(),
            200..=209 => sweep(stage),
            210..=212 if deaths => stage.die(),
            _ => step(stage, &mut players),
        }
    }
    stage.broken(Promise::GoodIsGood, format!("{} actors hang", players.len()));
}

/// One of those who can go on does; the writer is one of them.
fn step(stage: &Stage, players: &mut Vec<Player<'_>>) {
    let ready = |player: &Player<'_>| player.waits.as_ref().is_none_or(Slot::is_filled);
    let able: Vec<usize> = (0..players.len()).filter(|at| ready(&players[*at])).collect();
    let writer = u64::from(stage.anything_waits());
    let chosen = stage.below(able.len() as u64 + writer) as usize;
    match able.get(chosen) {
        None if writer > 0 => stage.write_some(),
        None => {}
        Some(at) => {
            let player = &mut players[*at];
            stage.moment();
            stage.acts(player.number);
            match player.work.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                Poll::Ready(()) => drop(players.remove(*at)),
                Poll::Pending => player.waits = stage.parked(),
            }
        }
    }
}

fn sweep(stage: &Stage) {
    stage.happened("sweep", String::new);
    if stage.store.sweep_now().is_err() {
        stage.broken(Promise::GoodIsGood, "the sweep failed".to_owned());
    }
}

/// Runs something that nothing interrupts.
pub(super) fn finish<T>(work: impl Future<Output = T>) -> T {
    let mut work = std::pin::pin!(work);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(done) = work.as_mut().poll(&mut context) {
            return done;
        }
    }
}
