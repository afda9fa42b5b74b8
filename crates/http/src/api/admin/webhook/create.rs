//! `POST /admin/webhooks`

use super::{WebhookWithSecret, strings};
use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Source};
use crate::state::AppState;
use crate::wire::{AtMost, Data, SimpleResponse, Text};
use authms_core::webhook::{self, CreateWebhook, EVENTS};
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

/// A webhook to be created.
#[derive(Deserialize, ToSchema, Debug)]
pub struct CreateWebhookRequest {
    /// Where to: https, at a public address unless the operator allows others.
    url: Text<2048>,
    /// What it is called, up to 200 characters.
    description: Option<Text<200>>,
    /// Which events: names, kinds such as `user.*`, or `*`, 1–100 of them.
    #[schema(value_type = Vec<Text<64>>, max_items = 100)]
    events: AtMost<EVENTS, Text<64>>,
}

/// Creates a webhook: it is told of every event of these that happens in the tenant from now on.
#[utoipa::path(
    post,
    path = "/admin/webhooks",
    operation_id = "create_webhook",
    tag = "webhooks",
    request_body = CreateWebhookRequest,
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 201, description = "Created.", body = Data<WebhookWithSecret>),
        (status = 400, description = "The request is malformed, or nothing may be posted to the URL.", body = SimpleResponse),
        (status = 409, description = "There are 20 already.", body = SimpleResponse),
    )
)]
pub async fn create(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    source: Source,
    Json(body): Json<CreateWebhookRequest>,
) -> Result<(StatusCode, Json<Data<WebhookWithSecret>>), ApiError> {
    let ask = CreateWebhook {
        url: body.url.into_string(),
        description: body.description.map(Text::into_string),
        events: strings(body.events),
    };
    let created = webhook::create(&state, &caller, ask, &source).await?;
    Ok((StatusCode::CREATED, Json(Data::new(created.into(), state.now()))))
}
