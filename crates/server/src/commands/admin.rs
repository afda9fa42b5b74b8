//! `authms admin ticket`

use authms_core::install;
use authms_core::ticket::MintError;

use super::operator::{TenantArg, operate};
use crate::config::Config;
use crate::failure::Failure;
use crate::output;

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Print a one-time ticket that signs in as the tenant's oldest active super_admin
    Ticket {
        #[command(flatten)]
        tenant: TenantArg,
    },
}

pub fn run(config: &Config, command: Command) -> Result<(), Failure> {
    let Command::Ticket { tenant } = command;
    let minted = operate(config, &tenant, async |op| {
        install::admin_ticket(op.parts, op.caller.tenant()).await.map_err(|error| match error {
            MintError::UnknownUser => Failure::missing(
                "this tenant has no active super_admin; make one by `authms user create --role super_admin`",
            ),
            other => other.into(),
        })
    })?;
    output::line(minted.ticket.expose())
}
