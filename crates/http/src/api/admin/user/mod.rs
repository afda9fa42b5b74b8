//! Users of the caller's tenant.

pub mod create;
pub mod create_batch;
pub mod delete;
pub mod list;
pub mod login_histories;
pub mod mark_compromised;
pub mod password_status;
pub mod reset_password;
pub mod security_status;
pub mod set_password;
pub mod set_status;
pub mod set_statuses;
pub mod show;
pub mod unlock;
pub mod update;

use crate::error::ApiError;
use crate::wire::{Text, Time};
use authms_core::access::Role;
use authms_core::message::Language;
use authms_core::ports::Member;
use authms_core::text::masked_email;
use serde::Serialize;
use utoipa::ToSchema;

/// `dto.AuthUserResponse`
#[derive(Serialize, ToSchema, Debug)]
pub struct UserDetails {
    /// When the account was created.
    created_at: Time,
    /// E-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    /// The user's identifier.
    id: String,
    /// The language that the user is written to in, if one was said: `en` or `zh`.
    #[serde(skip_serializing_if = "Option::is_none")]
    locale: Option<&'static str>,
    /// Whether the password must be changed.
    must_change_password: bool,
    /// What another system calls the user.
    #[serde(skip_serializing_if = "Option::is_none")]
    external_id: Option<String>,
    /// Name to show.
    #[serde(skip_serializing_if = "Option::is_none")]
    nickname: Option<String>,
    /// When the password was last set.
    #[serde(skip_serializing_if = "Option::is_none")]
    password_changed_at: Option<Time>,
    /// Phone number.
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
    /// The role in the caller's tenant.
    role: &'static str,
    /// `active`, `disabled` or `deleted`.
    status: &'static str,
    /// The tenant that administers the account.
    tenant_id: String,
    /// When it last changed.
    updated_at: Time,
    /// User name.
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<String>,
}

/// `dto.UserWithIdentitiesResponse`
#[derive(Serialize, ToSchema, Debug)]
pub struct UserWithIdentities {
    /// The names that the user signs in under.
    identities: Vec<Identity>,
    /// The user.
    user: UserDetails,
}

/// `dto.IdentityResponse`, masked.
#[derive(Serialize, ToSchema, Debug)]
pub struct Identity {
    /// The name, all but its beginning hidden.
    identifier: String,
    /// `username`, `email` or `phone`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// Whose it is.
    user_id: String,
}

impl From<Member> for UserDetails {
    fn from(Member { user, role, .. }: Member) -> Self {
        Self {
            must_change_password: user.must_change_password(),
            created_at: user.created_at.into(),
            email: user.email,
            id: user.id.to_string(),
            external_id: user.external_id,
            locale: user.language.map(Language::as_str),
            nickname: user.nickname,
            password_changed_at: user.password_changed_at.map(Time),
            phone: user.phone,
            role: role.as_str(),
            status: user.status.as_str(),
            tenant_id: user.tenant.to_string(),
            updated_at: user.updated_at.into(),
            username: user.username,
        }
    }
}

impl From<Member> for UserWithIdentities {
    fn from(member: Member) -> Self {
        let user = &member.user;
        let named = [("username", &user.username), ("email", &user.email), ("phone", &user.phone)];
        let identity = |(kind, name): (&'static str, &Option<String>)| {
            let identifier = masked_email(name.as_deref()?);
            Some(Identity { identifier, kind, user_id: user.id.to_string() })
        };
        let identities = named.into_iter().filter_map(identity).collect();
        Self { identities, user: member.into() }
    }
}

/// The role of that name.
pub(super) fn role(text: Option<Text<16>>) -> Result<Option<Role>, ApiError> {
    let unknown = || ApiError::malformed("role", "must be member, support, admin or super_admin");
    text.map(|t| Role::parse(&t).ok_or_else(unknown)).transpose()
}
