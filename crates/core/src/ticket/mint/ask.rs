//! What a minter asks for, and what comes of it.

use crate::access::Forbidden;
use crate::fault::Fault;
use crate::id::{ActRequestId, ClientId, TenantId, TicketId, UserId};
use crate::limits::Throttled;
use crate::on_behalf::Terms;
use crate::text::{self, InvalidText};
use crate::ticket::binding::Bindings;
use crate::ticket::model::Purpose;
use crate::time::{Span, Timestamp};
use authms_crypto::SecretString;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Mint {
    /// Whom the ticket signs in.
    pub user: Subject,
    /// The tenant; the caller's if absent.
    pub tenant: Option<TenantId>,
    /// Its lifetime; the policy's default if absent.
    pub ttl_seconds: Option<i64>,
    /// The only client that may redeem it.
    pub client: Option<ClientId>,
    /// S256 challenge for the redeemer's verifier.
    pub proof: Option<String>,
    /// What else it is bound to.
    pub bindings: Bindings,
    /// What it is for; decided by who mints for whom if absent.
    pub purpose: Option<Purpose>,
    /// Why, where the minter acts on the user's behalf.
    pub reason: Option<String>,
    /// What else the minter asks for there.
    pub terms: Terms,
    /// The request that was cleared for it: what is said beside it is as there, or not said.
    pub act_request: Option<ActRequestId>,
    /// What shows that the minter proved themself just now.
    pub step_up: Option<SecretString>,
    /// When the user authenticated, as the minter vouches.
    pub subject_auth_time: Option<Timestamp>,
    /// How the user authenticated (RFC 8176), as the minter vouches.
    pub subject_amr: Vec<String>,
    /// What becomes of the tickets that the user has already.
    pub existing: Existing,
    /// Makes the request safe to repeat.
    pub idempotency_key: Option<String>,
}

/// Whom a ticket signs in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Subject {
    /// The user of this identifier.
    User(UserId),
    /// The user whom another system calls so; see [`Subject::external`].
    External(String),
}

impl Subject {
    /// By external identifier.
    ///
    /// # Errors
    /// Nobody can be called so.
    pub fn external(id: &str) -> Result<Self, InvalidText> {
        text::external_id(id).map(|id| Self::External(id.to_owned()))
    }
}

/// What becomes of the tickets that are issued already to the same user, for the same client (or for none) and the same
/// purpose.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Existing {
    /// They stay.
    #[default]
    Keep,
    /// Those that the same minter minted are revoked: nobody kills another's.
    Replace,
    /// They stay, and nothing is minted if there are as many already, whoever minted them.
    Max(u32),
}

impl Existing {
    /// The most that [`Existing::Max`] may allow.
    const MOST: u32 = 100;

    /// `keep`, `replace`, or `max:n` with n from 1 to 100.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "keep" => Some(Self::Keep),
            "replace" => Some(Self::Replace),
            _ => {
                let number = text.strip_prefix("max:")?;
                // Not "+5" or "05": one spelling for one meaning.
                let plain = number.bytes().all(|b| b.is_ascii_digit()) && !number.starts_with('0');
                let most = number.parse().ok().filter(|n| plain && *n <= Self::MOST)?;
                Some(Self::Max(most))
            }
        }
    }
}

impl Mint {
    /// The shortest lifetime.
    pub const MIN_TTL: Span = Span::seconds(10);
    /// The longest lifetime.
    pub const MAX_TTL: Span = Span::seconds(600);

    /// A plain ticket for a user.
    pub fn for_user(user: UserId) -> Self {
        Self {
            user: Subject::User(user),
            tenant: None,
            ttl_seconds: None,
            client: None,
            proof: None,
            bindings: Bindings::default(),
            purpose: None,
            reason: None,
            terms: Terms::default(),
            act_request: None,
            step_up: None,
            subject_auth_time: None,
            subject_amr: Vec::new(),
            existing: Existing::Keep,
            idempotency_key: None,
        }
    }
}

/// A new ticket; the only time that its secret is shown.
#[derive(Clone, Debug)]
pub struct Minted {
    /// The bearer text.
    pub ticket: SecretString,
    /// Its identifier, for the audit log and for revoking it.
    pub id: TicketId,
    /// How long it lives.
    pub expires_in: Span,
    /// What it is for.
    pub purpose: Purpose,
}

/// Why nothing was minted.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum MintError {
    /// The caller may not.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// A member is malformed.
    #[error(transparent)]
    Invalid(#[from] InvalidText),
    /// The lifetime is out of range.
    #[error("ttl_seconds must be between 10 and 600")]
    Lifetime,
    /// The lifetime is longer than the tenant allows.
    #[error("ttl_seconds must be at most {} in this tenant", .0.as_seconds())]
    TooLong(Span),
    /// The tenant wants every ticket bound to a client.
    #[error("this tenant's tickets need a client_id")]
    NeedsClient,
    /// The tenant wants every ticket to have a proof.
    #[error("this tenant's tickets need a proof")]
    NeedsProof,
    /// The tenant wants no ticket that just anybody may redeem.
    #[error("this tenant's tickets need one of client_id, proof, ip and context")]
    Unbound,
    /// No such user in the caller's tenant.
    #[error("no such user")]
    UnknownUser,
    /// The user may not sign in.
    #[error("the user is not active")]
    UserInactive,
    /// The caller's tenant has no such active client.
    #[error("client_id names no active client")]
    UnknownClient,
    /// The client may not redeem such tickets.
    #[error("the client may not redeem tickets of this purpose")]
    ClientPurpose,
    /// The purpose does not fit who mints for whom.
    #[error("this purpose is not open to this caller for this user")]
    Purpose,
    /// Acting on somebody's behalf needs a reason.
    #[error("a ticket on somebody's behalf needs a reason")]
    ReasonRequired,
    /// Acting on somebody's behalf needs a reference in this tenant.
    #[error("acting on somebody's behalf needs a reference in this tenant")]
    ReferenceRequired,
    /// The tenant does not let the minter act for this user, there, or like this.
    #[error("this tenant's policy does not let you act for this user like this")]
    OnBehalfPolicy,
    /// Another administrator has to approve first, or the user to agree.
    #[error(
        "this tenant wants it approved by another administrator, agreed to by the user, or both, before you act"
    )]
    NotCleared,
    /// The named request cannot be used for this: it is none of the minter's for this user, it says otherwise, or it is over.
    #[error("act_request names no open request of yours for this")]
    ActRequest,
    /// The glass was to be broken, and fewer than two others can be told of it.
    #[error("the glass cannot be broken: fewer than two other administrators can be told by mail")]
    NoAlarm,
    /// The minter has not proved a second factor just now.
    #[error("acting on somebody's behalf needs a second factor that was proved just now")]
    NotFresh,
    /// The user has as many tickets as `existing` allows.
    #[error("the user has as many tickets as \"existing\" allows")]
    TooMany,
    /// The idempotency key was used for the same request.
    #[error("the idempotency key was used")]
    Repeated(TicketId),
    /// The idempotency key was used for another request.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// The minter's budget has no more room for so many tickets.
    #[error("{tickets} tickets were asked for, and the budget has {} of {} left", .throttled.0.remaining, .throttled.0.quota.requests)]
    Throttled {
        /// The budget.
        throttled: Throttled,
        /// How many tickets were asked for.
        tickets: u32,
    },
    /// It could not be carried out.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl MintError {
    /// The stable word for the audit log.
    pub(super) const fn as_str(&self) -> &'static str {
        match self {
            Self::Forbidden(Forbidden::Rank) => "rank",
            Self::Forbidden(_) => "forbidden",
            Self::Invalid(_) => "invalid",
            Self::Lifetime | Self::TooLong(_) => "lifetime",
            Self::NeedsClient | Self::NeedsProof | Self::Unbound => "unbound",
            Self::UnknownUser => "unknown_user",
            Self::UserInactive => "user_inactive",
            Self::UnknownClient => "unknown_client",
            Self::ClientPurpose => "client_purpose",
            Self::Purpose => "purpose",
            Self::ReasonRequired => "no_reason",
            Self::ReferenceRequired => "no_reference",
            Self::OnBehalfPolicy => "on_behalf_policy",
            Self::NotCleared => "not_cleared",
            Self::ActRequest => "act_request",
            Self::NoAlarm => "no_alarm",
            Self::NotFresh => "not_fresh",
            Self::TooMany => "too_many",
            Self::Repeated(_) | Self::KeyReused => "repeated",
            Self::Throttled { .. } => "throttled",
            Self::Fault(_) => "fault",
        }
    }

    /// Whether it says that nothing was minted because of the request, not because of the store.
    pub(super) const fn is_refusal(&self) -> bool {
        matches!(self, Self::Fault(Fault::Changed)) || !matches!(self, Self::Fault(_))
    }
}
