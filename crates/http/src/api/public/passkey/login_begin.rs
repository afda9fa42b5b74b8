//! `POST /auth/webauthn/login/begin`

use super::authenticate_begin::PasskeyBeginRequest;
use crate::error::ApiError;
use crate::extract::{Json, OptionalJson, TenantHeader};
use crate::state::AppState;
use crate::wire::{CredentialRequest, Data, SimpleResponse};
use authms_core::signin;
use axum::extract::State;

/// The same as `POST /auth/webauthn/authenticate/begin`.
#[utoipa::path(
    post,
    path = "/auth/webauthn/login/begin",
    operation_id = "webauthn_login_begin",
    tag = "sign-in",
    params(("X-Tenant-ID" = Option<String>, Header, description = "The tenant, if the body names none.")),
    request_body = PasskeyBeginRequest,
    responses(
        (status = 200, description = "The options.", body = Data<CredentialRequest>),
        (status = 403, description = "`X-Tenant-ID` names another tenant, or none.", body = SimpleResponse),
    )
)]
pub async fn login_begin(
    State(state): State<AppState>,
    header: TenantHeader,
    OptionalJson(body): OptionalJson<PasskeyBeginRequest>,
) -> Result<Json<Data<CredentialRequest>>, ApiError> {
    let options = signin::begin_by_passkey(&state, body.ask(header)?).await?;
    Ok(Json(Data::new(options.into(), state.now())))
}
