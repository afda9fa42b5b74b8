//! `authms key create`

use authms_core::access::{Caller, Permission, Role};
use authms_core::audit::Source;
use authms_core::key::{self, CreateKey, Environment};
use authms_core::time::Span;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use serde_json::json;

use super::client::without_repeats;
use super::tenant_arg::TenantArg;
use super::user::role_parser;
use crate::config::Config;
use crate::failure::Failure;
use crate::output;

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Create an API key, and print it; it is never shown again
    Create(CreateArgs),
}

#[derive(Debug, clap::Args)]
pub struct CreateArgs {
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
    #[command(flatten)]
    tenant: TenantArg,
    /// Print {id, raw_key, name, scopes, rank, environment, expires_at, tenant_id} as JSON
    #[arg(long)]
    json: bool,
}

fn scope_parser() -> impl clap::builder::TypedValueParser<Value = Permission> {
    let scopes = Permission::ALL.into_iter().filter(|permission| permission.is_scope());
    PossibleValuesParser::new(scopes.map(Permission::as_str))
        .try_map(|name| Permission::parse(&name).ok_or("no such scope"))
}

fn environment_parser() -> impl clap::builder::TypedValueParser<Value = Environment> {
    PossibleValuesParser::new([Environment::Live, Environment::Test].map(Environment::as_str))
        .try_map(|name| Environment::parse(&name).ok_or("no such environment"))
}

pub fn run(config: &Config, command: Command) -> Result<(), Failure> {
    let Command::Create(args) = command;
    let created = super::on_site(config, async |site| {
        let tenant = site.tenant(args.tenant.tenant).await?;
        let life = args.expires_in_days.map(|days| Span::hours(24 * i64::from(days)));
        let ask = CreateKey {
            name: args.name,
            scopes: without_repeats(args.scope),
            rank: Some(args.rank),
            environment: Some(args.environment),
            expires_at: life.map(|life| site.parts.now().plus(life)),
            ..CreateKey::default()
        };
        Ok(key::create(&site.parts, &Caller::Console(tenant), ask, &Source::default()).await?)
    })?;
    let (key, raw) = (created.key, created.raw.expose());
    if !args.json {
        return output::line(raw);
    }
    output::json(&json!({
        "id": key.id.to_string(),
        "raw_key": raw,
        "name": key.name,
        "scopes": key.scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>(),
        "rank": key.rank.as_str(),
        "environment": key.environment.as_str(),
        "expires_at": key.expires_at.map(|at| at.to_string()),
        "tenant_id": key.tenant.to_string(),
    }))
}
