//! `authms client create`

use authms_core::access::Caller;
use authms_core::audit::Source;
use authms_core::client::{self, CreateClient};
use authms_core::ticket::Purpose;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use serde_json::json;

use super::tenant_arg::TenantArg;
use crate::config::Config;
use crate::failure::Failure;
use crate::output;

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Create a client, and print its identifier and secret; the secret is never shown again
    Create(CreateArgs),
}

#[derive(Debug, clap::Args)]
pub struct CreateArgs {
    /// Name, unique in the tenant
    #[arg(long)]
    name: String,
    /// Which tickets it may redeem; may be given more than once
    #[arg(long, default_value = "sso", value_parser = purpose_parser())]
    purpose: Vec<Purpose>,
    /// Redirect URI; may be given more than once
    #[arg(long, value_name = "URI")]
    redirect_uri: Vec<String>,
    #[command(flatten)]
    tenant: TenantArg,
    /// Print {client_id, client_secret, name, tenant_id} as JSON
    #[arg(long)]
    json: bool,
}

fn purpose_parser() -> impl clap::builder::TypedValueParser<Value = Purpose> {
    PossibleValuesParser::new(Purpose::ALL.map(Purpose::as_str))
        .try_map(|name| Purpose::parse(&name).ok_or("no such purpose"))
}

pub fn run(config: &Config, command: Command) -> Result<(), Failure> {
    let Command::Create(args) = command;
    let created = super::on_site(config, async |site| {
        let tenant = site.tenant(args.tenant.tenant).await?;
        let ask = CreateClient {
            name: args.name,
            purposes: without_repeats(args.purpose),
            redirect_uris: args.redirect_uri,
            allowed_origins: Vec::new(),
        };
        Ok(client::create(&site.parts, &Caller::Console(tenant), ask, &Source::default()).await?)
    })?;
    let (id, secret) = (created.client.id.to_string(), created.secret.expose());
    if !args.json {
        return output::block(&format!("client_id={id}\nclient_secret={secret}\n"));
    }
    output::json(&json!({
        "client_id": id,
        "client_secret": secret,
        "name": created.client.name,
        "tenant_id": created.client.tenant.to_string(),
    }))
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
