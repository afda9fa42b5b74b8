//! `POST /admin/oauth/clients/{client_id}/rotate-secret`

use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Path, Source};
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse, Time};
use authms_core::client;
use authms_core::id::ClientId;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

/// `dto.RotateSecretResponse`
#[derive(Serialize, ToSchema, Debug)]
pub struct RotatedSecret {
    /// The client.
    client_id: String,
    /// Its new secret; shown this once.
    new_secret: String,
    /// When it began to count.
    rotated_at: Time,
}

/// Gives a client a new secret; the former stops working at once.
#[utoipa::path(
    post,
    path = "/admin/oauth/clients/{client_id}/rotate-secret",
    operation_id = "rotate_client_secret",
    tag = "clients",
    params(("client_id" = String, Path)),
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 200, description = "Rotated.", body = Data<RotatedSecret>),
        (status = 404, description = "No such client in the caller's tenant.", body = SimpleResponse),
    )
)]
pub async fn rotate_secret(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    source: Source,
    Path(id): Path<ClientId>,
) -> Result<Json<Data<RotatedSecret>>, ApiError> {
    let created = client::rotate_secret(&state, &caller, id, &source).await?;
    let now = state.now();
    let answer = RotatedSecret {
        client_id: created.client.id.to_string(),
        new_secret: created.secret.expose().to_owned(),
        rotated_at: now.into(),
    };
    Ok(Json(Data::new(answer, now)))
}
