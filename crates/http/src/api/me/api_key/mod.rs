//! API keys of the caller's tenant.

pub mod add_network;
pub mod create;
pub mod delete;
pub mod list;
pub mod remove_network;
pub mod rotate;
pub mod set_clients;
pub mod set_scopes;
pub mod set_status;
pub mod show;

use crate::codes;
use crate::error::ApiError;
use crate::wire::{Text, Time};
use authms_core::access::Permission;
use authms_core::id::ClientId;
use authms_core::key::{
    ApiKey, ApiKeyStatus, CreatedKey, Environment, KeyFilter, NewRestriction, Restriction,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// `dto.ApiKeyResponse`; never the key itself.
#[derive(Serialize, ToSchema, Debug)]
pub struct ApiKeyInfo {
    /// The only clients that it mints tickets for; none listed: any.
    client_ids: Vec<String>,
    /// When it was created.
    created_at: Time,
    /// `live` or `test`.
    environment: &'static str,
    /// When it stops authenticating.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Time>,
    /// What names it.
    id: String,
    /// The networks that it may be used from; none listed: from anywhere.
    ip_restrictions: Vec<IpRestriction>,
    /// When it was last used, told about a minute late.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_used_at: Option<Time>,
    /// The address that it was last used from.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_used_ip: Option<String>,
    /// Its name.
    name: String,
    /// When the secret before the last rotation stops working, or stopped.
    #[serde(skip_serializing_if = "Option::is_none")]
    previous_secret_expires_at: Option<Time>,
    /// The highest rank of user that it may touch.
    rank: &'static str,
    /// What it may do.
    scopes: Vec<&'static str>,
    /// `active`, `inactive` or `compromised`.
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
            client_ids: key.clients.iter().map(ToString::to_string).collect(),
            created_at: key.created_at.into(),
            environment: key.environment.as_str(),
            expires_at: key.expires_at.map(Time),
            id: key.id.to_string(),
            ip_restrictions: key.networks.into_iter().map(IpRestriction::from).collect(),
            last_used_at: key.last_use.map(|l| l.at.into()),
            last_used_ip: key.last_use.and_then(|l| l.ip).map(|ip| ip.to_string()),
            name: key.name,
            previous_secret_expires_at: key.previous_secret.map(|p| p.expires_at.into()),
            rank: key.rank.as_str(),
            scopes: key.scopes.iter().map(|s| s.as_str()).collect(),
            status: key.status.as_str(),
            tenant_id: key.tenant.to_string(),
            updated_at: key.updated_at.into(),
            user_id: key.created_by.map(|u| u.to_string()),
        }
    }
}

/// `dto.ipRestrictionDTO`
#[derive(Serialize, ToSchema, Debug)]
pub struct IpRestriction {
    /// What names it.
    id: String,
    /// What it is, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    /// `active`.
    status: &'static str,
    /// The address, or the network as CIDR.
    value: String,
}

impl From<Restriction> for IpRestriction {
    fn from(restriction: Restriction) -> Self {
        Self {
            id: restriction.id.to_string(),
            value: restriction.value().to_string(),
            label: restriction.label,
            status: "active",
        }
    }
}

/// `dto.CreateApiKeyResponse`
#[derive(Serialize, ToSchema, Debug)]
pub struct CreatedApiKey {
    /// The key, described.
    #[serde(flatten)]
    key: ApiKeyInfo,
    /// The key itself; shown this once.
    raw_key: String,
}

impl From<CreatedKey> for CreatedApiKey {
    fn from(created: CreatedKey) -> Self {
        Self { raw_key: created.raw.expose().to_owned(), key: created.key.into() }
    }
}

/// `dto.AddIPRestrictionRequest`
#[derive(Deserialize, ToSchema, Debug)]
pub struct AddIpRestrictionRequest {
    /// What it is, for people: 1–100 characters.
    label: Option<Text<100>>,
    /// An address, or a network as CIDR; IPv4 or IPv6.
    value: Text<64>,
}

impl From<AddIpRestrictionRequest> for NewRestriction {
    fn from(body: AddIpRestrictionRequest) -> Self {
        Self { value: body.value.into_string(), label: body.label.map(Text::into_string) }
    }
}

/// Which keys to show.
#[derive(Deserialize, IntoParams, Debug)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// `active`, `inactive` or `compromised`.
    status: Option<Text<16>>,
    /// `live` or `test`.
    environment: Option<Text<16>>,
    /// A part of a name.
    search: Option<Text<64>>,
}

impl Filter {
    /// The filter of the use case.
    ///
    /// # Errors
    /// 400 naming the member that is no status or environment.
    pub fn read(self) -> Result<KeyFilter, ApiError> {
        Ok(KeyFilter {
            status: self.status.map(|s| status(&s)).transpose()?,
            environment: self.environment.map(|e| environment(&e)).transpose()?,
            search: self.search.map(Text::into_string),
            expiring: None,
        })
    }
}

fn status(name: &str) -> Result<ApiKeyStatus, ApiError> {
    let unknown = || ApiError::malformed("status", "must be active, inactive or compromised");
    ApiKeyStatus::parse(name).ok_or_else(unknown)
}

fn environment(name: &str) -> Result<Environment, ApiError> {
    Environment::parse(name).ok_or_else(|| ApiError::malformed("environment", "must be live or test"))
}

fn scopes(names: Vec<Text<32>>) -> Result<Vec<Permission>, ApiError> {
    names.iter().map(|s| Permission::parse(s).ok_or_else(unknown_scope)).collect()
}

fn unknown_scope() -> ApiError {
    let known: Vec<_> =
        Permission::ALL.into_iter().filter(|p| p.is_scope()).map(Permission::as_str).collect();
    ApiError::from(codes::MALFORMED)
        .saying(format!("scopes: must be among {}", known.join(", ")))
        .with("member", "scopes")
}

/// What can be nobody's identifier is answered as what is nobody's.
fn clients(ids: Vec<Text<64>>) -> Result<Vec<ClientId>, ApiError> {
    ids.iter().map(|id| ClientId::parse(id).ok_or(codes::CLIENT_NOT_FOUND.into())).collect()
}
