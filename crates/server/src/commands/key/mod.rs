//! `authms key …`

mod create;
mod update;

use authms_core::key::{self, ApiKeyStatus, Environment, KeyFilter};
use authms_http::api::me::api_key::ApiKeyInfo;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};

use super::confirm::Confirm;
use super::operator::{TenantArg, operate};
use super::show::{self, JsonArg, PageArgs};
use crate::config::Config;
use crate::failure::Failure;

/// What a list shows for people.
const COLUMNS: [&str; 6] = ["id", "name", "scopes", "rank", "status", "expires_at"];

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Create an API key, and print it; it is never shown again
    Create(create::Args),
    /// Show an API key, though never the key itself
    Get(Target),
    /// List the API keys of a tenant, oldest first
    List(ListArgs),
    /// Change what a key may do, one thing at a time
    Update(update::Args),
    /// Give a key a new secret, and print it; the former one works for a while yet, what it minted lives on
    Rotate(update::RotateArgs),
    /// Let a disabled key authenticate again
    Enable(Target),
    /// Keep a key from authenticating; what it minted ends at once
    Disable(Target),
    /// Declare a key compromised: it never works again, and what it minted ends at once
    Compromised(DeleteArgs),
    /// Delete a key; what it minted ends at once
    Delete(DeleteArgs),
}

/// An API key, and how the result is printed.
#[derive(Debug, clap::Args)]
pub struct Target {
    /// Identifier (key_…) or name; where several keys have the name, they are listed
    key: String,
    #[command(flatten)]
    tenant: TenantArg,
    #[command(flatten)]
    format: JsonArg,
}

#[derive(Debug, clap::Args)]
pub struct ListArgs {
    /// Only those of this status
    #[arg(long, value_parser = status_parser())]
    status: Option<ApiKeyStatus>,
    /// Only those meant for this
    #[arg(long, value_parser = create::environment_parser())]
    environment: Option<Environment>,
    /// Only those with this text in the name
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    #[command(flatten)]
    page: PageArgs,
    #[command(flatten)]
    tenant: TenantArg,
    #[command(flatten)]
    format: JsonArg,
}

#[derive(Debug, clap::Args)]
pub struct DeleteArgs {
    /// Identifier (key_…) or name; where several keys have the name, they are listed
    key: String,
    #[command(flatten)]
    confirm: Confirm,
    #[command(flatten)]
    tenant: TenantArg,
}

fn status_parser() -> impl clap::builder::TypedValueParser<Value = ApiKeyStatus> {
    let all = [ApiKeyStatus::Active, ApiKeyStatus::Inactive, ApiKeyStatus::Compromised];
    PossibleValuesParser::new(all.map(ApiKeyStatus::as_str))
        .try_map(|name| ApiKeyStatus::parse(&name).ok_or("no such status"))
}

pub fn run(config: &Config, command: Command) -> Result<(), Failure> {
    match command {
        Command::Create(args) => create::run(config, args),
        Command::Get(target) => get(config, &target),
        Command::List(args) => list(config, args),
        Command::Update(args) => update::run(config, args),
        Command::Rotate(args) => update::rotate(config, &args),
        Command::Enable(target) => set_status(config, &target, ApiKeyStatus::Active),
        Command::Disable(target) => set_status(config, &target, ApiKeyStatus::Inactive),
        Command::Compromised(args) => compromised(config, &args),
        Command::Delete(args) => delete(config, &args),
    }
}

fn get(config: &Config, target: &Target) -> Result<(), Failure> {
    let key = operate(config, &target.tenant, async |op| {
        let id = op.key(&target.key).await?;
        Ok(key::get(op.parts, &op.caller, id).await?)
    })?;
    show::thing(&ApiKeyInfo::from(key), target.format)
}

fn list(config: &Config, args: ListArgs) -> Result<(), Failure> {
    let filter =
        KeyFilter { status: args.status, environment: args.environment, search: args.search, expiring: None };
    let page = operate(config, &args.tenant, async |op| {
        Ok(key::list(op.parts, &op.caller, filter, args.page.request()).await?)
    })?;
    show::page(page.map(ApiKeyInfo::from), &COLUMNS, args.format)
}

fn set_status(config: &Config, target: &Target, status: ApiKeyStatus) -> Result<(), Failure> {
    let key = operate(config, &target.tenant, async |op| {
        let id = op.key(&target.key).await?;
        Ok(key::set_status(op.parts, &op.caller, id, status, &op.source).await?)
    })?;
    show::thing(&ApiKeyInfo::from(key), target.format)
}

fn compromised(config: &Config, args: &DeleteArgs) -> Result<(), Failure> {
    operate(config, &args.tenant, async |op| {
        let id = op.key(&args.key).await?;
        let name = key::get(op.parts, &op.caller, id).await?.name;
        args.confirm.ask(&format!(
            "Declare the API key {name} ({id}) compromised and end what it minted? This cannot be undone."
        ))?;
        key::set_status(op.parts, &op.caller, id, ApiKeyStatus::Compromised, &op.source).await?;
        Ok(())
    })
}

fn delete(config: &Config, args: &DeleteArgs) -> Result<(), Failure> {
    operate(config, &args.tenant, async |op| {
        let id = op.key(&args.key).await?;
        let name = key::get(op.parts, &op.caller, id).await?.name;
        args.confirm.ask(&format!(
            "Delete the API key {name} ({id}) and end what it minted? This cannot be undone."
        ))?;
        Ok(key::delete(op.parts, &op.caller, id, &op.source).await?)
    })
}
