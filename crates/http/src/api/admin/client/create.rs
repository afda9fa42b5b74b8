//! `POST /admin/oauth/clients`

use super::{ClientDetails, purposes, strings};
use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Source};
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse, Text};
use authms_core::client::{self, CreateClient};
use authms_core::ticket::Purpose;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `dto.CreateClientRequest`, and which tickets the client may redeem.
#[derive(Deserialize, ToSchema, Debug)]
pub struct CreateClientRequest {
    /// 1–100 characters, unique in the tenant.
    name: Text<100>,
    /// `sso`, the default, and `on_behalf`.
    purposes: Option<Vec<Text<32>>>,
    /// Absolute URIs without fragment, at most 20.
    redirect_uris: Option<Vec<Text<2048>>>,
    /// Origins of the web pages that may call from a browser, such as `https://app.example.org`: as browsers write
    /// them, https or on localhost http, at most 20.
    allowed_origins: Option<Vec<Text<300>>>,
    /// Whether it may tell of the user behind it when it redeems, in `context`; `false` if absent.
    may_send_context: Option<bool>,
}

/// `dto.CreateClientResponse`
#[derive(Serialize, ToSchema, Debug)]
pub struct CreatedClient {
    /// The client.
    #[serde(flatten)]
    client: ClientDetails,
    /// Its secret; shown this once.
    client_secret: String,
}

/// Creates a client.
#[utoipa::path(
    post,
    path = "/admin/oauth/clients",
    operation_id = "create_client",
    tag = "clients",
    request_body = CreateClientRequest,
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 201, description = "Created.", body = Data<CreatedClient>),
        (status = 409, description = "The name is taken.", body = SimpleResponse),
    )
)]
pub async fn create(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    source: Source,
    Json(body): Json<CreateClientRequest>,
) -> Result<(StatusCode, Json<Data<CreatedClient>>), ApiError> {
    let ask = CreateClient {
        name: body.name.into_string(),
        purposes: body.purposes.map(purposes).transpose()?.unwrap_or_else(|| vec![Purpose::Sso]),
        redirect_uris: strings(body.redirect_uris.unwrap_or_default()),
        allowed_origins: strings(body.allowed_origins.unwrap_or_default()),
        may_send_context: body.may_send_context.unwrap_or(false),
    };
    let created = client::create(&state, &caller, ask, &source).await?;
    let answer =
        CreatedClient { client_secret: created.secret.expose().to_owned(), client: created.client.into() };
    Ok((StatusCode::CREATED, Json(Data::new(answer, state.now()))))
}
