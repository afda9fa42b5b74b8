//! `authms tenant …`

use authms_core::id::TenantId;
use authms_core::signing_key::Algorithm;
use authms_core::tenant::{self, Tenant, TenantStatus, UpdateTenant};
use authms_http::api::admin::tenant::TenantDetails;

use super::keys::algorithm_parser;
use super::operator::{self, Operator, default_tenant};
use super::show::{self, JsonArg, PageArgs};
use crate::config::Config;
use crate::failure::Failure;
use crate::output;

/// What a list shows for people.
const COLUMNS: [&str; 5] = ["id", "name", "status", "is_default", "created_at"];

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Create a tenant, and print its identifier; nobody is in it yet
    #[command(after_help = "Example:
  authms tenant create --name branch
  authms user create --tenant branch --username root --role super_admin
  authms admin ticket --tenant branch")]
    Create {
        /// Name, unique among tenants
        #[arg(long)]
        name: String,
        #[command(flatten)]
        format: JsonArg,
    },
    /// Show a tenant
    Get(Target),
    /// List all tenants, oldest first
    List {
        #[command(flatten)]
        page: PageArgs,
        #[command(flatten)]
        format: JsonArg,
    },
    /// Change a tenant; what is not given stays
    #[command(
        after_help = "Example:\n  authms tenant update branch --name subsidiary",
        group = clap::ArgGroup::new("change").args(["name", "signing_algorithm"]).required(true).multiple(true)
    )]
    Update {
        #[command(flatten)]
        target: Target,
        /// New name
        #[arg(long)]
        name: Option<String>,
        /// What signs its access tokens, from when on a key for that has been published for long enough
        #[arg(long, value_parser = algorithm_parser())]
        signing_algorithm: Option<Algorithm>,
    },
    /// Let people sign in to a disabled tenant again
    Enable(Target),
    /// Keep everybody from signing in to a tenant; all its sessions and tickets end at once
    ///
    /// The tenant of the first start cannot be disabled, and none can be deleted: the audit log speaks of it.
    Disable(Target),
}

/// A tenant, and how the result is printed.
#[derive(Debug, clap::Args)]
pub struct Target {
    /// Identifier (tnt_…) or name
    tenant: String,
    #[command(flatten)]
    format: JsonArg,
}

pub fn run(config: &Config, command: Command) -> Result<(), Failure> {
    match command {
        Command::Create { name, format } => create(config, &name, format),
        Command::Get(target) => {
            with(config, &target, async |op, id| Ok(tenant::get(op.parts, &op.caller, id).await?))
        }
        Command::List { page, format } => list(config, page, format),
        Command::Update { target, name, signing_algorithm } => {
            update(config, &target, UpdateTenant { name, status: None, signing_algorithm })
        }
        Command::Enable(target) => set_status(config, &target, TenantStatus::Active),
        Command::Disable(target) => set_status(config, &target, TenantStatus::Disabled),
    }
}

fn create(config: &Config, name: &str, format: JsonArg) -> Result<(), Failure> {
    let made = super::on_site(config, async |site| {
        let op = Operator::new(&site.parts, default_tenant(site));
        Ok(tenant::create(op.parts, &op.caller, name, &op.source).await?)
    })?;
    if !format.json {
        return output::line(&made.id.to_string());
    }
    show::thing(&TenantDetails::from(made), format)
}

fn list(config: &Config, page: PageArgs, format: JsonArg) -> Result<(), Failure> {
    let page = super::on_site(config, async |site| {
        let op = Operator::new(&site.parts, default_tenant(site));
        Ok(tenant::list(op.parts, &op.caller, page.request()).await?)
    })?;
    show::page(page.map(TenantDetails::from), &COLUMNS, format)
}

fn set_status(config: &Config, target: &Target, status: TenantStatus) -> Result<(), Failure> {
    update(config, target, UpdateTenant { status: Some(status), ..UpdateTenant::default() })
}

fn update(config: &Config, target: &Target, ask: UpdateTenant) -> Result<(), Failure> {
    with(config, target, async |op, id| Ok(tenant::update(op.parts, &op.caller, id, ask, &op.source).await?))
}

fn with(
    config: &Config,
    target: &Target,
    work: impl AsyncFnOnce(&Operator<'_>, TenantId) -> Result<Tenant, Failure>,
) -> Result<(), Failure> {
    let tenant = super::on_site(config, async |site| {
        let id = operator::tenant(&site.parts, &target.tenant).await?;
        work(&Operator::new(&site.parts, id), id).await
    })?;
    show::thing(&TenantDetails::from(tenant), target.format)
}
