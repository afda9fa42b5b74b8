//! `authms member …`

use authms_core::access::Role;
use authms_core::membership;
use authms_core::page::{Page, PageRequest};
use authms_core::user;
use authms_http::api::admin::user::UserDetails;
use authms_http::api::me::membership::list::MembershipInfo;

use super::confirm::Confirm;
use super::operator::{TenantArg, operate};
use super::show::{self, JsonArg};
use super::user::role_parser;
use crate::config::Config;
use crate::failure::Failure;

/// What a list shows for people.
const COLUMNS: [&str; 5] = ["tenant_id", "tenant_name", "role", "status", "joined_at"];

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// List the tenants that a user belongs to, with the role in each; `user list` shows a tenant's members
    List(Target),
    /// Give a member another role; sessions and tickets that rest on the former one end at once
    #[command(after_help = "Example:\n  authms member set-role ada support --tenant branch")]
    SetRole {
        #[command(flatten)]
        target: Target,
        /// New role in the tenant
        #[arg(value_parser = role_parser())]
        role: Role,
    },
    /// Take a member out of a tenant; what they have open there ends at once, the account stays
    Remove {
        /// Identifier (usr_…), user name, e-mail address or phone number
        user: String,
        #[command(flatten)]
        confirm: Confirm,
        #[command(flatten)]
        tenant: TenantArg,
    },
}

/// A user, and how the result is printed.
#[derive(Debug, clap::Args)]
pub struct Target {
    /// Identifier (usr_…), user name, e-mail address or phone number
    user: String,
    #[command(flatten)]
    tenant: TenantArg,
    #[command(flatten)]
    format: JsonArg,
}

pub fn run(config: &Config, command: Command) -> Result<(), Failure> {
    match command {
        Command::List(target) => list(config, &target),
        Command::SetRole { target, role } => set_role(config, &target, role),
        Command::Remove { user, confirm, tenant } => remove(config, &user, confirm, &tenant),
    }
}

fn list(config: &Config, target: &Target) -> Result<(), Failure> {
    let all = operate(config, &target.tenant, async |op| {
        let id = op.user(&target.user).await?;
        Ok(membership::of(op.parts, &op.caller, id).await?)
    })?;
    let total = all.len() as u64;
    let whole = PageRequest { page: 1, page_size: u32::try_from(total).unwrap_or(u32::MAX).max(1) };
    let page = Page { items: all, total, request: whole };
    show::page(page.map(MembershipInfo::from), &COLUMNS, target.format)
}

fn set_role(config: &Config, target: &Target, role: Role) -> Result<(), Failure> {
    let member = operate(config, &target.tenant, async |op| {
        let id = op.user(&target.user).await?;
        membership::set_role(op.parts, &op.caller, id, role, &op.source).await?;
        Ok(user::get(op.parts, &op.caller, id).await?)
    })?;
    show::thing(&UserDetails::from(member), target.format)
}

fn remove(config: &Config, user: &str, confirm: Confirm, tenant: &TenantArg) -> Result<(), Failure> {
    operate(config, tenant, async |op| {
        let id = op.user(user).await?;
        user::get(op.parts, &op.caller, id).await?;
        let tenant = op.caller.tenant();
        confirm.ask(&format!(
            "Take {user} ({id}) out of the tenant {tenant}? No command takes them in again."
        ))?;
        Ok(membership::remove(op.parts, &op.caller, id, &op.source).await?)
    })
}
