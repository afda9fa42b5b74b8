//! `authms ticket …`

mod look;
mod mint;
mod report;
mod revoke;

use authms_core::id::TicketId;

use crate::config::Config;
use crate::failure::Failure;

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Print a one-time ticket that signs a user in
    Mint(mint::Args),
    /// Show a ticket, though never its secret
    Get(look::Target),
    /// List the tickets of a tenant; those that expire last come first
    List(look::ListArgs),
    /// Kill a ticket that nobody has redeemed, or all of a user's; sessions go on
    Revoke(revoke::Args),
    /// Kill a ticket that leaked, by the ticket itself on standard input
    Report(report::Args),
}

fn ticket_id(text: &str) -> Result<TicketId, &'static str> {
    TicketId::parse(text).ok_or("expected a ticket's identifier, tid_ and 22 letters and digits")
}

pub fn run(config: &Config, command: Command) -> Result<(), Failure> {
    match command {
        Command::Mint(args) => mint::run(config, args),
        Command::Get(target) => look::get(config, &target),
        Command::List(args) => look::list(config, &args),
        Command::Revoke(args) => revoke::run(config, &args),
        Command::Report(args) => report::run(config, args),
    }
}
