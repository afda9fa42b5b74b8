//! The conditions of a commit.

use crate::id::{
    ActRequestId, ApiKeyId, ChallengeId, ClientId, CodeId, DeviceId, ExportId, FactorId, InvitationId,
    MessageId, SessionId, TenantId, TicketId, UserId, WebhookId,
};
use crate::signin::challenge;
use crate::{code, factor, on_behalf, ticket};

/// A condition of a commit; never writes. All guards of a commit are evaluated, under the commit's locks and at its
/// time, before any of its changes.
#[derive(Clone, Debug)]
pub enum Guard {
    /// The ticket is neither spent nor revoked nor expired, and has fewer failed attempts than this.
    TicketLive {
        /// The ticket.
        id: TicketId,
        /// The number of failed attempts that kills it.
        attempts_below: u8,
    },
    /// The ticket was redeemed after its spending fewer times than this.
    ReplaysBelow {
        /// The ticket.
        id: TicketId,
        /// The bound.
        bound: u32,
    },
    /// Fewer than this many of the user's tickets of this purpose for this client (or for none) are issued.
    TicketsBelow {
        /// The tenant.
        tenant: TenantId,
        /// Whose tickets.
        user: UserId,
        /// Bound to this client; `None`: to none.
        client: Option<ClientId>,
        /// Of this purpose.
        purpose: ticket::Purpose,
        /// The bound.
        bound: u32,
    },
    /// The session is not over, and this refresh token is the head of its family.
    FamilyHead {
        /// The session.
        session: SessionId,
        /// The presented token's generation.
        generation: u32,
    },
    /// The session has neither ended nor expired.
    SessionOpen(SessionId),
    /// The invitation was neither accepted nor revoked, and its time is not over.
    InvitationOpen(InvitationId),
    /// This may be done now with the request to act.
    ActRequestPermits {
        /// The request.
        id: ActRequestId,
        /// What.
        step: on_behalf::Step,
    },
    /// The user has not said that nobody acts for them.
    OptedIn {
        /// The tenant.
        tenant: TenantId,
        /// The user.
        user: UserId,
    },
    /// The user is still to be told of the act in this session.
    ActUntold(SessionId),
    /// The message waits, and its sending was begun so many times.
    MessageDue {
        /// The message.
        id: MessageId,
        /// The attempts as read.
        attempts: u32,
    },
    /// No code was sent in this slot within [`code::RESEND_AFTER`].
    CodeDue(code::Slot),
    /// This code is the last of its slot, its time is not over, and fewer wrong ones were tried than this.
    CodeOpen {
        /// Where it stands.
        slot: code::Slot,
        /// The code.
        id: CodeId,
        /// The number of wrong codes that kills it.
        attempts_below: u8,
    },
    /// The session is there, over or not, and nobody has flagged it.
    SessionUnflagged(SessionId),
    /// The challenge waits, exactly so many of its codes were wrong, and the next may be looked at. Both outcomes of a
    /// guess carry it: of many at once only one is ever told.
    ChallengeAsRead {
        /// The challenge.
        id: ChallengeId,
        /// How many codes were wrong when it was read.
        wrong: u8,
    },
    /// The challenge waits, and its user's enrolment has come exactly so far.
    EnrolmentAsRead {
        /// The challenge.
        id: ChallengeId,
        /// How far.
        enrolment: challenge::enrolment::Enrolment,
    },
    /// The user has no factor that counts.
    WithoutFactor(UserId),
    /// An administrator has released this user to enrol, and what that was decided on is as it was.
    ReleaseLives {
        /// The tenant.
        tenant: TenantId,
        /// The user.
        user: UserId,
    },
    /// The factor can be proved: enrolled, and with fewer failures in a row than
    /// [`FAILURES_ALLOWED`](crate::factor::FAILURES_ALLOWED).
    FactorUsable {
        /// Whose.
        user: UserId,
        /// Which.
        id: FactorId,
    },
    /// No step as late as this was spent on the factor.
    StepUnspent {
        /// Whose.
        user: UserId,
        /// Which.
        id: FactorId,
        /// The step.
        step: i64,
    },
    /// The device is there, and its secret is still this one.
    DeviceSecret {
        /// The device.
        id: DeviceId,
        /// SHA-256 of its secret.
        hash: [u8; 32],
    },
    /// The passkey ceremony's challenge is unused, and its time is not over.
    CeremonyOpen([u8; 32]),
    /// The passkey is there, and its authenticator has counted to exactly this.
    PasskeyAsRead {
        /// Whose.
        user: UserId,
        /// Which.
        factor: FactorId,
        /// The count.
        counter: u32,
    },
    /// The user has this factor, finished or not.
    FactorThere {
        /// Whose.
        user: UserId,
        /// Which.
        id: FactorId,
    },
    /// The user has fewer passkeys than this.
    PasskeysBelow {
        /// Whose.
        user: UserId,
        /// The bound.
        bound: usize,
    },
    /// The factor's enrolment is not finished.
    FactorPending {
        /// Whose.
        user: UserId,
        /// Which.
        id: FactorId,
    },
    /// The factor counts: its enrolment is finished, and its user has it switched on.
    FactorEnrolled {
        /// Whose.
        user: UserId,
        /// Which.
        id: FactorId,
    },
    /// The user has fewer factors of this kind than this, finished or not.
    FactorsBelow {
        /// Whose.
        user: UserId,
        /// Of this kind.
        kind: factor::FactorKind,
        /// The bound.
        bound: u32,
    },
    /// The recovery code is one of the user's, and unspent.
    RecoveryCodeUnspent {
        /// Whose.
        user: UserId,
        /// What is kept of the code.
        hash: [u8; 32],
    },
    /// The user's history in the tenant is still the one that was read; 0: there is none.
    HistoryAsRead {
        /// The tenant.
        tenant: TenantId,
        /// Whose.
        user: UserId,
        /// Its revision as read.
        rev: u64,
    },
    /// Nobody has used this idempotency key within [`ticket::Idempotency::WINDOW`].
    IdempotencyFree {
        /// [`ticket::Minter::scope`].
        scope: [u8; 16],
        /// SHA-256 of the key.
        key_hash: [u8; 32],
    },
    /// The export was counted exactly so far.
    ExportAsRead {
        /// Which.
        id: ExportId,
        /// Through how many leaves.
        looked_at: u64,
    },
    /// The webhook works, and nobody has worked on it since this turn.
    WebhookTurn {
        /// Which.
        id: WebhookId,
        /// Its turn as read, or taken.
        turn: u64,
    },
    /// The tenant has fewer webhooks than this.
    WebhooksBelow {
        /// Whose.
        tenant: TenantId,
        /// The bound.
        bound: u32,
    },
    /// Nobody has worked on the place outside since this turn.
    OutletTurn {
        /// Which.
        name: &'static str,
        /// Its turn as read, or taken; 0: nobody ever has.
        turn: u64,
    },
    /// Nobody has sealed since this revision of the sealer was read.
    SealerAsRead {
        /// Its revision as read.
        rev: u64,
    },
    /// The row's revision is still the one that was read; 0: the row does not exist.
    Rev {
        /// The row.
        row: Row,
        /// Its revision as read.
        rev: u64,
    },
}

impl Guard {
    /// The ticket may still be redeemed, however many attempts failed.
    pub const fn issued(id: TicketId) -> Self {
        Self::TicketLive { id, attempts_below: u8::MAX }
    }
}

/// A row that carries a revision. Declaration order is lock order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Row {
    /// The installation; its revision counts changes of the key set.
    Installation,
    /// A tenant.
    Tenant(TenantId),
    /// A user.
    User(UserId),
    /// A membership.
    Membership(TenantId, UserId),
    /// A client.
    Client(ClientId),
    /// An API key.
    ApiKey(ApiKeyId),
    /// A webhook.
    Webhook(WebhookId),
}
