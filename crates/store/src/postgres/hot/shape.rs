//! Which commits are hot: all that they are judged by is in rows that can be locked by their keys, and nothing that they write
//! depends on what else is written.

use authms_core::audit::log;
use authms_core::commit::{Change, Commit, Guard};
use authms_core::{risk, session, signin, ticket};

/// Whether all of its guards and changes are on the list.
pub(super) fn is_hot(commit: &Commit) -> bool {
    commit.guards().iter().all(is_judged_here) && commit.changes().iter().all(is_written_here)
}

/// Whether it seals: it concerns rows alone that wait or are sealed already, and nobody whose act it seals waits for it.
pub(super) fn is_sealing(commit: &Commit) -> bool {
    matches!(commit.guards(), [Guard::SealerAsRead { .. }])
        && matches!(commit.changes(), [Change::Audit(log::Change::Seal(_))])
        && commit.audit_rows().is_empty()
}

fn is_judged_here(guard: &Guard) -> bool {
    matches!(
        guard,
        Guard::TicketLive { .. }
            | Guard::SessionOpen(_)
            | Guard::FamilyHead { .. }
            | Guard::IdempotencyFree { .. }
            | Guard::HistoryAsRead { .. }
    )
}

fn is_written_here(change: &Change) -> bool {
    match change {
        Change::Ticket(change) => matches!(change, ticket::Change::Mint(_) | ticket::Change::Spend { .. }),
        Change::Session(change) => matches!(
            change,
            session::Change::Open(_) | session::Change::Rotate { .. } | session::Change::End { .. }
        ),
        Change::Challenge(change) => matches!(change, signin::challenge::Change::Open(_)),
        Change::SignIn(change) => matches!(change, signin::Change::Learn(_)),
        Change::Risk(risk::Change::Keep(_)) | Change::CountRefusal(_) => true,
        _ => false,
    }
}
