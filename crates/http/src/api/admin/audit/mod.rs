//! The audit log of the caller's tenant: what happened, and what shows that nobody edited it.

pub mod chain;
pub mod check;
pub(super) mod flow;
pub mod list;
pub mod proof;
pub mod proofs;
pub mod root;
pub mod show;
pub mod stats;
pub mod stream;
pub mod verifications;
pub mod verify;

use crate::error::ApiError;
use authms_core::audit::log::{Inclusion, Tree};
use authms_core::audit::{Shown, is_refusal, kind_of};
use authms_core::id::TenantId;
use authms_core::time::{Day, Timestamp};
use authms_crypto::merkle;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// `dto.AuditLogResponse`
#[derive(Serialize, ToSchema, Debug)]
pub struct AuditLog {
    /// What happened: the event's stable name.
    action: String,
    /// The client that it was at.
    #[serde(skip_serializing_if = "Option::is_none")]
    app_id: Option<String>,
    /// The event.
    id: String,
    /// The address that it came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    ip: Option<String>,
    /// `info`, or `alert` for what somebody should look at.
    level: String,
    /// For people: the event's name.
    message: String,
    /// The whole event, as it is sealed.
    #[schema(value_type = Object)]
    metadata: Value,
    /// What it is about: the event's name up to its dot.
    module: String,
    /// Who did it: a user, an API key or `console`.
    #[serde(skip_serializing_if = "Option::is_none")]
    operator_id: Option<String>,
    /// `user`, `api_key`, `console` or `anonymous`.
    operator_type: &'static str,
    /// The request that it happened under.
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    /// Its leaf in the tenant's tree, counted from 0; absent for the two seconds until it is sealed.
    #[serde(skip_serializing_if = "Option::is_none")]
    sequence: Option<u64>,
    /// 0: it was done; 1: it was refused, or failed.
    status: u8,
    /// Whom or what it concerns.
    #[serde(skip_serializing_if = "Option::is_none")]
    target_id: Option<String>,
    /// `user`, `ticket`, `session`, `client` or `api_key`.
    #[serde(skip_serializing_if = "Option::is_none")]
    target_type: Option<&'static str>,
    /// The tenant.
    tenant_id: String,
    /// When, in seconds since 1970.
    timestamp: i64,
    /// The `User-Agent` that it came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    user_agent: Option<String>,
}

/// What events about things name them by, and what those things are called here.
const TARGETS: [(&str, &str); 5] = [
    ("subject", "user"),
    ("ticket", "ticket"),
    ("session", "session"),
    ("client", "client"),
    ("key", "api_key"),
];

impl AuditLog {
    /// An event as it is shown.
    pub(in crate::api::admin) fn of(shown: Shown, tenant: TenantId) -> Self {
        let Shown { id, name, body, index } = shown;
        // Bodies are JSON by their making; one that is not shows nothing, and does not verify.
        let body: Value = serde_json::from_slice(&body).unwrap_or_default();
        let text = |member: &str| body.get(member).and_then(Value::as_str).map(str::to_owned);
        let actor = text("actor");
        let operator_type = match actor.as_deref() {
            Some("console") => "console",
            Some(key) if key.starts_with("key_") => "api_key",
            Some(_) => "user",
            None => "anonymous",
        };
        let target = TARGETS.into_iter().find_map(|(member, what)| Some((text(member)?, what)));
        let (target_id, target_type) = target.unzip();
        Self {
            app_id: text("client"),
            id: id.to_string(),
            ip: text("ip"),
            level: text("level").unwrap_or_else(|| "info".to_owned()),
            message: name.clone(),
            module: kind_of(&name).to_owned(),
            operator_id: actor,
            operator_type,
            request_id: text("request_id"),
            sequence: index,
            status: u8::from(is_refusal(&name)),
            target_id,
            target_type,
            tenant_id: tenant.to_string(),
            timestamp: id.made_at().as_seconds(),
            user_agent: text("user_agent"),
            action: name,
            metadata: body,
        }
    }
}

/// `dto.MerkleProofResponse`
#[derive(Serialize, ToSchema, Debug)]
pub struct MerkleProof {
    /// The event.
    entry_id: String,
    /// How many leaves the tree has.
    leaf_count: u64,
    /// The leaf's hash in hexadecimal digits: SHA-256 of a zero byte and the SHA-256 of salt and event.
    leaf_hash: String,
    /// The leaf, counted from 0.
    leaf_index: u64,
    /// The path to the root, from below (RFC 9162 §2.1.3), in hexadecimal digits.
    proof: Vec<String>,
    /// The root, in hexadecimal digits.
    root_hash: String,
    /// The head that the root stands in, signed.
    head: String,
    /// The tenant.
    tenant_id: String,
}

impl MerkleProof {
    pub(super) fn of(entry_id: String, shown: &Inclusion, tree: &Tree) -> Self {
        Self {
            entry_id,
            leaf_count: shown.size,
            leaf_hash: merkle::to_hex(&shown.leaf),
            leaf_index: shown.index,
            proof: shown.path.iter().map(merkle::to_hex).collect(),
            root_hash: merkle::to_hex(&shown.root),
            head: tree.head.clone(),
            tenant_id: tree.log.to_string(),
        }
    }
}

/// A day as the first or last of a range.
fn day(member: &'static str, text: &str) -> Result<Day, ApiError> {
    text.parse().map_err(|_| ApiError::malformed(member, "must be a date, such as 2026-01-31"))
}

/// From the first of these days on, up to the end of the last.
pub(super) fn days(
    first: Option<&str>,
    last: Option<&str>,
) -> Result<(Option<Timestamp>, Option<Timestamp>), ApiError> {
    let first = first.map(|text| day("start_date", text)).transpose()?;
    let last = last.map(|text| day("end_date", text)).transpose()?;
    Ok((first.map(Day::start), last.map(|day| day.next().start())))
}
