//! `authms client create` and `rotate-secret`: what prints a secret.

use authms_core::client::{self, CreateClient, Created};
use authms_core::ticket::Purpose;
use authms_http::api::admin::client::ClientDetails;

use super::{Target, purpose_parser, without_repeats};
use crate::commands::operator::{TenantArg, operate};
use crate::commands::show::{self, JsonArg};
use crate::config::Config;
use crate::failure::Failure;
use crate::output;

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  authms client create --name shop --redirect-uri https://shop.example.org/callback
  authms client create --name helpdesk --purpose sso --purpose on_behalf --json")]
pub struct Args {
    /// Name, unique in the tenant
    #[arg(long)]
    name: String,
    /// Which tickets it may redeem; may be given more than once
    #[arg(long, default_value = "sso", value_parser = purpose_parser())]
    purpose: Vec<Purpose>,
    /// Redirect URI; may be given more than once
    #[arg(long, value_name = "URI")]
    redirect_uri: Vec<String>,
    /// Origin whose web pages may call the API for it (CORS); may be given more than once
    #[arg(long, value_name = "ORIGIN")]
    allowed_origin: Vec<String>,
    /// Let it tell of the user behind it when it redeems: their address, user agent and device
    #[arg(long)]
    send_context: bool,
    #[command(flatten)]
    tenant: TenantArg,
    #[command(flatten)]
    format: JsonArg,
}

pub fn run(config: &Config, args: Args) -> Result<(), Failure> {
    let ask = CreateClient {
        name: args.name,
        purposes: without_repeats(args.purpose),
        redirect_uris: args.redirect_uri,
        allowed_origins: args.allowed_origin,
        may_send_context: args.send_context,
    };
    let created = operate(config, &args.tenant, async |op| {
        Ok(client::create(op.parts, &op.caller, ask, &op.source).await?)
    })?;
    show_secret(created, args.format, "client_secret")
}

pub fn rotate_secret(config: &Config, target: &Target) -> Result<(), Failure> {
    let created = operate(config, &target.tenant, async |op| {
        let id = op.client(&target.client).await?;
        Ok(client::rotate_secret(op.parts, &op.caller, id, &op.source).await?)
    })?;
    show_secret(created, target.format, "new_secret")
}

/// As JSON, the secret is the member `member` of the client: the name that the HTTP API has for it.
fn show_secret(created: Created, format: JsonArg, member: &str) -> Result<(), Failure> {
    let (id, secret) = (created.client.id, created.secret.expose());
    if !format.json {
        return output::block(&format!("client_id={id}\nclient_secret={secret}\n"));
    }
    let mut shown = show::value(&ClientDetails::from(created.client));
    shown[member] = secret.into();
    output::json(&shown)
}
