//! A letter box: what would have been sent.

use authms_core::message::Letter;
use authms_core::ports::{Fut, Mailer, Messenger, Undelivered};
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A letter that arrived.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Arrived {
    /// Where.
    pub to: String,
    /// Its subject; empty for a text message.
    pub subject: String,
    /// Its text.
    pub text: String,
}

impl Arrived {
    /// The first run of six digits or more in it.
    pub fn code(&self) -> String {
        self.code_if().expect("a code in the letter")
    }

    /// The same, if there is one: not every letter carries a code.
    pub fn code_if(&self) -> Option<String> {
        self.text.split(|c: char| !c.is_ascii_digit()).find(|run| run.len() >= 6).map(str::to_owned)
    }
}

/// Takes e-mails and text messages, or refuses them when it is told to.
#[derive(Debug, Default)]
pub struct Outbox(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    arrived: Vec<Arrived>,
    refusals: VecDeque<Undelivered>,
}

impl Outbox {
    /// The next letter is refused like this; said again, the one after it.
    pub fn refuse_next(&self, for_good: bool) {
        self.state().refusals.push_back(Undelivered { for_good, why: "a test".to_owned() });
    }

    /// What arrived so far, and is not looked at again.
    pub fn take(&self) -> Vec<Arrived> {
        std::mem::take(&mut self.state().arrived)
    }

    fn accept(&self, letter: &Letter) -> Result<(), Undelivered> {
        let mut state = self.state();
        if let Some(refusal) = state.refusals.pop_front() {
            return Err(refusal);
        }
        let (to, subject, text) =
            (letter.to.as_str().to_owned(), letter.subject.clone(), letter.text.clone());
        state.arrived.push(Arrived { to, subject, text });
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Mailer for Outbox {
    fn send<'a>(&'a self, letter: &'a Letter) -> Fut<'a, Result<(), Undelivered>> {
        Box::pin(std::future::ready(self.accept(letter)))
    }
}

impl Messenger for Outbox {
    fn send<'a>(&'a self, letter: &'a Letter) -> Fut<'a, Result<(), Undelivered>> {
        Box::pin(std::future::ready(self.accept(letter)))
    }
}
