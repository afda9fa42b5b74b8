//! `authms admin ticket`

use authms_core::install;
use authms_core::ticket::MintError;

use super::tenant_arg::TenantArg;
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
    let minted = super::on_site(config, async |site| {
        let tenant = site.tenant(tenant.tenant).await?;
        install::admin_ticket(&site.parts, tenant).await.map_err(|error| match error {
            MintError::UnknownUser => Failure::new(
                "this tenant has no active super_admin; make one by `authms user create --role super_admin`",
            ),
            other => other.into(),
        })
    })?;
    output::line(minted.ticket.expose())
}
