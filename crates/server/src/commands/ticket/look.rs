//! `authms ticket get` and `list`

use authms_core::id::{TicketId, UserId};
use authms_core::ticket::{self, MinterId, TicketFilter, TicketStatus, WhichTickets};
use authms_core::time::Timestamp;
use authms_http::api::admin::ticket::TicketDetails;
use authms_http::wire::PageInfo;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};

use super::ticket_id;
use crate::commands::operator::{Operator, TenantArg, operate};
use crate::commands::show::{self, JsonArg, PageArgs};
use crate::config::Config;
use crate::failure::Failure;

/// What a list shows for people.
const COLUMNS: [&str; 6] = ["id", "status", "purpose", "user_id", "client_id", "expires_at"];

/// A ticket, and how the result is printed.
#[derive(Debug, clap::Args)]
pub struct Target {
    /// Identifier (tid_…)
    #[arg(value_parser = ticket_id)]
    ticket: TicketId,
    #[command(flatten)]
    tenant: TenantArg,
    #[command(flatten)]
    format: JsonArg,
}

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Only the first 10,000 have page numbers; from there on, pagination.next_page_token of the JSON leads.

Examples:
  authms ticket list --status issued --user ada
  authms ticket list --minter backend --since 2027-01-31T00:00:00Z --json"
)]
pub struct ListArgs {
    /// Only those of this status
    #[arg(long, value_parser = status_parser())]
    status: Option<TicketStatus>,
    /// Only those for this user: identifier (usr_…), user name, e-mail address or phone number
    #[arg(long)]
    user: Option<String>,
    /// Only those bound to this client: identifier (cli_…) or name
    #[arg(long)]
    client: Option<String>,
    /// Only those minted by this API key (key_… or name) or user (usr_…)
    #[arg(long, value_name = "KEY|USER")]
    minter: Option<String>,
    /// Only those minted then (RFC 3339) or later
    #[arg(long, value_name = "TIME", value_parser = time)]
    since: Option<Timestamp>,
    /// Only those minted before then (RFC 3339)
    #[arg(long, value_name = "TIME", value_parser = time)]
    until: Option<Timestamp>,
    /// Go on behind the page that told this token
    #[arg(long, value_name = "TOKEN", conflicts_with = "page", allow_hyphen_values = true)]
    page_token: Option<String>,
    #[command(flatten)]
    page: PageArgs,
    #[command(flatten)]
    tenant: TenantArg,
    #[command(flatten)]
    format: JsonArg,
}

fn status_parser() -> impl clap::builder::TypedValueParser<Value = TicketStatus> {
    PossibleValuesParser::new(TicketStatus::ALL.map(TicketStatus::as_str))
        .try_map(|name| TicketStatus::parse(&name).ok_or("no such status"))
}

fn time(text: &str) -> Result<Timestamp, &'static str> {
    text.parse().map_err(|_| "expected a time such as 2027-01-31T12:00:00Z (RFC 3339)")
}

pub fn get(config: &Config, target: &Target) -> Result<(), Failure> {
    let shown = operate(config, &target.tenant, async |op| {
        let ticket = ticket::get(op.parts, &op.caller, target.ticket).await?;
        Ok(TicketDetails::of(ticket, op.parts.now()))
    })?;
    show::thing(&shown, target.format)
}

pub fn list(config: &Config, args: &ListArgs) -> Result<(), Failure> {
    let (items, pagination) = operate(config, &args.tenant, async |op| {
        let which = WhichTickets { page: args.page.request(), token: args.page_token.clone() };
        let tickets = ticket::list(op.parts, &op.caller, filter(op, args).await?, which).await?;
        let (now, pagination) = (op.parts.now(), PageInfo::of_counted(&tickets));
        let items: Vec<_> = tickets.found.items.into_iter().map(|t| TicketDetails::of(t, now)).collect();
        Ok((items, pagination))
    })?;
    show::items(&items, &pagination, &COLUMNS, args.format)
}

async fn filter(op: &Operator<'_>, args: &ListArgs) -> Result<TicketFilter, Failure> {
    let mut filter = TicketFilter {
        status: args.status,
        minted_from: args.since,
        minted_until: args.until,
        ..TicketFilter::default()
    };
    if let Some(named) = &args.user {
        filter.user = Some(op.user(named).await?);
    }
    if let Some(named) = &args.client {
        filter.client = Some(op.client(named).await?);
    }
    if let Some(named) = &args.minter {
        filter.minter = Some(minter(op, named).await?);
    }
    Ok(filter)
}

/// Keys go before people, who are named by identifier alone: a name could be meant for either.
async fn minter(op: &Operator<'_>, named: &str) -> Result<MinterId, Failure> {
    match UserId::parse(named) {
        Some(user) => Ok(MinterId::User(user)),
        None => op.key(named).await.map(MinterId::Key),
    }
}
