//! API keys of the caller's tenant.

pub mod create;
pub mod delete;
pub mod list;
pub mod set_status;
pub mod show;

use crate::wire::Time;
use authms_core::key::ApiKey;
use serde::Serialize;
use utoipa::ToSchema;

/// `dto.ApiKeyResponse`; never the key itself.
#[derive(Serialize, ToSchema, Debug)]
pub struct ApiKeyInfo {
    /// When it was created.
    created_at: Time,
    /// `live` or `test`.
    environment: &'static str,
    /// When it stops authenticating.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Time>,
    /// What names it.
    id: String,
    /// Its name.
    name: String,
    /// The highest rank of user that it may touch.
    rank: &'static str,
    /// What it may do.
    scopes: Vec<&'static str>,
    /// `active` or `inactive`.
    status: &'static str,
    /// Its tenant.
    tenant_id: String,
    /// When it last changed.
    updated_at: Time,
    /// Who created it, unless the command line did.
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<String>,
}

impl From<ApiKey> for ApiKeyInfo {
    fn from(key: ApiKey) -> Self {
        Self {
            created_at: key.created_at.into(),
            environment: key.environment.as_str(),
            expires_at: key.expires_at.map(Time),
            id: key.id.to_string(),
            name: key.name,
            rank: key.rank.as_str(),
            scopes: key.scopes.iter().map(|s| s.as_str()).collect(),
            status: key.status.as_str(),
            tenant_id: key.tenant.to_string(),
            updated_at: key.updated_at.into(),
            user_id: key.created_by.map(|u| u.to_string()),
        }
    }
}
