//! `authms key create`

use authms_core::access::{Permission, Role};
use authms_core::key::{self, CreateKey, CreatedKey, Environment, NewRestriction};
use authms_core::time::Span;
use authms_http::api::me::api_key::ApiKeyInfo;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};

use crate::commands::client::without_repeats;
use crate::commands::operator::{TenantArg, operate};
use crate::commands::show::{self, JsonArg};
use crate::commands::user::role_parser;
use crate::config::Config;
use crate::failure::Failure;
use crate::output;

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  authms key create --name backend --scope ticket:mint
  authms key create --name sync --scope user:read --scope user:write --rank support --expires-in-days 90 --json")]
pub struct Args {
    /// Name to tell keys apart
    #[arg(long)]
    name: String,
    /// What it may do; may be given more than once
    #[arg(long, required = true, value_parser = scope_parser())]
    scope: Vec<Permission>,
    /// The highest rank of user that it may touch
    #[arg(long, default_value = "member", value_parser = role_parser())]
    rank: Role,
    /// Days until it stops working; without it, never
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u16).range(1..=3650))]
    expires_in_days: Option<u16>,
    /// A label: what the key is meant for
    #[arg(long, default_value = "live", value_parser = environment_parser())]
    environment: Environment,
    /// The only client that it mints tickets for, by identifier or name; may be given more than once
    #[arg(long)]
    client: Vec<String>,
    /// The only address or network that it may be used from; may be given more than once
    #[arg(long, value_name = "CIDR")]
    network: Vec<String>,
    #[command(flatten)]
    tenant: TenantArg,
    #[command(flatten)]
    format: JsonArg,
}

pub(super) fn scope_parser() -> impl clap::builder::TypedValueParser<Value = Permission> {
    let scopes = Permission::ALL.into_iter().filter(|permission| permission.is_scope());
    PossibleValuesParser::new(scopes.map(Permission::as_str))
        .try_map(|name| Permission::parse(&name).ok_or("no such scope"))
}

pub(super) fn environment_parser() -> impl clap::builder::TypedValueParser<Value = Environment> {
    PossibleValuesParser::new([Environment::Live, Environment::Test].map(Environment::as_str))
        .try_map(|name| Environment::parse(&name).ok_or("no such environment"))
}

pub fn run(config: &Config, args: Args) -> Result<(), Failure> {
    let life = args.expires_in_days.map(|days| Span::hours(24 * i64::from(days)));
    let created = operate(config, &args.tenant, async |op| {
        let ask = CreateKey {
            name: args.name,
            scopes: without_repeats(args.scope),
            rank: Some(args.rank),
            environment: Some(args.environment),
            expires_at: life.map(|life| op.parts.now().plus(life)),
            networks: args.network.into_iter().map(|value| NewRestriction { value, label: None }).collect(),
            clients: op.clients(&args.client).await?,
        };
        Ok(key::create(op.parts, &op.caller, ask, &op.source).await?)
    })?;
    show_raw(created, args.format)
}

/// The key itself, which is shown this once.
pub(super) fn show_raw(created: CreatedKey, format: JsonArg) -> Result<(), Failure> {
    let raw = created.raw.expose();
    if !format.json {
        return output::line(raw);
    }
    let mut shown = show::value(&ApiKeyInfo::from(created.key));
    shown["raw_key"] = raw.into();
    output::json(&shown)
}
