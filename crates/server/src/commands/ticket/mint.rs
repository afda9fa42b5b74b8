//! `authms ticket mint`

use authms_core::ticket::{self, Mint};
use serde_json::json;

use crate::commands::operator::{TenantArg, operate};
use crate::commands::show::JsonArg;
use crate::config::Config;
use crate::failure::Failure;
use crate::output;

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  authms ticket mint --user ada --client shop --ttl 60")]
pub struct Args {
    /// Whom it signs in: identifier (usr_…), user name, e-mail address or phone number
    #[arg(long, value_name = "USER")]
    user: String,
    /// Lifetime, 10 to 600 seconds; without it, as configured
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(i64).range(10..=600))]
    ttl: Option<i64>,
    /// The only client that may redeem it: identifier (cli_…) or name
    #[arg(long, value_name = "CLIENT")]
    client: Option<String>,
    #[command(flatten)]
    tenant: TenantArg,
    #[command(flatten)]
    format: JsonArg,
}

pub fn run(config: &Config, args: Args) -> Result<(), Failure> {
    let minted = operate(config, &args.tenant, async |op| {
        let user = op.user(&args.user).await?;
        let client = match &args.client {
            Some(named) => Some(op.client(named).await?),
            None => None,
        };
        let ask = Mint { ttl_seconds: args.ttl, client, ..Mint::for_user(user) };
        Ok(ticket::mint(op.parts, &op.caller, ask, &op.source).await?)
    })?;
    if !args.format.json {
        return output::line(minted.ticket.expose());
    }
    output::json(&json!({
        "ticket": minted.ticket.expose(),
        "id": minted.id.to_string(),
        "expires_in": minted.expires_in.as_seconds(),
    }))
}
