//! `authms ticket revoke`

use authms_core::id::TicketId;
use authms_core::ticket;
use authms_http::api::admin::ticket::TicketDetails;
use serde_json::json;

use super::ticket_id;
use crate::commands::operator::{TenantArg, operate};
use crate::commands::show::{self, JsonArg};
use crate::config::Config;
use crate::failure::Failure;
use crate::output;

#[derive(Debug, clap::Args)]
#[command(after_help = "A redeemed ticket is refused: end its session by `authms session end`.

Examples:
  authms ticket revoke tid_0Kx…
  authms ticket revoke --user ada")]
pub struct Args {
    /// Identifier (tid_…)
    #[arg(value_parser = ticket_id, required_unless_present = "user", conflicts_with = "user")]
    ticket: Option<TicketId>,
    /// All tickets for this user: identifier (usr_…), user name, e-mail address or phone number
    #[arg(long)]
    user: Option<String>,
    #[command(flatten)]
    tenant: TenantArg,
    #[command(flatten)]
    format: JsonArg,
}

pub fn run(config: &Config, args: &Args) -> Result<(), Failure> {
    match (args.ticket, &args.user) {
        (Some(id), _) => one(config, id, args),
        (None, user) => all(config, user.as_deref().unwrap_or_default(), args),
    }
}

fn one(config: &Config, id: TicketId, args: &Args) -> Result<(), Failure> {
    let shown = operate(config, &args.tenant, async |op| {
        let ticket = ticket::revoke(op.parts, &op.caller, id, &op.source).await?;
        Ok(TicketDetails::of(ticket, op.parts.now()))
    })?;
    show::thing(&shown, args.format)
}

fn all(config: &Config, user: &str, args: &Args) -> Result<(), Failure> {
    let revoked = operate(config, &args.tenant, async |op| {
        let id = op.user(user).await?;
        Ok(ticket::revoke_all(op.parts, &op.caller, id, &op.source).await?)
    })?;
    if args.format.json {
        output::json(&json!({ "revoked": revoked }))
    } else {
        output::line(&revoked.to_string())
    }
}
