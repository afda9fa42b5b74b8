//! What this product promises, by the names that ARCHITECTURE.md gives it.

use serde::Serialize;

/// One promise. The simulation, the model and the documents call it by the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Promise {
    /// A ticket opens one session or one challenge, however often and under whatever key it is redeemed.
    AtMostOnce,
    /// What was acknowledged is there afterwards.
    NothingLost,
    /// Nobody gets in by what had ended before they asked: a session, what its user had before being disabled, a ticket.
    OverIsOver,
    /// A refresh token has one successor, and a family one head.
    OneFamily,
    /// A challenge is completed once.
    OneCompletion,
    /// No more guesses are ever evaluated than are allowed.
    BoundedGuesses,
    /// Every act has its audit row, written with it or not at all.
    Audited,
    /// Whoever repeats a request with its idempotency key gets the answer that was lost.
    RetryFindsOut,
    /// What is good is accepted once nothing fails any more.
    GoodIsGood,
}

impl Promise {
    #[cfg(test)]
    pub(crate) const ALL: [Self; 9] = [
        Self::AtMostOnce,
        Self::NothingLost,
        Self::OverIsOver,
        Self::OneFamily,
        Self::OneCompletion,
        Self::BoundedGuesses,
        Self::Audited,
        Self::RetryFindsOut,
        Self::GoodIsGood,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::AtMostOnce => "at_most_once",
            Self::NothingLost => "nothing_lost",
            Self::OverIsOver => "over_is_over",
            Self::OneFamily => "one_family",
            Self::OneCompletion => "one_completion",
            Self::BoundedGuesses => "bounded_guesses",
            Self::Audited => "audited",
            Self::RetryFindsOut => "retry_finds_out",
            Self::GoodIsGood => "good_is_good",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Promise;

    #[test]
    fn the_architecture_names_every_promise() {
        let page = include_str!("../../../ARCHITECTURE.md");
        for promise in Promise::ALL {
            assert!(page.contains(&format!("`{}`", promise.name())), "{}", promise.name());
        }
    }
}
