//! `authms client …`

mod create;
mod update;

use authms_core::client::{self, ClientStatus, UpdateClient};
use authms_core::ticket::Purpose;
use authms_http::api::admin::client::ClientDetails;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};

use super::confirm::Confirm;
use super::operator::{TenantArg, operate};
use super::show::{self, JsonArg, PageArgs};
use crate::config::Config;
use crate::failure::Failure;

/// What a list shows for people.
const COLUMNS: [&str; 5] = ["client_id", "name", "purposes", "status", "created_at"];

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Create a client, and print its identifier and secret; the secret is never shown again
    Create(create::Args),
    /// Show a client
    Get(Target),
    /// List the clients of a tenant, oldest first
    List(ListArgs),
    /// Change a client; what is not given stays
    Update(update::Args),
    /// Let a disabled client authenticate again
    Enable(Target),
    /// Keep a client from authenticating; its sessions and tickets end at once
    Disable(Target),
    /// Give a client a new secret, and print it; the former one stops working at once, sessions go on
    RotateSecret(Target),
    /// Delete a client; its sessions and tickets end at once
    Delete(DeleteArgs),
}

/// A client, and how the result is printed.
#[derive(Debug, clap::Args)]
pub struct Target {
    /// Identifier (cli_…) or name
    client: String,
    #[command(flatten)]
    tenant: TenantArg,
    #[command(flatten)]
    format: JsonArg,
}

#[derive(Debug, clap::Args)]
pub struct ListArgs {
    #[command(flatten)]
    page: PageArgs,
    #[command(flatten)]
    tenant: TenantArg,
    #[command(flatten)]
    format: JsonArg,
}

#[derive(Debug, clap::Args)]
pub struct DeleteArgs {
    /// Identifier (cli_…) or name
    client: String,
    #[command(flatten)]
    confirm: Confirm,
    #[command(flatten)]
    tenant: TenantArg,
}

fn purpose_parser() -> impl clap::builder::TypedValueParser<Value = Purpose> {
    PossibleValuesParser::new(Purpose::ALL.map(Purpose::as_str))
        .try_map(|name| Purpose::parse(&name).ok_or("no such purpose"))
}

pub fn run(config: &Config, command: Command) -> Result<(), Failure> {
    match command {
        Command::Create(args) => create::run(config, args),
        Command::Get(target) => get(config, &target),
        Command::List(args) => list(config, &args),
        Command::Update(args) => update::run(config, args),
        Command::Enable(target) => set_status(config, &target, ClientStatus::Active),
        Command::Disable(target) => set_status(config, &target, ClientStatus::Disabled),
        Command::RotateSecret(target) => create::rotate_secret(config, &target),
        Command::Delete(args) => delete(config, &args),
    }
}

fn get(config: &Config, target: &Target) -> Result<(), Failure> {
    let client = operate(config, &target.tenant, async |op| {
        let id = op.client(&target.client).await?;
        Ok(client::get(op.parts, &op.caller, id).await?)
    })?;
    show::thing(&ClientDetails::from(client), target.format)
}

fn list(config: &Config, args: &ListArgs) -> Result<(), Failure> {
    let page = operate(config, &args.tenant, async |op| {
        Ok(client::list(op.parts, &op.caller, args.page.request()).await?)
    })?;
    show::page(page.map(ClientDetails::from), &COLUMNS, args.format)
}

fn set_status(config: &Config, target: &Target, status: ClientStatus) -> Result<(), Failure> {
    let ask = UpdateClient { status: Some(status), ..UpdateClient::default() };
    let client = operate(config, &target.tenant, async |op| {
        let id = op.client(&target.client).await?;
        Ok(client::update(op.parts, &op.caller, id, ask, &op.source).await?)
    })?;
    show::thing(&ClientDetails::from(client), target.format)
}

fn delete(config: &Config, args: &DeleteArgs) -> Result<(), Failure> {
    operate(config, &args.tenant, async |op| {
        let id = op.client(&args.client).await?;
        let name = client::get(op.parts, &op.caller, id).await?.name;
        args.confirm
            .ask(&format!("Delete the client {name} ({id}) and end its sessions? This cannot be undone."))?;
        Ok(client::delete(op.parts, &op.caller, id, &op.source).await?)
    })
}

/// Each value once, in the order given.
pub(super) fn without_repeats<T: PartialEq>(values: Vec<T>) -> Vec<T> {
    values.into_iter().fold(Vec::new(), |mut seen, value| {
        if !seen.contains(&value) {
            seen.push(value);
        }
        seen
    })
}
