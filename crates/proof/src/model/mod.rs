//! An exhaustive model of what the use cases and the store agree on: one ticket, what it opens, and a few clients who race one
//! another for it, lose answers, repeat requests and refresh. Every order of their steps is looked at, not only those that a seed
//! happens to choose. The simulation shows that the code does as its rules say; this shows that the rules suffice.

mod state;
mod step;

use crate::promise::Promise;
use state::{Deed, Opens, State};
use stateright::{Model, Property};

/// How many codes may be wrong: fewer than in life, where more would say the same.
pub(crate) const GUESSES: u8 = 2;

/// Rules that are wrong on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mutant {
    /// A ticket is spent without asking whether it is.
    NoTicketGuard,
    /// A refresh token is rotated without asking whether it is the head.
    NoFamilyGuard,
    /// A guess counts without asking how many there were.
    NoChallengeGuard,
    /// An answer may leave before its commit is written.
    EarlyAnswer,
    /// Nothing answers a repetition.
    NoReplay,
    /// The audit row is a commit of its own.
    AuditAfterwards,
}

/// One ticket and its clients.
#[derive(Clone, Debug)]
pub(crate) struct Life {
    /// What the ticket opens.
    pub(crate) opens: Opens,
    /// The idempotency key of each client, if it has one.
    pub(crate) keys: Vec<Option<u8>>,
    /// How many requests each may send.
    pub(crate) requests: Vec<u8>,
    pub(crate) mutant: Option<Mutant>,
}

/// What becomes of a request whose turn it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Fate {
    /// Its commit is written and its answer arrives.
    Answered,
    /// Its commit is written and its answer is lost.
    AnswerLost,
    /// Nothing is written and nobody knows.
    NotWritten,
    /// Its answer arrives, and its commit is lost: wrong rules only.
    NeverWritten,
}

/// A step of somebody's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// A client sends a request, and what it is decided on is read.
    Begin(usize, Deed),
    /// What was decided is committed.
    End(usize, Fate),
    /// The windows close in which repetitions are answered.
    TimePasses,
}

impl Model for Life {
    type State = State;
    type Action = Step;

    fn init_states(&self) -> Vec<State> {
        vec![State::new(self)]
    }

    fn actions(&self, state: &State, steps: &mut Vec<Step>) {
        for (client, now) in state.clients.iter().enumerate() {
            match now.doing {
                None if now.left > 0 => {
                    steps.extend(state.deeds(client).into_iter().map(|deed| Step::Begin(client, deed)));
                }
                None => {}
                Some(_) => {
                    let fates = [Fate::Answered, Fate::AnswerLost, Fate::NotWritten];
                    steps.extend(fates.map(|fate| Step::End(client, fate)));
                    if self.mutant == Some(Mutant::EarlyAnswer) {
                        steps.push(Step::End(client, Fate::NeverWritten));
                    }
                }
            }
        }
        if state.in_time {
            steps.push(Step::TimePasses);
        }
    }

    fn next_state(&self, before: &State, step: Step) -> Option<State> {
        let mut state = before.clone();
        match step {
            Step::Begin(client, deed) => state.begin(client, deed),
            Step::End(client, fate) => state.end(self, client, fate),
            Step::TimePasses => state.in_time = false,
        }
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always(Promise::AtMostOnce.name(), |_, s: &State| {
                s.opened <= 1 && s.kept(Promise::AtMostOnce)
            }),
            Property::always(Promise::NothingLost.name(), |_, s: &State| s.kept(Promise::NothingLost)),
            Property::always(Promise::OverIsOver.name(), |_, s: &State| s.kept(Promise::OverIsOver)),
            Property::always(Promise::OneFamily.name(), |_, s: &State| {
                s.successors.iter().all(|count| *count <= 1)
            }),
            Property::always(Promise::OneCompletion.name(), |_, s: &State| s.passes <= 1),
            Property::always(Promise::BoundedGuesses.name(), |_, s: &State| s.judged <= GUESSES),
            Property::always(Promise::Audited.name(), |_, s: &State| s.acts == s.rows),
            Property::always(Promise::RetryFindsOut.name(), |_, s: &State| s.kept(Promise::RetryFindsOut)),
            // That the model goes everywhere.
            Property::sometimes("somebody is signed in", |_, s: &State| s.session.is_some()),
            Property::sometimes("a repetition is answered", |_, s: &State| s.repeated),
            Property::sometimes("a session is refreshed", |_, s: &State| {
                s.session.is_some_and(|it| it.head > 0)
            }),
            Property::sometimes("a reused token ends its family", |_, s: &State| s.reuse_ended),
        ]
    }
}

mod tests;
