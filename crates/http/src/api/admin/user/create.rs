//! `POST /admin/users`

use super::{UserWithIdentities, role};
use crate::codes;
use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Source};
use crate::state::AppState;
use crate::wire::{Data, SecretText, SimpleResponse, Text};
use authms_core::id::TenantId;
use authms_core::user::{self, CreateUser};
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

/// `dto.HTTPUserCreateRequest`; at least one of user name, e-mail address, phone number and
/// external identifier.
#[derive(Deserialize, ToSchema, Debug)]
pub struct CreateUserRequest {
    /// E-mail address.
    email: Option<Text<254>>,
    /// A first password, which the user must change; without one the user signs in by ticket.
    password: Option<SecretText<1024>>,
    /// The hash of the password that the user has in another system: bcrypt, scrypt, PBKDF2, Argon2 or Firebase's
    /// scrypt. For super administrators in person, and not beside a password.
    password_hash: Option<SecretText<512>>,
    /// Phone number.
    phone: Option<Text<32>>,
    /// User name.
    username: Option<Text<64>>,
    /// What another system calls the user: unique in the tenant, and no name to sign in under.
    external_id: Option<Text<255>>,
    /// Name to show.
    nickname: Option<Text<64>>,
    /// `member`, the default, `support`, `admin` or `super_admin`.
    role: Option<Text<16>>,
    /// The tenant; the caller's, and no other.
    tenant_id: Option<Text<64>>,
}

/// Creates a user in the caller's tenant.
#[utoipa::path(
    post,
    path = "/admin/users",
    operation_id = "create_user",
    tag = "users",
    request_body = CreateUserRequest,
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 201, description = "Created.", body = Data<UserWithIdentities>),
        (status = 409, description = "A name is taken, or reads like one that is.", body = SimpleResponse),
    )
)]
pub async fn create(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    source: Source,
    Json(body): Json<CreateUserRequest>,
) -> Result<(StatusCode, Json<Data<UserWithIdentities>>), ApiError> {
    let member = user::create(&state, &caller, body.ask()?, &source).await?;
    Ok((StatusCode::CREATED, Json(Data::new(member.into(), state.now()))))
}

impl CreateUserRequest {
    pub(super) fn ask(self) -> Result<CreateUser, ApiError> {
        let tenant = self.tenant_id.map(|t| TenantId::parse(&t).ok_or(codes::TENANT_MISMATCH)).transpose()?;
        Ok(CreateUser {
            tenant,
            username: self.username.map(Text::into_string),
            email: self.email.map(Text::into_string),
            phone: self.phone.map(Text::into_string),
            external_id: self.external_id.map(Text::into_string),
            nickname: self.nickname.map(Text::into_string),
            password: self.password.map(SecretText::into_secret),
            password_hash: self.password_hash.map(SecretText::into_secret),
            role: role(self.role)?,
        })
    }
}
