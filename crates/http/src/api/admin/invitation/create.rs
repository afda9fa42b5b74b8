//! `POST /admin/invitations`

use super::InvitationDetails;
use crate::api::admin::user::role;
use crate::codes;
use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Source};
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse, Text};
use authms_core::id::TenantId;
use authms_core::invitation::{self, Invite};
use authms_core::time::Span;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whom to invite.
#[derive(Deserialize, ToSchema, Debug)]
pub struct InviteRequest {
    /// The e-mail address that the account will have.
    email: Text<254>,
    /// `member`, the default, `support`, `admin` or `super_admin`.
    role: Option<Text<16>>,
    /// The tenant; the caller's, and no other.
    tenant_id: Option<Text<64>>,
    /// How long it may be accepted: 300–2,592,000, by default 604,800.
    ttl_seconds: Option<i64>,
}

/// An invitation with its code.
#[derive(Serialize, ToSchema, Debug)]
pub struct InvitedResponse {
    /// The code to accept it with, shown this once: hand it to whom you invite, over a channel that only they read.
    invitation_code: String,
    /// The invitation.
    invitation: InvitationDetails,
}

/// Invites somebody to the caller's tenant. Nothing is mailed: the caller delivers the code, with which
/// `POST /auth/register` makes the account. It dies when the inviter is disabled or changes role.
#[utoipa::path(
    post,
    path = "/admin/invitations",
    operation_id = "invite",
    tag = "invitations",
    request_body = InviteRequest,
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 201, description = "Invited.", body = Data<InvitedResponse>),
        (status = 409, description = "Somebody has this e-mail address.", body = SimpleResponse),
    )
)]
pub async fn create(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    source: Source,
    Json(body): Json<InviteRequest>,
) -> Result<(StatusCode, Json<Data<InvitedResponse>>), ApiError> {
    let tenant = body.tenant_id.map(|t| TenantId::parse(&t).ok_or(codes::TENANT_MISMATCH)).transpose()?;
    let ttl = body.ttl_seconds.map(|s| Span::millis(s.saturating_mul(1000)));
    let ask = Invite { tenant, email: body.email.into_string(), role: role(body.role)?, ttl };
    let invited = invitation::create(&state, &caller, ask, &source).await?;
    let now = state.now();
    let response = InvitedResponse {
        invitation_code: invited.code.expose().to_owned(),
        invitation: InvitationDetails::of(invited.invitation, now),
    };
    Ok((StatusCode::CREATED, Json(Data::new(response, now))))
}
