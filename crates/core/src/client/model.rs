//! Clients: applications that users sign in to.

use crate::id::{ClientId, TenantId};
use crate::ticket::Purpose;
use crate::time::Timestamp;

/// Whether a client may authenticate.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ClientStatus {
    /// May authenticate.
    Active,
    /// May not; its sessions are dead.
    Disabled,
}

impl ClientStatus {
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

/// An application that users sign in to, with a secret of its own.
#[derive(Clone, Debug)]
pub struct Client {
    /// Its identifier, the `client_id` on the wire.
    pub id: ClientId,
    /// Its tenant.
    pub tenant: TenantId,
    /// Unique in the tenant, 1–100 characters.
    pub name: String,
    /// SHA-256 of the secret.
    pub secret_hash: [u8; 32],
    /// The last four characters of the secret, to tell secrets apart.
    pub secret_last_four: String,
    /// Which tickets it may redeem.
    pub purposes: Vec<Purpose>,
    /// Registered redirect URIs, byte for byte.
    pub redirect_uris: Vec<String>,
    /// Origins of the web pages that may read our answers in a browser, as browsers write them; at most 20.
    pub allowed_origins: Vec<String>,
    /// Whether it may tell of the user behind it when it redeems: their address, user agent and device.
    pub may_send_context: bool,
    /// Whether it may authenticate.
    pub status: ClientStatus,
    /// Incremented to end all that was decided on the former value.
    pub fence: u32,
    /// Incremented by every change.
    pub rev: u64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// What a commit may do to clients.
#[derive(Clone, Debug)]
pub enum Change {
    /// Inserts; the name may be [`Taken`](crate::commit::CommitError::Taken).
    Create(Box<Client>),
    /// Writes all members but `tenant` and `created_at`; `rev` is the new one, and `updated_at` the commit's time.
    Update(Box<Client>),
    /// Removes it; its tickets and sessions are dead, since their client's fence is gone.
    Delete(ClientId),
}
