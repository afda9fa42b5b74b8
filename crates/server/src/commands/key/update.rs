//! `authms key update` and `rotate`

use authms_core::access::Permission;
use authms_core::id::ApiKeyId;
use authms_core::key::{self, ApiKey, NewRestriction, Rotate};
use authms_http::api::me::api_key::ApiKeyInfo;

use super::create::{scope_parser, show_raw};
use crate::commands::client::without_repeats;
use crate::commands::operator::{Operator, TenantArg, operate};
use crate::commands::show::{self, JsonArg};
use crate::config::Config;
use crate::failure::Failure;

#[derive(Debug, clap::Args)]
#[command(
    group = clap::ArgGroup::new("change")
        .args(["scope", "client", "any_client", "add_network", "remove_network"])
        .required(true),
    after_help = "Examples:
  authms key update backend --scope ticket:mint --scope user:read
  authms key update backend --client shop --client blog
  authms key update backend --add-network 10.1.0.0/16"
)]
pub struct Args {
    /// Identifier (key_…) or name; where several keys have the name, they are listed
    key: String,
    /// What it may do from now on, instead of all it may; may be given more than once
    #[arg(long, value_parser = scope_parser())]
    scope: Vec<Permission>,
    /// The only client that it mints tickets for from now on, by identifier or name; may be given more than once
    #[arg(long)]
    client: Vec<String>,
    /// From now on it mints tickets for any client
    #[arg(long)]
    any_client: bool,
    /// One more address or network that it may be used from
    #[arg(long, value_name = "CIDR")]
    add_network: Option<String>,
    /// An address or network that it may no longer be used from; without the last one, it may be from anywhere
    #[arg(long, value_name = "CIDR")]
    remove_network: Option<String>,
    #[command(flatten)]
    tenant: TenantArg,
    #[command(flatten)]
    format: JsonArg,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  authms key rotate backend
  authms key rotate backend --overlap 0 --json")]
pub struct RotateArgs {
    /// Identifier (key_…) or name; where several keys have the name, they are listed
    key: String,
    /// How long the old secret works besides, up to 604800; 0: not at all
    #[arg(long, value_name = "SECONDS", default_value_t = Rotate::OVERLAP.as_seconds())]
    overlap: i64,
    #[command(flatten)]
    tenant: TenantArg,
    #[command(flatten)]
    format: JsonArg,
}

pub fn run(config: &Config, args: Args) -> Result<(), Failure> {
    let format = args.format;
    let key = operate(config, &args.tenant.clone(), async |op| {
        let id = op.key(&args.key).await?;
        change(op, id, args).await
    })?;
    show::thing(&ApiKeyInfo::from(key), format)
}

/// The one change that was asked for.
async fn change(op: &Operator<'_>, id: ApiKeyId, args: Args) -> Result<ApiKey, Failure> {
    let Operator { parts, caller, source } = op;
    if let Some(value) = args.add_network {
        let ask = NewRestriction { value, label: None };
        return Ok(key::add_network(parts, caller, id, ask, source).await?);
    }
    if let Some(value) = args.remove_network {
        let key = key::get(parts, caller, id).await?;
        let network = key.networks.iter().find(|network| network.value().to_string() == value);
        let unknown = || Failure::missing(format!("the key has no network {value:?}"));
        return Ok(key::remove_network(parts, caller, id, network.ok_or_else(unknown)?.id, source).await?);
    }
    if args.scope.is_empty() {
        let clients = op.clients(&args.client).await?;
        return Ok(key::set_clients(parts, caller, id, clients, source).await?);
    }
    Ok(key::set_scopes(parts, caller, id, without_repeats(args.scope), source).await?)
}

pub fn rotate(config: &Config, args: &RotateArgs) -> Result<(), Failure> {
    let rotated = operate(config, &args.tenant, async |op| {
        let id = op.key(&args.key).await?;
        let ask = Rotate { overlap_seconds: Some(args.overlap) };
        Ok(key::rotate(op.parts, &op.caller, id, ask, &op.source).await?)
    })?;
    show_raw(rotated, args.format)
}
