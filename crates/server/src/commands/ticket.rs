//! `authms ticket mint`

use authms_core::fault::Fault;
use authms_core::id::{ClientId, TenantId, UserId};
use authms_core::text;
use authms_core::ticket::{self, Mint};
use serde_json::json;

use super::tenant_arg::TenantArg;
use crate::config::Config;
use crate::failure::Failure;
use crate::output;
use crate::wiring::Site;

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Print a one-time ticket that signs a user in
    Mint(MintArgs),
}

#[derive(Debug, clap::Args)]
pub struct MintArgs {
    /// Whom it signs in: identifier (usr_…), user name, e-mail address or phone number
    #[arg(long, value_name = "USER")]
    user: String,
    /// Lifetime, 10 to 600 seconds; without it, as configured
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(i64).range(10..=600))]
    ttl: Option<i64>,
    /// The only client that may redeem it, as cli_…
    #[arg(long, value_name = "ID", value_parser = client_id)]
    client: Option<ClientId>,
    #[command(flatten)]
    tenant: TenantArg,
    /// Print {ticket, id, expires_in} as JSON
    #[arg(long)]
    json: bool,
}

pub fn run(config: &Config, command: Command) -> Result<(), Failure> {
    let Command::Mint(args) = command;
    let minted = super::on_site(config, async |site| {
        let tenant = site.tenant(args.tenant.tenant).await?;
        let user = find_user(site, tenant, &args.user).await?;
        let ask = Mint { ttl_seconds: args.ttl, client: args.client, ..Mint::for_user(user) };
        Ok(ticket::mint_at_console(&site.parts, tenant, ask).await?)
    })?;
    if !args.json {
        return output::line(minted.ticket.expose());
    }
    output::json(&json!({
        "ticket": minted.ticket.expose(),
        "id": minted.id.to_string(),
        "expires_in": minted.expires_in.as_seconds(),
    }))
}

async fn find_user(site: &Site, tenant: TenantId, named: &str) -> Result<UserId, Failure> {
    if let Some(id) = UserId::parse(named) {
        return Ok(id);
    }
    let names = text::login_names(named);
    let found = site.parts.store.for_login(tenant, names).await.map_err(Fault::from)?;
    let unknown = || Failure::new(format!("this tenant has no user {named:?}"));
    found.map(|(standing, _)| standing.user.id).ok_or_else(unknown)
}

fn client_id(text: &str) -> Result<ClientId, &'static str> {
    ClientId::parse(text).ok_or("expected a client's identifier, cli_ and 22 letters and digits")
}
