//! Requests to act and their states.

use crate::id::{ActRequestId, ClientId, SessionId, TenantId, UserId};
use crate::on_behalf::{ActNotice, Terms};
use crate::time::{Span, Timestamp};

/// How long whoever may approve, and the user, have to decide; and then how long the act may wait for its begin.
pub const DECIDED_WITHIN: Span = Span::seconds(600);

/// How long a request is kept after its time; the audit log keeps what came of it.
pub const KEPT: Span = Span::hours(30 * 24);

/// Somebody wants to act.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ActRequest {
    /// Its identifier; knowing it is worth nothing.
    pub id: ActRequestId,
    /// The tenant.
    pub tenant: TenantId,
    /// Who.
    pub actor: UserId,
    /// For whom.
    pub subject: UserId,
    /// At which client; `None`: not said.
    pub client: Option<ClientId>,
    /// Why.
    pub reason: String,
    /// What else was asked for. Nothing is cleared in them.
    pub terms: Terms,
    /// When it was asked.
    pub created_at: Timestamp,
    /// When it is over: [`DECIDED_WITHIN`] after it was asked, or after the last that was said to it.
    pub expires_at: Timestamp,
    /// Who approved it.
    pub approved_by: Option<UserId>,
    /// Whether the user agreed.
    pub agreed: bool,
    /// How it ended.
    pub end: Option<ActEnd>,
}

/// How a request ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ActEnd {
    /// By this user's no: an administrator's, or the subject's.
    Refused(UserId),
    /// By a ticket.
    Used,
}

/// How a request stands at some time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ActStatus {
    /// It may be decided, or used.
    Open,
    /// Somebody said no.
    Refused,
    /// A ticket was minted by it.
    Used,
    /// Its time is over.
    Expired,
}

impl ActStatus {
    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Refused => "refused",
            Self::Used => "used",
            Self::Expired => "expired",
        }
    }
}

/// What is about to be done with a request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// An administrator approves.
    Approve,
    /// The user agrees.
    Agree,
    /// Either says no.
    Refuse,
    /// A ticket is minted.
    Use,
}

impl Step {
    /// The stable word for the audit log.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Agree => "agree",
            Self::Refuse => "refuse",
            Self::Use => "use",
        }
    }
}

impl ActRequest {
    /// How it stands at this time.
    pub fn status(&self, now: Timestamp) -> ActStatus {
        match self.end {
            Some(ActEnd::Refused(_)) => ActStatus::Refused,
            Some(ActEnd::Used) => ActStatus::Used,
            None if self.expires_at <= now => ActStatus::Expired,
            None => ActStatus::Open,
        }
    }

    /// Whether this may be done with it at this time. Nobody decides later than [`DECIDED_WITHIN`], and nothing is said twice.
    pub fn permits(&self, step: Step, now: Timestamp) -> bool {
        let in_time = now < self.created_at.plus(DECIDED_WITHIN);
        self.status(now) == ActStatus::Open
            && match step {
                Step::Approve => in_time && self.approved_by.is_none(),
                Step::Agree => in_time && !self.agreed,
                Step::Refuse | Step::Use => true,
            }
    }
}

/// What a commit may do to requests, where all but the first are guarded by
/// [`ActRequestPermits`](crate::commit::Guard::ActRequestPermits), and to what users say
/// of acts and are told of them.
#[derive(Clone, Debug)]
pub enum Change {
    /// Inserts. `created_at` is the commit's time, `expires_at` is [`DECIDED_WITHIN`] later.
    Ask(Box<ActRequest>),
    /// Notes who approved.
    Approve {
        /// The request.
        id: ActRequestId,
        /// Who.
        by: UserId,
    },
    /// Notes that the user agreed.
    Agree(ActRequestId),
    /// Ends it with a no.
    Refuse {
        /// The request.
        id: ActRequestId,
        /// Whose.
        by: UserId,
    },
    /// Ends it with a ticket.
    Use(ActRequestId),
    /// Notes that nobody acts for a user, or forgets that.
    OptOut {
        /// The tenant.
        tenant: TenantId,
        /// The user.
        user: UserId,
        /// Whether nobody does.
        out: bool,
    },
    /// Has a user told of an act later on.
    TellLater(Box<ActNotice>),
    /// Forgets acts of which their users are told; guarded by [`ActUntold`](crate::commit::Guard::ActUntold).
    Told(Vec<SessionId>),
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEPS: [Step; 4] = [Step::Approve, Step::Agree, Step::Refuse, Step::Use];

    fn request() -> ActRequest {
        ActRequest {
            id: ActRequestId::from_bytes([1; 16]),
            tenant: TenantId::from_bytes([2; 16]),
            actor: UserId::from_bytes([3; 16]),
            subject: UserId::from_bytes([4; 16]),
            client: None,
            reason: "ticket 42".to_owned(),
            terms: Terms::default(),
            created_at: Timestamp::from_millis(0),
            expires_at: Timestamp::from_millis(0).plus(DECIDED_WITHIN),
            approved_by: None,
            agreed: false,
            end: None,
        }
    }

    fn permitted(request: &ActRequest, now: Timestamp) -> Vec<Step> {
        STEPS.into_iter().filter(|step| request.permits(*step, now)).collect()
    }

    #[test]
    fn nobody_decides_late_or_twice_and_nothing_is_used_twice() {
        let now = Timestamp::from_millis(0);
        let late = now.plus(DECIDED_WITHIN);
        let mut it = request();
        assert_eq!(permitted(&it, now), STEPS);
        assert_eq!(permitted(&it, late), []);
        it.approved_by = Some(UserId::from_bytes([5; 16]));
        it.expires_at = late.plus(DECIDED_WITHIN);
        assert_eq!(permitted(&it, now), [Step::Agree, Step::Refuse, Step::Use]);
        assert_eq!(permitted(&it, late), [Step::Refuse, Step::Use], "approved, it may still begin");
        it.agreed = true;
        assert_eq!(permitted(&it, now), [Step::Refuse, Step::Use]);
        for end in [ActEnd::Used, ActEnd::Refused(it.subject)] {
            assert_eq!(permitted(&ActRequest { end: Some(end), ..it.clone() }, now), [], "{end:?}");
        }
    }
}
