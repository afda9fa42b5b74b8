//! `authms user create`

use authms_core::access::Role;
use authms_core::user::{self, CreateUser};
use authms_http::api::admin::user::UserDetails;

use super::password::read_password;
use super::role_parser;
use crate::commands::operator::{TenantArg, operate};
use crate::commands::show::{self, JsonArg};
use crate::config::Config;
use crate::failure::Failure;
use crate::output;

#[derive(Debug, clap::Args)]
#[command(
    group = clap::ArgGroup::new("name").args(["username", "email", "phone"]).required(true).multiple(true),
    after_help = "Examples:
  authms user create --username ada --email ada@example.org
  authms user create --username root2 --role super_admin --tenant branch --json
  pwgen -s 24 1 | authms user create --email kurt@example.org --password-stdin"
)]
pub struct Args {
    /// User name
    #[arg(long, value_name = "NAME")]
    username: Option<String>,
    /// E-mail address
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,
    /// Phone number
    #[arg(long, value_name = "NUMBER")]
    phone: Option<String>,
    /// Name to show
    #[arg(long, value_name = "NAME")]
    nickname: Option<String>,
    /// What another system calls the user
    #[arg(long, value_name = "ID")]
    external_id: Option<String>,
    /// Role in the tenant
    #[arg(long, default_value = "member", value_parser = role_parser())]
    role: Role,
    /// Read a first password from standard input; the user must change it at the first sign-in
    #[arg(long)]
    password_stdin: bool,
    #[command(flatten)]
    tenant: TenantArg,
    #[command(flatten)]
    format: JsonArg,
}

pub fn run(config: &Config, args: Args) -> Result<(), Failure> {
    let password = if args.password_stdin { Some(read_password()?) } else { None };
    let ask = CreateUser {
        tenant: None,
        username: args.username,
        email: args.email,
        phone: args.phone,
        external_id: args.external_id,
        nickname: args.nickname,
        password,
        password_hash: None,
        role: Some(args.role),
    };
    let member = operate(config, &args.tenant, async |op| {
        Ok(user::create(op.parts, &op.caller, ask, &op.source).await?)
    })?;
    if !args.format.json {
        return output::line(&member.user.id.to_string());
    }
    show::thing(&UserDetails::from(member), args.format)
}
