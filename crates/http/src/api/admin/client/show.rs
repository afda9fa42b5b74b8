//! `GET /admin/oauth/clients/{client_id}`

use super::ClientDetails;
use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Path};
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse};
use authms_core::client;
use authms_core::id::ClientId;
use axum::extract::State;

/// One client of the caller's tenant.
#[utoipa::path(
    get,
    path = "/admin/oauth/clients/{client_id}",
    operation_id = "show_client",
    tag = "clients",
    params(("client_id" = String, Path)),
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 200, description = "The client.", body = Data<ClientDetails>),
        (status = 404, description = "No such client in the caller's tenant.", body = SimpleResponse),
    )
)]
pub async fn show(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Path(id): Path<ClientId>,
) -> Result<Json<Data<ClientDetails>>, ApiError> {
    let client = client::get(&state, &caller, id).await?;
    Ok(Json(Data::new(client.into(), state.now())))
}
