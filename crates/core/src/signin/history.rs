//! What is remembered of sign-ins: sessions tell of those that succeeded, failures are kept beside.

use super::model::MethodKind;
use crate::access::{Caller, Permission};
use crate::fault::Fault;
use crate::id::{EventId, SessionId, TenantId, UserId};
use crate::page::{Page, PageRequest};
use crate::parts::Parts;
use crate::risk::Learned;
use crate::session::Origin;
use crate::time::{Span, Timestamp};
use crate::user::{UserError, existing};

/// How many failures are kept of each user: enough to see an attack, and bounded, whatever strangers send.
pub const FAILURES_KEPT: u32 = 100;

/// How long failures count against the next sign-in, unless one succeeds before.
pub const FAILURES_COUNTED: Span = Span::hours(24);

/// Whose failures those at no account are: nobody ever gets this identifier.
pub(super) const NOBODY: UserId = UserId::from_bytes([0; 16]);

/// Where [`NOBODY`] is at home.
pub(super) const NO_TENANT: TenantId = TenantId::from_bytes([0; 16]);

/// A sign-in that failed at an account, or at none: then under the identifier that is all zeros.
#[derive(Clone, Debug)]
pub struct Failure {
    /// Its event in the audit log; at no account there is none.
    pub event: EventId,
    /// The tenant.
    pub tenant: TenantId,
    /// Whose account.
    pub user: UserId,
    /// How it was tried.
    pub method: MethodKind,
    /// The reason, in the audit log's stable word.
    pub why: String,
    /// Where it came from.
    pub origin: Origin,
}

/// What a commit may do to what is remembered of sign-ins.
#[derive(Clone, Debug)]
pub enum Change {
    /// Remembers a failure, and forgets the user's oldest beyond [`FAILURES_KEPT`].
    Fail(Box<Failure>),
    /// Writes down what was learned of a user; guarded by
    /// [`HistoryAsRead`](crate::commit::Guard::HistoryAsRead).
    Learn(Box<Learned>),
}

/// What came of an attempt.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// A session was opened.
    Opened {
        /// The session.
        session: SessionId,
        /// Who acts in it, if not its user.
        actor: Option<UserId>,
    },
    /// It was refused.
    Refused {
        /// The event in the audit log.
        event: EventId,
        /// The reason.
        why: String,
    },
}

/// A sign-in, or an attempt at one.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// When.
    pub at: Timestamp,
    /// How.
    pub method: MethodKind,
    /// What came of it.
    pub outcome: Outcome,
    /// Where it came from.
    pub origin: Origin,
}

/// The sign-ins of a user to the caller's tenant and what failed at one, newest first.
///
/// # Errors
/// [`UserError`]
pub async fn history(
    parts: &Parts,
    caller: &Caller,
    user: UserId,
    page: PageRequest,
) -> Result<Page<Attempt>, UserError> {
    caller.require(Permission::UserRead)?;
    existing(parts, caller, user).await?;
    Ok(parts.store.attempts_of(caller.tenant(), user, page).await.map_err(Fault::from)?)
}
