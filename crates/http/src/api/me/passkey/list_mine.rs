//! `GET /auth/me/webauthn-credentials`

use super::WebAuthnCredentialItem;
use crate::error::ApiError;
use crate::extract::{Json, Me};
use crate::state::AppState;
use crate::wire::Data;
use authms_core::page::PageRequest;
use authms_core::passkey;
use axum::extract::State;

/// All of the caller's passkeys, oldest first.
#[utoipa::path(
    get,
    path = "/auth/me/webauthn-credentials",
    operation_id = "my_webauthn_credentials",
    tag = "passkeys",
    security(("bearer" = [])),
    responses((status = 200, description = "They are few.", body = Data<Vec<WebAuthnCredentialItem>>))
)]
pub async fn list_mine(
    State(state): State<AppState>,
    Me(me): Me,
) -> Result<Json<Data<Vec<WebAuthnCredentialItem>>>, ApiError> {
    let page = passkey::list(&state, &me, PageRequest::new(None, Some(100))).await?;
    let items = page.items.into_iter().map(Into::into).collect();
    Ok(Json(Data::new(items, state.now())))
}
