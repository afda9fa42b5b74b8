//! API keys: how systems authenticate.

use crate::access::{Permission, Role};
use crate::id::{ApiKeyId, TenantId, UserId};
use crate::time::Timestamp;

/// Whether an API key may authenticate.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ApiKeyStatus {
    /// May authenticate, until it expires.
    Active,
    /// May not, and what it minted is dead; may be activated again.
    Inactive,
}

impl ApiKeyStatus {
    /// The name on the wire and at rest.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Inactive => "inactive",
        }
    }

    /// The status of that name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Active, Self::Inactive].into_iter().find(|s| s.as_str() == name)
    }
}

/// What a key is meant for; a label, without a rule behind it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Environment {
    /// Production.
    Live,
    /// Trials.
    Test,
}

impl Environment {
    /// The name on the wire and at rest.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Test => "test",
        }
    }

    /// The environment of that name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Live, Self::Test].into_iter().find(|s| s.as_str() == name)
    }
}

/// A system's credential, of which only the hash is kept.
#[derive(Clone, Debug)]
pub struct ApiKey {
    /// Its identifier, part of the raw key.
    pub id: ApiKeyId,
    /// Its tenant.
    pub tenant: TenantId,
    /// A name to tell keys apart, 1–100 characters.
    pub name: String,
    /// Who created it; `None`: the command line.
    pub created_by: Option<UserId>,
    /// SHA-256 of the secret.
    pub secret_hash: [u8; 32],
    /// What it may do.
    pub scopes: Vec<Permission>,
    /// The highest rank of user that it may touch.
    pub rank: Role,
    /// Live or test.
    pub environment: Environment,
    /// Whether it may authenticate.
    pub status: ApiKeyStatus,
    /// When it stops authenticating; what it minted before stays.
    pub expires_at: Option<Timestamp>,
    /// Incremented to end all that was decided on the former value.
    pub fence: u32,
    /// Incremented by every change.
    pub rev: u64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// What a commit may do to API keys.
#[derive(Clone, Debug)]
pub enum Change {
    /// Inserts.
    Create(Box<ApiKey>),
    /// Writes all members but `tenant`, `created_by` and `created_at`; `rev` is the new one, and `updated_at` the
    /// commit's time.
    Update(Box<ApiKey>),
    /// Removes it; what it minted is dead, since its fence is gone.
    Delete(ApiKeyId),
}
