//! `POST /auth/login/email-code`

use crate::api::public::tenant;
use crate::codes;
use crate::error::ApiError;
use crate::extract::{Json, Source, TenantHeader};
use crate::state::AppState;
use crate::wire::{LoginResponse, SecretText, SimpleResponse, Text};
use authms_core::signin::{self, EmailLogin};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `dto.LoginByEmailCodeRequest`. Captcha members are ignored.
#[derive(Deserialize, ToSchema, Debug)]
pub struct LoginByEmailCodeRequest {
    /// The code that was sent.
    code: SecretText<64>,
    /// The address that it was sent to.
    email: Text<320>,
    /// Not supported: accounts are made by administrators and invitations.
    register_if_new: Option<bool>,
    /// The tenant; the default one if absent.
    tenant_id: Option<Text<64>>,
}

/// `dto.LoginByCodeResponse`
#[derive(Serialize, ToSchema, Debug)]
pub struct LoginByCodeResponse {
    /// What every sign-in answers.
    #[serde(flatten)]
    login: LoginResponse,
    /// Always `false`.
    is_new_user: bool,
}

/// Signs in by a code that was mailed.
#[utoipa::path(
    post,
    path = "/auth/login/email-code",
    operation_id = "login_by_email_code",
    tag = "sign-in",
    params(("X-Tenant-ID" = Option<String>, Header, description = "The tenant, if the body names none.")),
    request_body = LoginByEmailCodeRequest,
    responses(
        (status = 200, description = "Signed in, or a second factor is asked for.", body = LoginByCodeResponse),
        (status = 400, description = "40001301: the code is wrong, too old, used up, or there is no such user. \
            40001305: register_if_new is not supported.", body = SimpleResponse),
        (status = 403, description = "`X-Tenant-ID` names another tenant, or none.", body = SimpleResponse),
    )
)]
pub async fn login_by_email_code(
    State(state): State<AppState>,
    source: Source,
    header: TenantHeader,
    Json(body): Json<LoginByEmailCodeRequest>,
) -> Result<Json<LoginByCodeResponse>, ApiError> {
    if body.register_if_new == Some(true) {
        return Err(codes::NO_REGISTRATION.into());
    }
    let tenant = tenant(body.tenant_id, header)?;
    let ask = EmailLogin { email: body.email.into_string(), code: body.code.into_secret(), tenant };
    let answer = signin::login_by_email_code(&state, &ask, &source).await?;
    Ok(Json(LoginByCodeResponse { login: LoginResponse::of(answer, &source), is_new_user: false }))
}
