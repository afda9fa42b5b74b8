//! The operator at the command line: works on the store, in one tenant, and names things as people do.

use authms_core::access::Caller;
use authms_core::audit::Source;
use authms_core::fault::Fault;
use authms_core::id::{ApiKeyId, ClientId, TenantId, UserId};
use authms_core::key::ApiKey;
use authms_core::parts::Parts;
use authms_core::text;
use authms_core::user::User;

use crate::config::Config;
use crate::failure::Failure;
use crate::wiring::Site;

/// Which tenant a command is for.
#[derive(Clone, Debug, clap::Args)]
pub struct TenantArg {
    /// Tenant, by identifier (tnt_…) or name; without it, the one that the first start made
    #[arg(long, value_name = "TENANT")]
    pub tenant: Option<String>,
}

/// What a command is done with.
pub struct Operator<'a> {
    /// What the use cases work with.
    pub parts: &'a Parts,
    /// The console, in the tenant that the command is for.
    pub caller: Caller,
    /// Where this comes from: no request.
    pub source: Source,
}

/// Does `work` on the existing installation, in the tenant that `tenant` names.
pub fn operate<T>(
    config: &Config,
    tenant: &TenantArg,
    work: impl AsyncFnOnce(&Operator<'_>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    super::on_site(config, async |site| {
        let tenant = match &tenant.tenant {
            Some(named) => self::tenant(&site.parts, named).await?,
            None => default_tenant(site),
        };
        work(&Operator::new(&site.parts, tenant)).await
    })
}

/// The tenant that the first start made.
pub const fn default_tenant(site: &Site) -> TenantId {
    site.installed.installation.default_tenant
}

/// A tenant by identifier or name. What reads like an identifier is never looked up as a name: whoever names things
/// must not be able to stand in another's place.
pub async fn tenant(parts: &Parts, named: &str) -> Result<TenantId, Failure> {
    let found = match (TenantId::parse(named), text::label("name", named, 64)) {
        (Some(id), _) => parts.store.tenant(id).await,
        (None, Ok(name)) => parts.store.tenant_named(name).await,
        (None, Err(_)) => Ok(None),
    };
    let found = found.map_err(Fault::from)?;
    found.map(|tenant| tenant.id).ok_or_else(|| Failure::missing(format!("there is no tenant {named:?}")))
}

impl<'a> Operator<'a> {
    /// The operator in this tenant.
    pub fn new(parts: &'a Parts, tenant: TenantId) -> Self {
        Self { parts, caller: Caller::Console(tenant), source: Source::default() }
    }

    /// A user by identifier, user name, e-mail address or phone number.
    ///
    /// # Errors
    /// When nobody has exactly this name; who merely reads like it is told, and not meant.
    pub async fn user(&self, named: &str) -> Result<UserId, Failure> {
        if let Some(id) = UserId::parse(named) {
            return Ok(id);
        }
        let names = text::login_names(named);
        let found = self.parts.store.for_login(self.caller.tenant(), names).await.map_err(Fault::from)?;
        match found.map(|(standing, _)| standing.user) {
            Some(user) if goes_by(&user, named) => Ok(user.id),
            Some(user) => Err(Failure::missing(format!(
                "this tenant has no user {named:?}; one whose name reads like it is {} ({})",
                user.username.as_deref().unwrap_or_default(),
                user.id
            ))),
            None => Err(self.unknown("user", named)),
        }
    }

    /// A client by identifier or name.
    pub async fn client(&self, named: &str) -> Result<ClientId, Failure> {
        if let Some(id) = ClientId::parse(named) {
            return Ok(id);
        }
        let Ok(name) = text::label("name", named, 100) else { return Err(self.unknown("client", named)) };
        let found = self.parts.store.client_named(self.caller.tenant(), name).await.map_err(Fault::from)?;
        found.map(|client| client.id).ok_or_else(|| self.unknown("client", named))
    }

    /// Clients by identifier or name.
    pub async fn clients(&self, named: &[String]) -> Result<Vec<ClientId>, Failure> {
        let mut ids = Vec::with_capacity(named.len());
        for one in named {
            ids.push(self.client(one).await?);
        }
        Ok(ids)
    }

    /// An API key by identifier or name.
    ///
    /// # Errors
    /// When there is none, or more than one has this name; then all of them are told.
    pub async fn key(&self, named: &str) -> Result<ApiKeyId, Failure> {
        if let Some(id) = ApiKeyId::parse(named) {
            return Ok(id);
        }
        let Ok(name) = text::label("name", named, 100) else { return Err(self.unknown("API key", named)) };
        let found = self.parts.store.api_keys_named(self.caller.tenant(), name).await.map_err(Fault::from)?;
        match &found[..] {
            [] => Err(self.unknown("API key", named)),
            [key] => Ok(key.id),
            many => Err(ambiguous(named, many)),
        }
    }

    fn unknown(&self, what: &str, named: &str) -> Failure {
        Failure::missing(format!("tenant {} has no {what} {named:?}", self.caller.tenant()))
    }
}

/// Whether this is one of the user's own names, and not only reads like one.
fn goes_by(user: &User, named: &str) -> bool {
    let is = |own: &Option<String>, typed: Result<String, _>| {
        own.as_ref().is_some_and(|own| typed.as_ref() == Ok(own))
    };
    is(&user.username, text::username(named))
        || is(&user.email, text::email(named))
        || is(&user.phone, text::phone(named))
}

fn ambiguous(named: &str, keys: &[ApiKey]) -> Failure {
    let line = |key: &ApiKey| format!("\n  {}  {}, created {}", key.id, key.status.as_str(), key.created_at);
    let each: String = keys.iter().map(line).collect();
    Failure::refused(format!(
        "{} API keys are named {named:?}; name one by its identifier:{each}",
        keys.len()
    ))
}
