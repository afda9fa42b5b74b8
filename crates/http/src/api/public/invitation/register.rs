//! `POST /auth/register`

use crate::error::ApiError;
use crate::extract::{Json, Source, TenantHeader};
use crate::state::AppState;
use crate::wire::{SecretText, SimpleResponse, Text, demand_plain};
use authms_core::id::TenantId;
use authms_core::invitation::{self, Accept};
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `dto.RegisterRequest`; nobody registers uninvited.
#[derive(Deserialize, ToSchema, Debug)]
pub struct RegisterRequest {
    /// If present, must be the invitation's.
    email: Option<Text<254>>,
    /// The invitation's code, `ivc_…`.
    invitation_code: SecretText<256>,
    /// Name to show.
    nickname: Option<Text<64>>,
    /// The password, which nobody else will ever know.
    password: SecretText<1024>,
    /// `plain`, the default; anything else is not supported: use TLS.
    password_transmission: Option<Text<32>>,
    /// If present, must be the invitation's.
    tenant_id: Option<Text<64>>,
    /// User name, to sign in under besides the e-mail address.
    username: Option<Text<64>>,
}

/// `dto.RegisterResponse`
#[derive(Serialize, ToSchema, Debug)]
pub struct RegisterResponse {
    /// `active`.
    membership_status: &'static str,
    /// For people; may change.
    message: &'static str,
    /// `active`.
    status: &'static str,
    /// The new account.
    user_id: String,
}

/// Accepts an invitation: makes the account, once. A name or password that is refused does not use it up.
#[utoipa::path(
    post,
    path = "/auth/register",
    operation_id = "register",
    tag = "invitations",
    params(("X-Tenant-ID" = Option<String>, Header, description = "If present, must be the invitation's tenant.")),
    request_body = RegisterRequest,
    responses(
        (status = 201, description = "Registered.", body = RegisterResponse),
        (status = 400, description = "40001001: the invitation is invalid or has expired, one answer for all reasons. \
            40000501: the password does not meet the policy.", body = SimpleResponse),
        (status = 409, description = "The user name is taken.", body = SimpleResponse),
    )
)]
pub async fn register(
    State(state): State<AppState>,
    source: Source,
    header: TenantHeader,
    Json(body): Json<RegisterRequest>,
) -> Result<(StatusCode, Json<RegisterResponse>), ApiError> {
    demand_plain(body.password_transmission.as_deref())?;
    let header = header.0.map(|named| named.map_err(|_| ()));
    let named = body.tenant_id.filter(|t| !t.is_empty()).map(|t| TenantId::parse(&t).ok_or(()));
    let ask = Accept {
        code: body.invitation_code.into_secret(),
        tenant: match (header, named) {
            (Some(header), Some(named)) if header != named => Some(Err(())),
            (header, named) => named.or(header),
        },
        email: body.email.map(Text::into_string),
        username: body.username.map(Text::into_string),
        nickname: body.nickname.map(Text::into_string),
        password: body.password.into_secret(),
    };
    let user = invitation::accept(&state, &ask, &source).await?;
    let response = RegisterResponse {
        membership_status: "active",
        message: "registration successful",
        status: user.status.as_str(),
        user_id: user.id.to_string(),
    };
    Ok((StatusCode::CREATED, Json(response)))
}
