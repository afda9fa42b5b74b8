//! `GET /mfa/webauthn/credentials`

use super::WebAuthnCredentialItem;
use crate::error::ApiError;
use crate::extract::{Json, Me, Query};
use crate::state::AppState;
use crate::wire::{List, Paging};
use authms_core::passkey;
use axum::extract::State;

/// The caller's passkeys, oldest first.
#[utoipa::path(
    get,
    path = "/mfa/webauthn/credentials",
    operation_id = "list_passkeys",
    tag = "passkeys",
    params(Paging),
    security(("bearer" = [])),
    responses((status = 200, description = "A page of them.", body = List<WebAuthnCredentialItem>))
)]
pub async fn list(
    State(state): State<AppState>,
    Me(me): Me,
    Query(paging): Query<Paging>,
) -> Result<Json<List<WebAuthnCredentialItem>>, ApiError> {
    let page = passkey::list(&state, &me, paging.request()).await?;
    Ok(Json(List::new(page, WebAuthnCredentialItem::from, state.now())))
}
