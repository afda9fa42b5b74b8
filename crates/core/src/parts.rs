//! What a use case is given: a plain struct of parts instead of global state.

use crate::audit;
use crate::key::Uses;
use crate::limits::Quotas;
use crate::message;
use crate::ports::{Agents, Clock, Mailer, Messenger, Passwords, Places, Poster, Rng, Store};
use crate::session::ByAssurance;
use crate::signing_key::Keys;
use crate::ticket::{Velocity, VelocityPolicy};
use crate::time::{Span, Timestamp};
use authms_crypto::webauthn::RelyingParty;
use authms_crypto::{MasterKey, Secret, SigningKey};
use std::sync::Arc;

/// Everything that the use cases work with.
#[derive(Clone)]
pub struct Parts {
    /// Where everything is kept.
    pub store: Arc<dyn Store>,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub rng: Arc<dyn Rng>,
    /// Slow hashing.
    pub passwords: Arc<dyn Passwords>,
    /// Who sends e-mails, if anybody does.
    pub mailer: Option<Arc<dyn Mailer>>,
    /// Who sends text messages, if anybody does.
    pub messenger: Option<Arc<dyn Messenger>>,
    /// Who posts to webhooks, if anybody does.
    pub poster: Option<Arc<dyn Poster>>,
    /// Where addresses are.
    pub places: Arc<dyn Places>,
    /// What devices call themselves.
    pub agents: Arc<dyn Agents>,
    /// The keys that sign and verify.
    pub keys: Arc<Keys>,
    /// Keys derived from the master key.
    pub secrets: Arc<Secrets>,
    /// What API keys are used for, until it is written down.
    pub key_uses: Arc<Uses>,
    /// How fast tickets are usually minted.
    pub velocity: Arc<Velocity>,
    /// What the operator decided.
    pub policy: Arc<Policy>,
}

impl Parts {
    /// Now.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

/// Keys derived from the master key, one for each use.
#[derive(Debug)]
pub struct Secrets {
    /// Authenticates refresh tokens, so that only what we issued can ever count as reused.
    pub refresh_mac: Secret<32>,
    /// Authenticates page tokens, so that none is taken to another list.
    pub page_mac: Secret<32>,
    /// Seals what factors share with us.
    pub factors: Secret<32>,
    /// Seals messages on their way.
    pub message_seal: Secret<32>,
    /// Seals what webhooks' receivers share with us.
    pub webhook_seal: Secret<32>,
    /// Authenticates one-time codes, of which nothing else is kept.
    pub code_mac: Secret<32>,
    /// What credentials are made up from that nobody has.
    pub decoys: Secret<32>,
    /// Signs the heads of the audit log.
    pub audit_key: SigningKey,
}

impl Secrets {
    /// Derives them.
    pub fn derive(master: &MasterKey) -> Self {
        Self {
            refresh_mac: master.derive("refresh token mac"),
            page_mac: master.derive("page token mac"),
            factors: master.derive("factor secrets"),
            message_seal: master.derive("message seal"),
            webhook_seal: master.derive("webhook secrets"),
            code_mac: master.derive("one-time code mac"),
            decoys: master.derive("passkey decoys"),
            audit_key: audit::log::head_key(master),
        }
    }
}

/// What the operator decided, for all tenants.
#[derive(Clone, Debug)]
pub struct Policy {
    /// `iss` of every token: an absolute URL without a slash at its end.
    pub issuer: String,
    /// `aud` of every token: our own endpoints.
    pub audience: String,
    /// How long an access token lives.
    pub access_ttl: Span,
    /// How long a session lives at the most.
    pub session_ttl: ByAssurance,
    /// How long a session lives without a refresh.
    pub session_idle: ByAssurance,
    /// How far clocks may be apart, in seconds.
    pub leeway: u64,
    /// How long a ticket lives if the minter does not say.
    pub ticket_ttl: Span,
    /// The same for `on_behalf`.
    pub on_behalf_ttl: Span,
    /// How many failed bindings kill a ticket.
    pub ticket_attempts: u8,
    /// When minting is unusually fast.
    pub velocity: VelocityPolicy,
    /// How long a redemption is answered again.
    pub replay_window: Span,
    /// How long clients may cache the key set.
    pub jwks_max_age: Span,
    /// How long a key signs before the next one does; `None`: until somebody rotates.
    pub rotate_keys_after: Option<Span>,
    /// How long rows of the audit log are kept.
    pub audit_kept: audit::Bounds,
    /// For how long a webhook may fail before it is disabled.
    pub webhook_patience: Span,
    /// The fewest characters of a password.
    pub password_min_length: usize,
    /// What is sent to users.
    pub messages: message::Policy,
    /// Digits of a one-time code, 6–10.
    pub code_digits: u8,
    /// Whether recovery codes have 8 characters, kept under Argon2id, instead of 16.
    pub short_recovery_codes: bool,
    /// Whom passkeys are made for, and where they may be used.
    pub relying_party: RelyingParty,
    /// Whether a passkey that signs in by itself must have verified its user, by a PIN or a biometric.
    pub passkey_user_verification: bool,
    /// Traffic limits.
    pub quotas: Quotas,
}
