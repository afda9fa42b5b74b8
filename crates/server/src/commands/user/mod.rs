//! `authms user …`

mod compromised;
mod create;
mod import;
mod password;
mod update;

use authms_core::access::Role;
use authms_core::factor;
use authms_core::id::UserId;
use authms_core::user::{self, Search, UserFilter, UserStatus};
use authms_http::api::admin::user::UserDetails;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};

use super::confirm::Confirm;
use super::operator::{Operator, TenantArg, operate};
use super::show::{self, JsonArg, PageArgs};
use crate::config::Config;
use crate::failure::Failure;

/// What a list shows for people.
const COLUMNS: [&str; 6] = ["id", "username", "email", "phone", "role", "status"];

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Create a user, and print the identifier
    Create(create::Args),
    /// Create many users from a file
    Import(import::Args),
    /// Show a user
    Get(Target),
    /// List the users of a tenant, oldest first
    List(ListArgs),
    /// Change a user's names or role; what is not given stays
    Update(update::Args),
    /// Let a disabled user sign in again
    Enable(Target),
    /// Keep a user from signing in; all their sessions and tickets end at once
    Disable(Target),
    /// Give a user a new password, read from standard input; all their sessions end at once
    ///
    /// The user must change it at the next sign-in.
    #[command(after_help = "Example:\n  authms user set-password ada < first-password.txt")]
    SetPassword(Target),
    /// Mark passwords as known to others: they sign nobody in until changed; their users' sessions and tickets end at once
    MarkCompromised(compromised::Args),
    /// Remove all second factors of a user who has lost them; all their sessions and tickets end at once
    ///
    /// Authenticator apps, passkeys, codes by e-mail and SMS, and recovery codes. The user is told by mail.
    ResetMfa(AskedArgs),
    /// Delete a user: everything ends at once, names and password are erased, the identifier stays in the audit log
    Delete(AskedArgs),
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

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  authms user list --search example.org
  authms user list --status disabled --json | jq -r '.items[].id'")]
pub struct ListArgs {
    /// Only those of this status; without it, all but the deleted
    #[arg(long, value_parser = status_parser())]
    status: Option<UserStatus>,
    /// Only those of this role
    #[arg(long, value_parser = role_parser())]
    role: Option<Role>,
    /// Only those with a name that begins with this text; among the newest 20,000, that contains it
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    #[command(flatten)]
    page: PageArgs,
    #[command(flatten)]
    tenant: TenantArg,
    #[command(flatten)]
    format: JsonArg,
}

/// A user to whom something is done that cannot be undone.
#[derive(Debug, clap::Args)]
pub struct AskedArgs {
    /// Identifier (usr_…), user name, e-mail address or phone number
    user: String,
    #[command(flatten)]
    confirm: Confirm,
    #[command(flatten)]
    tenant: TenantArg,
}

fn status_parser() -> impl clap::builder::TypedValueParser<Value = UserStatus> {
    let all = [UserStatus::Active, UserStatus::Disabled, UserStatus::Deleted];
    PossibleValuesParser::new(all.map(UserStatus::as_str))
        .try_map(|name| UserStatus::parse(&name).ok_or("no such status"))
}

/// One of the roles by name.
pub(super) fn role_parser() -> impl clap::builder::TypedValueParser<Value = Role> {
    PossibleValuesParser::new(Role::ALL.map(Role::as_str))
        .try_map(|name| Role::parse(&name).ok_or("no such role"))
}

pub fn run(config: &Config, command: Command) -> Result<(), Failure> {
    match command {
        Command::Create(args) => create::run(config, args),
        Command::Import(args) => import::run(config, args),
        Command::Get(target) => get(config, &target),
        Command::List(args) => list(config, args),
        Command::Update(args) => update::run(config, args),
        Command::Enable(target) => set_status(config, &target, true),
        Command::Disable(target) => set_status(config, &target, false),
        Command::SetPassword(target) => password::set(config, &target),
        Command::MarkCompromised(args) => compromised::run(config, args),
        Command::ResetMfa(args) => reset_mfa(config, &args),
        Command::Delete(args) => delete(config, &args),
    }
}

fn get(config: &Config, target: &Target) -> Result<(), Failure> {
    let member = operate(config, &target.tenant, async |op| {
        let id = op.user(&target.user).await?;
        Ok(user::get(op.parts, &op.caller, id).await?)
    })?;
    show::thing(&UserDetails::from(member), target.format)
}

fn list(config: &Config, args: ListArgs) -> Result<(), Failure> {
    let search = args.search.as_deref().and_then(Search::parse);
    let filter = UserFilter { status: args.status, role: args.role, search };
    let page = operate(config, &args.tenant, async |op| {
        Ok(user::list(op.parts, &op.caller, filter, args.page.request()).await?)
    })?;
    show::page(page.map(UserDetails::from), &COLUMNS, args.format)
}

fn set_status(config: &Config, target: &Target, enable: bool) -> Result<(), Failure> {
    let member = operate(config, &target.tenant, async |op| {
        let id = op.user(&target.user).await?;
        Ok(user::set_status(op.parts, &op.caller, id, enable, &op.source).await?)
    })?;
    show::thing(&UserDetails::from(member), target.format)
}

fn reset_mfa(config: &Config, args: &AskedArgs) -> Result<(), Failure> {
    operate(config, &args.tenant, async |op| {
        let id = args.agreed(op, |name| format!("Remove all second factors of {name}?")).await?;
        Ok(factor::reset(op.parts, &op.caller, id, None, &op.source).await?)
    })
}

fn delete(config: &Config, args: &AskedArgs) -> Result<(), Failure> {
    operate(config, &args.tenant, async |op| {
        let id = args.agreed(op, |name| format!("Delete the user {name}? This cannot be undone.")).await?;
        Ok(user::delete(op.parts, &op.caller, id, &op.source).await?)
    })
}

impl AskedArgs {
    /// The user, if the operator agrees to what `question` says of them.
    async fn agreed(
        &self,
        op: &Operator<'_>,
        question: impl FnOnce(&str) -> String,
    ) -> Result<UserId, Failure> {
        let id = op.user(&self.user).await?;
        let found = user::get(op.parts, &op.caller, id).await?.user;
        let name =
            [found.username, found.email, found.phone].into_iter().flatten().next().unwrap_or_default();
        self.confirm.ask(&question(&format!("{name} ({id})")))?;
        Ok(id)
    }
}
