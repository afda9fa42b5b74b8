//! Stores that are wrong on purpose, to see that the simulation notices.

use super::history::History;
use authms_core::commit::{Change, Commit, Guard};
use authms_core::signin::challenge;
use authms_core::user::{self, User, UserStatus};
use authms_core::{session, ticket};

/// How the store is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Mutant {
    /// Spends tickets without asking whether they are spent.
    NoTicketGuard,
    /// Rotates refresh tokens without asking which is the head.
    NoFamilyGuard,
    /// Counts guesses without asking how many there were.
    NoChallengeGuard,
    /// Answers before it has written.
    EarlyAnswer,
    /// Spends tickets and forgets their sessions.
    HalfCommit,
    /// Forgets the audit rows of refreshes.
    NoAudit,
    /// Disables users without ending what they have.
    NoFence,
}

impl Mutant {
    /// What the wrong store makes of a commit. Its statements have conditions of their own, the last line behind the guards:
    /// a mutant without a guard is without those, too.
    pub(super) fn distort(self, commit: &Commit, history: &History) -> Commit {
        let guards = commit.guards().iter().filter(|guard| !self.drops(guard)).cloned();
        let changes = commit.changes().iter().filter_map(|change| self.change(change, history));
        let rows = commit.audit_rows().iter().filter(|_| !self.hides(commit)).cloned();
        let mut changes = changes.collect::<Vec<_>>().into_iter();
        let mut rows = rows.collect::<Vec<_>>().into_iter();
        let begun = match (changes.next(), rows.next()) {
            (change, Some(row)) => Commit::new(row).with(change),
            (Some(change), None) => Commit::unremarkable(change),
            (None, None) => Commit::refusal("nothing_left"),
        };
        let whole = rows.fold(begun.with(changes), Commit::audit);
        guards.fold(whole, Commit::guard)
    }

    const fn drops(self, guard: &Guard) -> bool {
        match self {
            Self::NoTicketGuard => matches!(guard, Guard::TicketLive { .. }),
            Self::NoFamilyGuard => matches!(guard, Guard::FamilyHead { .. }),
            Self::NoChallengeGuard => matches!(guard, Guard::ChallengeAsRead { .. }),
            _ => false,
        }
    }

    fn hides(self, commit: &Commit) -> bool {
        let rotates = |change: &Change| matches!(change, Change::Session(session::Change::Rotate { .. }));
        self == Self::NoAudit && commit.changes().iter().any(rotates)
    }

    fn change(self, change: &Change, history: &History) -> Option<Change> {
        match (self, change) {
            (Self::NoTicketGuard, Change::Ticket(ticket::Change::Spend { id, .. }))
                if history.ticket(*id).is_some_and(|ticket| ticket.is_over()) =>
            {
                None
            }
            (Self::NoFamilyGuard, Change::Session(session::Change::Rotate { .. })) => {
                Some(onto_head(change.clone(), history))
            }
            (
                Self::NoChallengeGuard,
                Change::Challenge(
                    challenge::Change::Pass { id, .. } | challenge::Change::CountWrong { id, .. },
                ),
            ) if history.challenge(*id).is_some_and(|challenge| challenge.is_over()) => None,
            (Self::HalfCommit, Change::Session(session::Change::Open(new)))
                if new.session.ticket.is_some() =>
            {
                None
            }
            (Self::NoFence, Change::User(user::Change::Update(user)))
                if user.status == UserStatus::Disabled =>
            {
                let unfenced = User { fence: user.fence.saturating_sub(1), ..(**user).clone() };
                Some(Change::User(user::Change::Update(Box::new(unfenced))))
            }
            _ => Some(change.clone()),
        }
    }
}

fn onto_head(change: Change, history: &History) -> Change {
    match change {
        Change::Session(session::Change::Rotate { id, refresh_hash, salt, jti, generation }) => {
            let head = history.session(id).map_or(generation, |session| session.head + 1);
            Change::Session(session::Change::Rotate { id, refresh_hash, generation: head, salt, jti })
        }
        other => other,
    }
}
