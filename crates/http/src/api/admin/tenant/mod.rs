//! Tenants.

pub mod create;
pub mod list;
pub mod show;
pub mod update;

use crate::wire::Time;
use authms_core::tenant::Tenant;
use serde::Serialize;
use utoipa::ToSchema;

/// A tenant.
#[derive(Serialize, ToSchema, Debug)]
pub struct TenantDetails {
    /// When it was created.
    created_at: Time,
    /// Its identifier.
    id: String,
    /// Whether it is the one of the first start.
    is_default: bool,
    /// Its name.
    name: String,
    /// What its access tokens are signed by: `ES256`, `EdDSA` or `RS256`. Until a key of that algorithm was published for
    /// long enough, the former one signs.
    signing_algorithm: &'static str,
    /// `active` or `disabled`.
    status: &'static str,
    /// When it last changed.
    updated_at: Time,
}

impl From<Tenant> for TenantDetails {
    fn from(tenant: Tenant) -> Self {
        Self {
            created_at: tenant.created_at.into(),
            id: tenant.id.to_string(),
            is_default: tenant.is_default,
            name: tenant.name,
            signing_algorithm: tenant.signing.algorithm.as_str(),
            status: tenant.status.as_str(),
            updated_at: tenant.updated_at.into(),
        }
    }
}
