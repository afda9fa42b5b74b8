//! `PUT /auth/me`

use crate::error::ApiError;
use crate::extract::{Json, Me, Source};
use crate::state::AppState;
use crate::wire::{SimpleResponse, Text, given, locale};
use authms_core::user::{self, UpdateProfile};
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

/// `dto.UpdateUserAuthRequest`, and the language; absent members stay.
#[derive(Deserialize, ToSchema, Debug)]
pub struct UpdateProfileRequest {
    /// The language that the user is written to in: `en`, `zh`, or a tag that begins so (BCP 47); null: that of each request.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Text<35>>)]
    locale: Option<Option<Text<35>>>,
    /// As it is: factors are enrolled and removed under `/mfa`.
    mfa_enabled: Option<bool>,
    /// As it is: administrators change it.
    username: Option<Text<64>>,
}

/// Changes the signed-in user's own profile.
#[utoipa::path(
    put,
    path = "/auth/me",
    operation_id = "update_me",
    tag = "me",
    request_body = UpdateProfileRequest,
    security(("bearer" = [])),
    responses(
        (status = 200, description = "It is as asked.", body = SimpleResponse),
        (status = 400, description = "A member is malformed, or is not changed here.", body = SimpleResponse),
    )
)]
pub async fn update(
    State(state): State<AppState>,
    Me(me): Me,
    source: Source,
    Json(body): Json<UpdateProfileRequest>,
) -> Result<Json<SimpleResponse>, ApiError> {
    let ask = UpdateProfile {
        language: body.locale.map(locale).transpose()?,
        username: body.username.map(Text::into_string),
        has_factor: body.mfa_enabled,
    };
    user::update_profile(&state, &me, &ask, &source).await?;
    Ok(Json(SimpleResponse::success("profile updated", state.now())))
}
