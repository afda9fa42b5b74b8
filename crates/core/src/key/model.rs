//! API keys: how systems authenticate.

use super::network::Restriction;
use crate::access::{Permission, Role};
use crate::id::{ApiKeyId, ClientId, TenantId, UserId};
use crate::time::Timestamp;
use authms_crypto::OpaqueToken;
use std::net::IpAddr;

/// Whether an API key may authenticate.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ApiKeyStatus {
    /// May authenticate, until it expires.
    Active,
    /// May not, and what it minted is dead; may be activated again.
    Inactive,
    /// May not, and what it minted is dead, for good: somebody else has it.
    Compromised,
}

impl ApiKeyStatus {
    /// The name on the wire and at rest.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Inactive => "inactive",
            Self::Compromised => "compromised",
        }
    }

    /// The status of that name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Active, Self::Inactive, Self::Compromised].into_iter().find(|s| s.as_str() == name)
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

/// A secret that was replaced, and works for a while yet.
#[derive(Clone, Debug)]
pub struct PreviousSecret {
    /// Its SHA-256.
    pub hash: [u8; 32],
    /// When it stops working.
    pub expires_at: Timestamp,
}

/// When and where from a key was used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LastUse {
    /// When.
    pub at: Timestamp,
    /// The address that it was used from, after trusted proxies.
    pub ip: Option<IpAddr>,
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
    /// The secret before the last rotation, if it was given an overlap.
    pub previous_secret: Option<PreviousSecret>,
    /// What it may do.
    pub scopes: Vec<Permission>,
    /// The highest rank of user that it may touch.
    pub rank: Role,
    /// The networks that it may be used from; empty: from anywhere.
    pub networks: Vec<Restriction>,
    /// The only clients that it mints tickets for; empty: any, or none at all.
    pub clients: Vec<ClientId>,
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
    /// Its last use, told about a minute late (see [`super::Uses`]).
    pub last_use: Option<LastUse>,
}

impl ApiKey {
    /// Which of the key's secrets the token holds, if one.
    pub(super) fn held_by(&self, token: &OpaqueToken) -> Option<Held> {
        if token.matches(&self.secret_hash) {
            return Some(Held::Present);
        }
        let previous = self.previous_secret.as_ref().filter(|p| token.matches(&p.hash))?;
        Some(Held::Previous { expires_at: previous.expires_at })
    }

    /// Whether it may be used from this address; from an unknown one only if it may be from anywhere.
    pub fn is_open_to(&self, ip: Option<IpAddr>) -> bool {
        self.networks.is_empty()
            || ip.is_some_and(|ip| self.networks.iter().any(|n| n.network.contains(&ip.to_canonical())))
    }
}

/// One of a key's secrets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Held {
    /// That of the last rotation.
    Present,
    /// The one before, which works until then.
    Previous { expires_at: Timestamp },
}

/// Which keys of a tenant are wanted.
#[derive(Clone, Default, Debug)]
pub struct KeyFilter {
    /// Those of this status.
    pub status: Option<ApiKeyStatus>,
    /// Those meant for this.
    pub environment: Option<Environment>,
    /// Those whose name has this part.
    pub search: Option<String>,
    /// Those that expire after the first and up to the second time, soonest first.
    pub expiring: Option<(Timestamp, Timestamp)>,
}

/// What a commit may do to API keys.
#[derive(Clone, Debug)]
pub enum Change {
    /// Inserts.
    Create(Box<ApiKey>),
    /// Writes all members but `tenant`, `created_by`, `created_at` and `last_use`; `rev` is the new one, and
    /// `updated_at` the commit's time.
    Update(Box<ApiKey>),
    /// Keeps its last use, unless a later one is known or the key is gone; this is no revision.
    Use(ApiKeyId, LastUse),
    /// Removes it; what it minted is dead, since its fence is gone.
    Delete(ApiKeyId),
}
