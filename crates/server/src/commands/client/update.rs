//! `authms client update`

use authms_core::client::{self, UpdateClient};
use authms_core::ticket::Purpose;
use authms_http::api::admin::client::ClientDetails;

use super::{purpose_parser, without_repeats};
use crate::commands::operator::{TenantArg, operate};
use crate::commands::show::{self, JsonArg};
use crate::config::Config;
use crate::failure::Failure;

#[derive(Debug, clap::Args)]
#[command(
    group = clap::ArgGroup::new("change").args(["name", "purpose", "redirect_uri", "allowed_origin", "send_context"]).required(true).multiple(true),
    after_help = "Example:
  authms client update shop --redirect-uri https://shop.example.org/a --redirect-uri https://shop.example.org/b"
)]
pub struct Args {
    /// Identifier (cli_…) or name
    client: String,
    /// New name
    #[arg(long)]
    name: Option<String>,
    /// Which tickets it may redeem from now on; may be given more than once
    #[arg(long, value_parser = purpose_parser())]
    purpose: Vec<Purpose>,
    /// Its redirect URIs from now on, instead of all it has; may be given more than once
    #[arg(long, value_name = "URI")]
    redirect_uri: Vec<String>,
    /// Origins whose web pages may call the API for it from now on (CORS), instead of all it has; may be given more than once
    #[arg(long, value_name = "ORIGIN")]
    allowed_origin: Vec<String>,
    /// Whether it may tell of the user behind it when it redeems: their address, user agent and device
    #[arg(long, value_name = "BOOL")]
    send_context: Option<bool>,
    #[command(flatten)]
    tenant: TenantArg,
    #[command(flatten)]
    format: JsonArg,
}

pub fn run(config: &Config, args: Args) -> Result<(), Failure> {
    let ask = UpdateClient {
        name: args.name,
        purposes: Some(without_repeats(args.purpose)).filter(|purposes| !purposes.is_empty()),
        redirect_uris: Some(args.redirect_uri).filter(|uris| !uris.is_empty()),
        allowed_origins: Some(args.allowed_origin).filter(|origins| !origins.is_empty()),
        may_send_context: args.send_context,
        status: None,
    };
    let client = operate(config, &args.tenant, async |op| {
        let id = op.client(&args.client).await?;
        Ok(client::update(op.parts, &op.caller, id, ask, &op.source).await?)
    })?;
    show::thing(&ClientDetails::from(client), args.format)
}
