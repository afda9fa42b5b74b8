//! `POST /auth/webauthn/authenticate/begin`

use crate::api::public::tenant;
use crate::error::ApiError;
use crate::extract::{Json, OptionalJson, TenantHeader};
use crate::state::AppState;
use crate::wire::{CredentialRequest, Data, SimpleResponse, Text};
use authms_core::signin::{self, BeginPasskeySignIn};
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

/// `dto.PasskeyAuthBeginRequest`. `mediation` is the page's to pass to the browser.
#[derive(Deserialize, ToSchema, Default, Debug)]
pub struct PasskeyBeginRequest {
    /// E-mail address, user name or phone number.
    email: Option<Text<320>>,
    /// The tenant; the default one if absent.
    tenant_id: Option<Text<64>>,
}

impl PasskeyBeginRequest {
    /// What is asked, in the tenant that body or header name.
    ///
    /// # Errors
    /// If they name none, or two.
    pub fn ask(self, header: TenantHeader) -> Result<BeginPasskeySignIn, ApiError> {
        let identity = self.email.filter(|name| !name.is_empty()).map(Text::into_string);
        Ok(BeginPasskeySignIn { identity, tenant: tenant(self.tenant_id, header)? })
    }
}

/// Begins to sign in by a passkey. The options are for `navigator.credentials.get()`; what that brings back goes to
/// `/auth/webauthn/authenticate/complete` within five minutes. Without a name the authenticator finds a passkey by itself.
/// With one, credentials are listed whether or not the user exists or has any.
#[utoipa::path(
    post,
    path = "/auth/webauthn/authenticate/begin",
    operation_id = "webauthn_authenticate_begin",
    tag = "sign-in",
    params(("X-Tenant-ID" = Option<String>, Header, description = "The tenant, if the body names none.")),
    request_body = PasskeyBeginRequest,
    responses(
        (status = 200, description = "The options.", body = Data<CredentialRequest>),
        (status = 403, description = "`X-Tenant-ID` names another tenant, or none.", body = SimpleResponse),
    )
)]
pub async fn authenticate_begin(
    State(state): State<AppState>,
    header: TenantHeader,
    OptionalJson(body): OptionalJson<PasskeyBeginRequest>,
) -> Result<Json<Data<CredentialRequest>>, ApiError> {
    let options = signin::begin_by_passkey(&state, body.ask(header)?).await?;
    Ok(Json(Data::new(options.into(), state.now())))
}
