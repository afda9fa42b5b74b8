//! How long what is over is kept to be looked at.

use crate::time::Span;

/// The longest life of a ticket that can be asked for.
pub const LONGEST_TICKET: Span = Span::seconds(600);

/// The longest life of a session that can be configured.
pub const LONGEST_SESSION: Span = Span::hours(90 * 24);

/// Each counted from the end of what it is about: nothing that lives is ever old. The audit log is not among it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Retention {
    /// Tickets, from the longest life that they can have had.
    pub tickets: Span,
    /// Sessions, from the longest life that they can have had, whatever ended them.
    pub sessions: Span,
    /// Sign-ins that failed, and the counts of refusals.
    pub failures: Span,
    /// What was unusual at sign-ins, and how often it was.
    pub risk: Span,
}

impl Default for Retention {
    /// A quarter of a year; a whole one for what trends are read from.
    fn default() -> Self {
        let quarter = Span::hours(90 * 24);
        Self { tickets: quarter, sessions: quarter, failures: quarter, risk: Span::hours(365 * 24) }
    }
}
