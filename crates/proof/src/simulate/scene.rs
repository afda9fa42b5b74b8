//! What the actors share, and how they ask: again and again until there is an answer.

use super::board::Board;
use super::history::{History, Moment};
use super::stage::Stage;
use super::witness::{Key, Witness};
use super::world::{Person, World};
use authms_core::access::Caller;
use authms_core::time::Timestamp;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

/// How often a request is repeated that was not answered.
const TRIES: usize = 4;
/// How often an answer is lost, and how often a client goes away at any one step, in a thousand.
const LOST: u64 = 40;
const GONE: u64 = 4;
/// What redeemers and whoever completes a challenge make their requests safe to repeat with.
pub(super) const KEYS: [&str; 2] = ["key-a-0123456789abcdef", "key-b-0123456789abcdef"];

/// What all actors share.
pub(super) struct Scene {
    pub(super) stage: Arc<Stage>,
    pub(super) world: World,
    pub(super) witness: Witness,
    board: Mutex<Board>,
}

impl Scene {
    pub(super) fn new(stage: Arc<Stage>, world: World) -> Self {
        let witness = Witness::new(Arc::clone(&stage));
        Self { stage, world, witness, board: Mutex::default() }
    }

    pub(super) fn board(&self) -> MutexGuard<'_, Board> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// By whatever clock is ahead.
    pub(super) fn now(&self, history: &History) -> Timestamp {
        self.world.parts.now().max(history.last)
    }

    pub(super) fn console(&self) -> Caller {
        Caller::Console(self.world.tenant)
    }

    pub(super) fn person(&self) -> &Person {
        &self.world.people[self.stage.below(self.world.people.len() as u64) as usize]
    }

    pub(super) fn key(&self) -> Key {
        match self.stage.below(5) {
            0 | 1 => None,
            2 | 3 => Some(KEYS[0]),
            _ => Some(KEYS[1]),
        }
    }

    /// Something that somebody knows, mostly the newest: that is what others reach for, too.
    pub(super) fn any<T: Clone>(&self, of: impl FnOnce(&Board) -> &Vec<T>) -> Option<T> {
        let (newest, die) = (self.stage.chance(600), self.stage.below(u64::MAX));
        let board = self.board();
        let all = of(&board);
        let last = all.len().checked_sub(1)?;
        Some(all[if newest { last } else { (die % all.len() as u64) as usize }].clone())
    }

    /// Asks until there is an answer or patience ends: the moment at which the answered request began, and the answer.
    pub(super) async fn persist<T, E, F>(
        &self,
        is_fault: impl Fn(&E) -> bool,
        mut ask: impl FnMut() -> F,
    ) -> Option<(Moment, Result<T, E>)>
    where
        F: Future<Output = Result<T, E>>,
    {
        for _ in 0..TRIES {
            let started = self.stage.moment();
            match self.once(ask()).await {
                Some(Err(fault)) if is_fault(&fault) => {}
                None => {}
                Some(answer) => return Some((started, answer)),
            }
            self.stage.happened("not answered", String::new);
            if self.stage.chance(250) {
                return None;
            }
        }
        None
    }

    /// Sends one request. `None`: its client went away, its answer was lost, or the process died.
    async fn once<T>(&self, request: impl Future<Output = T>) -> Option<T> {
        let deaths = self.stage.deaths();
        let mut request = pin!(request);
        poll_fn(|context| {
            if self.stage.deaths() != deaths {
                return Poll::Ready(None);
            }
            match request.as_mut().poll(context) {
                Poll::Ready(answer) => Poll::Ready((!self.stage.fails(LOST)).then_some(answer)),
                Poll::Pending if self.stage.fails(GONE) => {
                    // What it waited for, nobody waits for now.
                    drop(self.stage.parked());
                    Poll::Ready(None)
                }
                Poll::Pending => Poll::Pending,
            }
        })
        .await
    }
}
