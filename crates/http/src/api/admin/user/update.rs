//! `PUT /admin/users/{user_id}`

use super::{UserDetails, role};
use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Path, Source};
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse, Text, given, locale};
use authms_core::id::UserId;
use authms_core::user::{self, UpdateUser};
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

/// `dto.UserUpdateRequest`; absent members stay.
#[derive(Deserialize, ToSchema, Debug)]
pub struct UpdateUserRequest {
    /// E-mail address.
    email: Option<Text<254>>,
    /// What another system calls the user.
    external_id: Option<Text<255>>,
    /// The language that the user is written to in: `en`, `zh`, or a tag that begins so (BCP 47); null: that of each request.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Text<35>>)]
    locale: Option<Option<Text<35>>>,
    /// Name to show.
    nickname: Option<Text<64>>,
    /// Phone number.
    phone: Option<Text<32>>,
    /// Role in the caller's tenant; changing it ends the user's sessions.
    role: Option<Text<16>>,
    /// User name.
    username: Option<Text<64>>,
}

/// Changes a user of the caller's tenant.
#[utoipa::path(
    put,
    path = "/admin/users/{user_id}",
    operation_id = "update_user",
    tag = "users",
    params(("user_id" = String, Path)),
    request_body = UpdateUserRequest,
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 200, description = "The user.", body = Data<UserDetails>),
        (status = 404, description = "No such user in the caller's tenant.", body = SimpleResponse),
        (status = 409, description = "A name is taken, or the last super_admin would go.", body = SimpleResponse),
    )
)]
pub async fn update(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    source: Source,
    Path(id): Path<UserId>,
    Json(body): Json<UpdateUserRequest>,
) -> Result<Json<Data<UserDetails>>, ApiError> {
    let ask = UpdateUser {
        username: body.username.map(Text::into_string),
        email: body.email.map(Text::into_string),
        phone: body.phone.map(Text::into_string),
        external_id: body.external_id.map(Text::into_string),
        nickname: body.nickname.map(Text::into_string),
        language: body.locale.map(locale).transpose()?,
        role: role(body.role)?,
    };
    let member = user::update(&state, &caller, id, ask, &source).await?;
    Ok(Json(Data::new(member.into(), state.now())))
}
