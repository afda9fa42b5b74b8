//! `PUT /admin/oauth/clients/{client_id}`

use super::{ClientDetails, purposes, strings};
use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Path, Source};
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse, Text};
use authms_core::client::{self, ClientStatus, UpdateClient};
use authms_core::id::ClientId;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

/// `dto.UpdateClientRequest`; absent members stay.
#[derive(Deserialize, ToSchema, Debug)]
pub struct UpdateClientRequest {
    /// 1–100 characters, unique in the tenant.
    name: Option<Text<100>>,
    /// Which tickets it may redeem; taking one of them away ends its sessions and tickets at once.
    purposes: Option<Vec<Text<32>>>,
    /// Absolute URIs without fragment, at most 20.
    redirect_uris: Option<Vec<Text<2048>>>,
    /// Origins of the web pages that may call from a browser, such as `https://app.example.org`: as browsers write
    /// them, https or on localhost http, at most 20.
    allowed_origins: Option<Vec<Text<300>>>,
    /// Whether it may tell of the user behind it when it redeems, in `context`.
    may_send_context: Option<bool>,
    /// `active` or `disabled`; disabling ends its sessions and tickets at once.
    status: Option<Text<16>>,
}

/// Changes a client.
#[utoipa::path(
    put,
    path = "/admin/oauth/clients/{client_id}",
    operation_id = "update_client",
    tag = "clients",
    params(("client_id" = String, Path)),
    request_body = UpdateClientRequest,
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 200, description = "The client.", body = Data<ClientDetails>),
        (status = 404, description = "No such client in the caller's tenant.", body = SimpleResponse),
        (status = 409, description = "The name is taken.", body = SimpleResponse),
    )
)]
pub async fn update(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    source: Source,
    Path(id): Path<ClientId>,
    Json(body): Json<UpdateClientRequest>,
) -> Result<Json<Data<ClientDetails>>, ApiError> {
    let unknown = || ApiError::malformed("status", "must be active or disabled");
    let ask = UpdateClient {
        name: body.name.map(Text::into_string),
        purposes: body.purposes.map(purposes).transpose()?,
        redirect_uris: body.redirect_uris.map(strings),
        allowed_origins: body.allowed_origins.map(strings),
        may_send_context: body.may_send_context,
        status: body.status.map(|s| ClientStatus::parse(&s).ok_or_else(unknown)).transpose()?,
    };
    let client = client::update(&state, &caller, id, ask, &source).await?;
    Ok(Json(Data::new(client.into(), state.now())))
}
