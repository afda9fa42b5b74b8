//! `authms user create`

use std::io::{self, Read as _};

use authms_core::access::{Caller, Role};
use authms_core::audit::Source;
use authms_core::user::{self, CreateUser};
use authms_crypto::SecretString;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use serde_json::json;

use super::tenant_arg::TenantArg;
use crate::config::Config;
use crate::failure::Failure;
use crate::output;

/// The longest password in bytes; the same over HTTP.
const MAX_PASSWORD: u64 = 1024;

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Create a user, and print the identifier
    Create(CreateArgs),
}

#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("name").args(["username", "email", "phone"]).required(true).multiple(true))]
pub struct CreateArgs {
    /// User name
    #[arg(long, value_name = "NAME")]
    username: Option<String>,
    /// E-mail address
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,
    /// Phone number
    #[arg(long, value_name = "NUMBER")]
    phone: Option<String>,
    /// Role in the tenant
    #[arg(long, default_value = "member", value_parser = role_parser())]
    role: Role,
    /// Read a first password from standard input; the user must change it at the first sign-in
    #[arg(long)]
    password_stdin: bool,
    #[command(flatten)]
    tenant: TenantArg,
    /// Print {id, tenant_id, username, email, phone, role} as JSON
    #[arg(long)]
    json: bool,
}

/// One of the roles by name.
pub(super) fn role_parser() -> impl clap::builder::TypedValueParser<Value = Role> {
    PossibleValuesParser::new(Role::ALL.map(Role::as_str))
        .try_map(|name| Role::parse(&name).ok_or("no such role"))
}

pub fn run(config: &Config, command: Command) -> Result<(), Failure> {
    let Command::Create(args) = command;
    let password = if args.password_stdin { Some(read_password()?) } else { None };
    let member = super::on_site(config, async |site| {
        let tenant = site.tenant(args.tenant.tenant).await?;
        let ask = CreateUser {
            username: args.username,
            email: args.email,
            phone: args.phone,
            password,
            role: Some(args.role),
            ..CreateUser::default()
        };
        Ok(user::create(&site.parts, &Caller::Console(tenant), ask, &Source::default()).await?)
    })?;
    let user = member.user;
    if !args.json {
        return output::line(&user.id.to_string());
    }
    output::json(&json!({
        "id": user.id.to_string(),
        "tenant_id": user.tenant.to_string(),
        "username": user.username,
        "email": user.email,
        "phone": user.phone,
        "role": member.role.as_str(),
    }))
}

/// Everything up to the end of standard input, less one line end: `echo` adds one, and nobody types one.
fn read_password() -> Result<SecretString, Failure> {
    let mut text = String::with_capacity(MAX_PASSWORD as usize + 4);
    io::stdin()
        .lock()
        .take(MAX_PASSWORD + 3)
        .read_to_string(&mut text)
        .map_err(|error| Failure::new(format!("cannot read the password from standard input: {error}")))?;
    let text = SecretString::new(text);
    let typed = text.expose();
    let password = typed.strip_suffix('\n').map_or(typed, |line| line.strip_suffix('\r').unwrap_or(line));
    if password.is_empty() {
        return Err(Failure::new(
            "standard input holds no password; pipe it in, or leave --password-stdin out",
        ));
    }
    if password.len() as u64 > MAX_PASSWORD || password.contains('\0') {
        return Err(Failure::new("the password must have at most 1024 bytes, none of them zero"));
    }
    Ok(SecretString::new(password.to_owned()))
}
