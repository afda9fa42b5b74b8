//! `POST /auth/send-login-code`

use crate::error::ApiError;
use crate::extract::{Json, Source, TenantHeader};
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse, Text};
use authms_core::signin;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `dto.SendLoginCodeRequest`
#[derive(Deserialize, ToSchema, Debug)]
pub struct SendLoginCodeRequest {
    /// The address to send a code to.
    email: Option<Text<320>>,
    /// Not supported: nobody signs in by a text message alone.
    phone: Option<Text<64>>,
}

/// `dto.SendLoginCodeResponse`
#[derive(Serialize, ToSchema, Debug)]
pub struct SendLoginCodeResponse {
    /// `email`.
    channel: &'static str,
    /// How long a code would be good, in seconds.
    expires_in: i64,
    /// The address that was named, masked.
    target: String,
}

/// Sends a code to sign in with to an e-mail address, if it is somebody's; the answer is the same.
#[utoipa::path(
    post,
    path = "/auth/send-login-code",
    operation_id = "send_login_code",
    tag = "sign-in",
    params(("X-Tenant-ID" = Option<String>, Header, description = "The tenant; the default one if absent.")),
    request_body = SendLoginCodeRequest,
    responses(
        (status = 200, description = "Whether or not there is such a user.", body = Data<SendLoginCodeResponse>),
        (status = 403, description = "`X-Tenant-ID` names another tenant, or none.", body = SimpleResponse),
        (status = 501, description = "40001302: no transport for e-mails is configured.", body = SimpleResponse),
    )
)]
pub async fn send_login_code(
    State(state): State<AppState>,
    source: Source,
    header: TenantHeader,
    Json(body): Json<SendLoginCodeRequest>,
) -> Result<Json<Data<SendLoginCodeResponse>>, ApiError> {
    let email = match (body.email, body.phone) {
        (Some(email), _) => email,
        (None, Some(_)) => {
            return Err(ApiError::malformed("phone", "codes to sign in with go by email alone"));
        }
        (None, None) => return Err(ApiError::malformed("email", "is missing")),
    };
    let promised = signin::send_email_code(&state, &email, header.named()?, &source).await?;
    let response = SendLoginCodeResponse {
        channel: "email",
        expires_in: promised.good.as_seconds(),
        target: promised.target,
    };
    Ok(Json(Data::new(response, state.now())))
}
