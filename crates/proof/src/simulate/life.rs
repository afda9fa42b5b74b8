//! One run: a seed's world, what happens in it, and what it came to.

use super::mutant::Mutant;
use super::players::{finish, play};
use super::scene::Scene;
use super::stage::Stage;
use super::verdict::Verdict;
use super::world::{World, parts, policy};
use crate::Result;
use crate::rng::Rng;
use authms_core::ports::Fut;
use authms_store::SqliteStore;
use authms_store::sqlite::Memory;
use authms_testkit::clock::FakeClock;
use std::sync::Arc;

/// A place for runs, one after another: the database in memory is emptied and used again.
pub(super) struct Theatre(Option<Memory>);

impl Theatre {
    pub(super) const fn new() -> Self {
        Self(None)
    }

    /// Plays one seed.
    pub(super) fn play(&mut self, seed: u64, mutant: Option<Mutant>, told: bool) -> Result<Verdict> {
        let memory = match self.0.take() {
            Some(memory) => memory,
            None => Memory::new()?,
        };
        let clock = FakeClock::default();
        let store = Arc::new(SqliteStore::in_memory(memory, Arc::new(clock.clone())));
        let mut rng = Rng::new(seed);
        let stage = Stage::new(rng.next(), Arc::clone(&store), clock, &policy()).wrong(mutant).told(told);
        let stage = Arc::new(stage);
        let parts = parts(&stage, rng.next());
        let scene = Scene::new(Arc::clone(&stage), finish(World::create(parts, &mut rng)));
        run(&scene, &mut rng);
        let verdict = stage.verdict();
        drop((scene, stage));
        self.0 = Arc::into_inner(store).map(SqliteStore::into_memory).transpose()?.flatten();
        Ok(verdict)
    }
}

fn run(scene: &Scene, rng: &mut Rng) {
    let (actors, things, deaths) = (rng.between(2, 6), rng.between(4, 14), rng.chance(50));
    scene.stage.calm(false);
    let works = (0..actors).map(|_| -> Fut<'_, ()> { Box::pin(scene.act(things)) });
    play(&scene.stage, works, deaths);
    scene.stage.calm(true);
    // What had been accepted is written, whether anybody waits for it or not.
    while scene.stage.anything_waits() {
        scene.stage.write_some();
    }
    scene.stage.catch_up();
    if !scene.stage.is_broken() {
        finish(scene.settle());
    }
}
