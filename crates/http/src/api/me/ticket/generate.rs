//! `POST /auth/generate-ticket`

use crate::api::admin::impersonation::act_request;
use crate::codes;
use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Source, step_up_token};
use crate::state::AppState;
use crate::wire::{SecretText, SimpleResponse, Text};
use authms_core::id::{ClientId, TenantId, UserId};
use authms_core::on_behalf::Terms;
use authms_core::ticket::{self, Bindings, Context, Existing, Mint, Purpose, Subject};
use authms_core::time::Timestamp;
use axum::extract::State;
use axum::http::HeaderMap;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `dto.GenerateTicketInput`, and what else a ticket may be bound to.
#[derive(Deserialize, ToSchema, Debug)]
pub struct GenerateTicketInput {
    /// The request that was cleared for an act on somebody's behalf, where the tenant wants it; reason and all else are as
    /// there.
    act_request: Option<Text<64>>,
    /// Whether nobody is to be asked, in an emergency, where the tenant lets one: neither an administrator nor the user. Those who
    /// administer users are told at once.
    break_glass: Option<bool>,
    /// Whom the ticket signs in: this, or `external_id`.
    user_id: Option<Text<64>>,
    /// What another system calls them; an API key with the scope `user:write` so creates whom nobody knows.
    external_id: Option<Text<255>>,
    /// The tenant; the caller's, and no other.
    tenant_id: Option<Text<64>>,
    /// Lifetime, 10–600 seconds; 300 by default, 60 on somebody's behalf.
    #[schema(minimum = 10, maximum = 600)]
    ttl_seconds: Option<i64>,
    /// The only client that may redeem it.
    client_id: Option<Text<64>>,
    /// S256 challenge (RFC 7636 §4.2); the redeemer must send its `verifier`.
    proof: Option<Text<64>>,
    /// The address or network, as 192.0.2.0/24, that it must be redeemed from.
    ip: Option<Text<64>>,
    /// The redirect URI that the redeemer must repeat; one of the client's, byte for byte.
    redirect_uri: Option<Text<2048>>,
    /// What the redeemer must repeat: 1–512 visible ASCII characters, of which authms keeps the SHA-256.
    context: Option<SecretText<512>>,
    /// `sso` or `on_behalf`; follows from who mints for whom.
    purpose: Option<Text<32>>,
    /// Why, on somebody's behalf: required there, told to the user. At most 500 characters.
    reason: Option<Text<500>>,
    /// What an act on somebody's behalf is filed under elsewhere, such as a case number; the tenant may require it.
    reference: Option<Text<100>>,
    /// On somebody's behalf: whether anything is to be changed, not only looked at; needs a rule of the tenant's policy.
    write: Option<bool>,
    /// When the user authenticated, in seconds since 1970; needs the scope `ticket:vouch`.
    subject_auth_time: Option<i64>,
    /// How the user authenticated (RFC 8176); needs the scope `ticket:vouch`.
    subject_amr: Option<Vec<Text<32>>>,
    /// What becomes of the tickets that the user has for the same client and purpose: `keep`, the default; `replace`
    /// revokes those that the caller minted; `max:n`, n from 1 to 100, mints only if there are fewer.
    existing: Option<Text<16>>,
    /// Makes the request safe to repeat for 24 hours: 1–255 visible ASCII characters.
    idempotency_key: Option<Text<255>>,
}

/// `dto.GenerateTicketResponse`
#[derive(Serialize, ToSchema, Debug)]
pub struct GenerateTicketResponse {
    /// Seconds until it expires.
    #[schema(example = 300)]
    expires_in: i64,
    /// The ticket; shown this once.
    ticket: String,
    /// What names the ticket in the audit log, without being it.
    id: String,
    /// `sso` or `on_behalf`.
    purpose: &'static str,
}

/// Mints a one-time ticket for a user.
///
/// A system needs the scope `ticket:mint` and mints for users up to its rank. A person mints for themself; for anybody
/// else the ticket acts on their behalf.
#[utoipa::path(
    post,
    path = "/auth/generate-ticket",
    operation_id = "generate_ticket",
    tag = "tickets",
    params(("X-Step-Up-Token" = Option<String>, Header, description = "On somebody's behalf, unless the caller proved a \
        second factor at a sign-in within 15 minutes: of `/mfa/step-up`.")),
    request_body = GenerateTicketInput,
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 200, description = "Minted.", body = GenerateTicketResponse),
        (status = 404, description = "No such user or client in the caller's tenant.", body = SimpleResponse),
        (status = 409, description = "The idempotency key was used, `ticket_id` names its ticket; or the user has as \
            many tickets as `existing` allows.", body = SimpleResponse),
    )
)]
pub async fn generate(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    source: Source,
    headers: HeaderMap,
    Json(body): Json<GenerateTicketInput>,
) -> Result<Json<GenerateTicketResponse>, ApiError> {
    let ask = Mint { step_up: step_up_token(&headers)?, ..read(body)? };
    let minted = ticket::mint(&state, &caller, ask, &source).await?;
    Ok(Json(GenerateTicketResponse {
        expires_in: minted.expires_in.as_seconds(),
        ticket: minted.ticket.expose().to_owned(),
        id: minted.id.to_string(),
        purpose: minted.purpose.as_str(),
    }))
}

/// What can be nobody's identifier is answered as what is nobody's.
pub(super) fn read(body: GenerateTicketInput) -> Result<Mint, ApiError> {
    let user = match (body.user_id, body.external_id) {
        (Some(id), None) => Subject::User(UserId::parse(&id).ok_or(codes::USER_NOT_FOUND)?),
        (None, Some(id)) => Subject::external(&id)?,
        (None, None) => return Err(ApiError::malformed("user_id", "missing")),
        (Some(_), Some(_)) => {
            return Err(ApiError::malformed("external_id", "must not stand beside user_id"));
        }
    };
    let tenant = body.tenant_id.map(|t| TenantId::parse(&t).ok_or(codes::TENANT_MISMATCH)).transpose()?;
    let client = body.client_id.map(|c| ClientId::parse(&c).ok_or(codes::CLIENT_NOT_FOUND)).transpose()?;
    let purpose = body.purpose.map(|p| Purpose::parse(&p).ok_or(codes::TICKET_PURPOSE)).transpose()?;
    let unknown = || ApiError::malformed("existing", "must be keep, replace or max:n with n from 1 to 100");
    let existing = body.existing.map(|e| Existing::parse(&e).ok_or_else(unknown)).transpose()?;
    let seconds = |s: i64| Timestamp::from_millis(s.saturating_mul(1000));
    Ok(Mint {
        user,
        tenant,
        ttl_seconds: body.ttl_seconds,
        client,
        proof: body.proof.map(Text::into_string),
        bindings: Bindings {
            ip: body.ip.map(Text::into_string),
            redirect_uri: body.redirect_uri.map(Text::into_string),
            context: body.context.map(|c| Context::new(c.into_secret())),
        },
        purpose,
        reason: body.reason.map(Text::into_string),
        terms: Terms {
            writes: body.write.unwrap_or_default(),
            reference: body.reference.map(Text::into_string),
            broke_glass: body.break_glass.unwrap_or_default(),
            ..Terms::default()
        },
        act_request: act_request(body.act_request)?,
        step_up: None,
        subject_auth_time: body.subject_auth_time.map(seconds),
        subject_amr: body.subject_amr.into_iter().flatten().map(Text::into_string).collect(),
        existing: existing.unwrap_or_default(),
        idempotency_key: body.idempotency_key.map(Text::into_string),
    })
}
