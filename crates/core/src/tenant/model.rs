//! Tenants: isolated populations.

use crate::audit::Retention;
use crate::id::TenantId;
use crate::mfa::MfaPolicy;
use crate::on_behalf::OnBehalfPolicy;
use crate::password::PasswordPolicy;
use crate::risk::RiskConfig;
use crate::signing_key::Signing;
use crate::ticket::TicketPolicy;
use crate::time::Timestamp;

/// Whether a tenant is in use.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TenantStatus {
    /// People sign in.
    Active,
    /// Nobody signs in and no session lives.
    Disabled,
}

impl TenantStatus {
    /// The name on the wire and at rest.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
        }
    }

    /// The status of that name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Active, Self::Disabled].into_iter().find(|s| s.as_str() == name)
    }
}

/// An isolated population.
#[derive(Clone, Debug)]
pub struct Tenant {
    /// Its identifier.
    pub id: TenantId,
    /// Unique among tenants, 1–64 characters.
    pub name: String,
    /// Whether it is in use.
    pub status: TenantStatus,
    /// Whether it is the one that was made at the first start; it cannot be disabled, and only it may create others.
    pub is_default: bool,
    /// How its access tokens are signed.
    pub signing: Signing,
    /// What it asks of its tickets.
    pub ticket_policy: TicketPolicy,
    /// What it asks of those who act on somebody's behalf.
    pub on_behalf_policy: OnBehalfPolicy,
    /// When it asks for second factors, and for which.
    pub mfa_policy: MfaPolicy,
    /// What it asks of passwords; its own words are kept beside.
    pub password_policy: PasswordPolicy,
    /// What it makes of signals.
    pub risk_config: RiskConfig,
    /// How long it keeps rows of its audit log, if not as usual.
    pub audit_retention: Option<Retention>,
    /// Incremented to end all that was decided on the former value.
    pub fence: u32,
    /// Incremented by every change.
    pub rev: u64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// What a commit may do to tenants.
#[derive(Clone, Debug)]
pub enum Change {
    /// Inserts; the name may be [`Taken`](crate::commit::CommitError::Taken).
    Create(Tenant),
    /// Writes name, status, signing, policies and fence; `rev` is the new one, and `updated_at` the commit's time.
    Update(Tenant),
    /// Replaces the words that its passwords may not contain.
    SetPasswordWords {
        /// Which.
        id: TenantId,
        /// Folded, each once.
        words: Vec<String>,
    },
}
