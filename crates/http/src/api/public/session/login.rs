//! `POST /auth/login`

use crate::api::public::tenant;
use crate::error::ApiError;
use crate::extract::{Json, Source, TenantHeader};
use crate::state::AppState;
use crate::wire::{LoginResponse, SecretText, SimpleResponse, Text, demand_plain};
use authms_core::signin::{self, Login};
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

/// `dto.LoginRequest`. Captcha and key-exchange members are ignored.
#[derive(Deserialize, ToSchema, Debug)]
pub struct LoginRequest {
    /// User name, e-mail address or phone number.
    identity: Text<320>,
    /// The password.
    password: SecretText<1024>,
    /// `plain`, the default; anything else is not supported: use TLS.
    password_transmission: Option<Text<32>>,
    /// The tenant; the default one if absent.
    tenant_id: Option<Text<64>>,
}

/// Signs in by password.
#[utoipa::path(
    post,
    path = "/auth/login",
    operation_id = "login",
    tag = "sign-in",
    params(("X-Tenant-ID" = Option<String>, Header, description = "The tenant, if the body names none.")),
    request_body = LoginRequest,
    responses(
        (status = 200, description = "Signed in, or a second factor is asked for.", body = LoginResponse),
        (status = 401, description = "Wrong name or password, whether or not the user exists.",
            body = SimpleResponse),
        (status = 403, description = "The password is right, and the sign-in too risky: `40001221`.",
            body = SimpleResponse),
    )
)]
pub async fn login(
    State(state): State<AppState>,
    source: Source,
    header: TenantHeader,
    Json(body): Json<LoginRequest>,
) -> Result<Json<LoginResponse>, ApiError> {
    demand_plain(body.password_transmission.as_deref())?;
    let tenant = tenant(body.tenant_id, header)?;
    let ask = Login { identity: body.identity.into_string(), password: body.password.into_secret(), tenant };
    let answer = signin::login(&state, ask, &source).await?;
    Ok(Json(LoginResponse::of(answer, &source)))
}
