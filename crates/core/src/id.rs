//! Typed, time-ordered identifiers.

use crate::ports::Rng;
use crate::time::Timestamp;
use authms_crypto::base62;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;

/// What an identifier names; gives its text form a prefix, so that one kind is never taken for another.
pub trait Kind {
    /// Goes before the 22 base62 characters, underscore included.
    const PREFIX: &'static str;
}

/// 16 bytes in UUIDv7 layout (RFC 9562 §5.7): ordered by creation time, so that indexes grow at their end.
pub struct Id<K> {
    bytes: [u8; 16],
    kind: PhantomData<fn() -> K>,
}

impl<K: Kind> Id<K> {
    /// A new identifier: 48 bits of `now`, 74 random bits.
    pub fn generate(now: Timestamp, rng: &dyn Rng) -> Self {
        let mut random = [0; 10];
        rng.fill(&mut random);
        let millis = u64::try_from(now.as_millis()).unwrap_or(0);
        Self::from_bytes(*uuid::Builder::from_unix_timestamp_millis(millis, &random).as_uuid().as_bytes())
    }

    /// The one before all that are made at this time or later.
    pub fn first_at(time: Timestamp) -> Self {
        let millis = u64::try_from(time.as_millis()).unwrap_or(0);
        let mut bytes = [0; 16];
        bytes[..6].copy_from_slice(&millis.to_be_bytes()[2..]);
        Self::from_bytes(bytes)
    }

    /// When it was made, to the millisecond.
    pub fn made_at(&self) -> Timestamp {
        let mut millis = [0; 8];
        millis[2..].copy_from_slice(&self.bytes[..6]);
        Timestamp::from_millis(i64::from_be_bytes(millis))
    }

    /// Parses the text form; `None` for another kind's prefix, a wrong length or alphabet.
    pub fn parse(text: &str) -> Option<Self> {
        base62::decode16(text.strip_prefix(K::PREFIX)?).map(Self::from_bytes)
    }
}

impl<K> Id<K> {
    /// Wraps stored bytes.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self { bytes, kind: PhantomData }
    }

    /// The 16 bytes that storage keeps.
    pub const fn bytes(&self) -> &[u8; 16] {
        &self.bytes
    }
}

impl<K: Kind> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", K::PREFIX, base62::encode16(&self.bytes))
    }
}

impl<K: Kind> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

// Derives would demand the same traits of `K`, which is only a name.
impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K> Copy for Id<K> {}
impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}
impl<K> Eq for Id<K> {}
impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.bytes.cmp(&other.bytes)
    }
}
impl<K> Hash for Id<K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.bytes.hash(state);
    }
}

/// Names a tenant.
pub enum TenantKind {}
impl Kind for TenantKind {
    const PREFIX: &'static str = "tnt_";
}
/// Names a user.
pub enum UserKind {}
impl Kind for UserKind {
    const PREFIX: &'static str = "usr_";
}
/// Names a client.
pub enum ClientKind {}
impl Kind for ClientKind {
    const PREFIX: &'static str = "cli_";
}
/// Names an API key.
pub enum ApiKeyKind {}
impl Kind for ApiKeyKind {
    const PREFIX: &'static str = "key_";
}
/// Names a challenge; its bytes are those of the session that it leads to.
pub enum ChallengeKind {}
impl Kind for ChallengeKind {
    const PREFIX: &'static str = "chl_";
}
/// Names a factor of a user.
pub enum FactorIdKind {}
impl Kind for FactorIdKind {
    const PREFIX: &'static str = "fct_";
}
/// Names a device without being its secret.
pub enum DeviceKind {}
impl Kind for DeviceKind {
    const PREFIX: &'static str = "dev_";
}
/// Names a network that an API key may be used from.
pub enum RestrictionKind {}
impl Kind for RestrictionKind {
    const PREFIX: &'static str = "ipr_";
}
/// Names a ticket without being one: it carries no secret.
pub enum TicketKind {}
impl Kind for TicketKind {
    const PREFIX: &'static str = "tid_";
}
/// Names a session.
pub enum SessionKind {}
impl Kind for SessionKind {
    const PREFIX: &'static str = "ses_";
}
/// Names an invitation without being one: it carries no secret.
pub enum InvitationKind {}
impl Kind for InvitationKind {
    const PREFIX: &'static str = "inv_";
}
/// Names a request to act on somebody's behalf.
pub enum ActRequestKind {}
impl Kind for ActRequestKind {
    const PREFIX: &'static str = "obr_";
}
/// Names a message on its way.
pub enum MessageKind {}
impl Kind for MessageKind {
    const PREFIX: &'static str = "msg_";
}
/// Names a one-time code without being one.
pub enum CodeKind {}
impl Kind for CodeKind {
    const PREFIX: &'static str = "otc_";
}
/// Names an issued JWT (`jti`).
pub enum TokenKind {}
impl Kind for TokenKind {
    const PREFIX: &'static str = "jti_";
}
/// Names an export of the audit log.
pub enum ExportKind {}
impl Kind for ExportKind {
    const PREFIX: &'static str = "exp_";
}
/// Names a webhook.
pub enum WebhookKind {}
impl Kind for WebhookKind {
    const PREFIX: &'static str = "whk_";
}
/// Names an audit event.
pub enum EventKind {}
impl Kind for EventKind {
    const PREFIX: &'static str = "evt_";
}

/// A tenant's identifier, `tnt_…`.
pub type TenantId = Id<TenantKind>;
/// A user's identifier, `usr_…`.
pub type UserId = Id<UserKind>;
/// A client's identifier, `cli_…`.
pub type ClientId = Id<ClientKind>;
/// An API key's identifier, `key_…`.
pub type ApiKeyId = Id<ApiKeyKind>;
/// A challenge's identifier, `chl_…`.
pub type ChallengeId = Id<ChallengeKind>;
/// A factor's identifier, `fct_…`.
pub type FactorId = Id<FactorIdKind>;
/// A device's identifier, `dev_…`.
pub type DeviceId = Id<DeviceKind>;
/// The identifier of an API key's network, `ipr_…`.
pub type RestrictionId = Id<RestrictionKind>;
/// A ticket's identifier, `tid_…`.
pub type TicketId = Id<TicketKind>;
/// A session's identifier, `ses_…`.
pub type SessionId = Id<SessionKind>;
/// An invitation's identifier, `inv_…`.
pub type InvitationId = Id<InvitationKind>;
/// The identifier of a request to act, `obr_…`.
pub type ActRequestId = Id<ActRequestKind>;
/// A message's identifier, `msg_…`.
pub type MessageId = Id<MessageKind>;
/// A one-time code's identifier, `otc_…`.
pub type CodeId = Id<CodeKind>;
/// A JWT's identifier, `jti_…`.
pub type TokenId = Id<TokenKind>;
/// The identifier of an export of the audit log, `exp_…`.
pub type ExportId = Id<ExportKind>;
/// A webhook's identifier, `whk_…`.
pub type WebhookId = Id<WebhookKind>;
/// An audit event's identifier, `evt_…`.
pub type EventId = Id<EventKind>;
