//! `authms user update`

use authms_core::access::Role;
use authms_core::message::Language;
use authms_core::user::{self, UpdateUser};
use authms_http::api::admin::user::UserDetails;

use super::role_parser;
use crate::commands::operator::{TenantArg, operate};
use crate::commands::show::{self, JsonArg};
use crate::config::Config;
use crate::failure::Failure;

#[derive(Debug, clap::Args)]
#[command(
    group = clap::ArgGroup::new("change")
        .args(["username", "email", "phone", "nickname", "external_id", "locale", "role"])
        .required(true)
        .multiple(true),
    after_help = "Example:\n  authms user update ada --email ada@example.org --role support"
)]
pub struct Args {
    /// Identifier (usr_…), user name, e-mail address or phone number
    user: String,
    /// New user name
    #[arg(long, value_name = "NAME")]
    username: Option<String>,
    /// New e-mail address
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,
    /// New phone number
    #[arg(long, value_name = "NUMBER")]
    phone: Option<String>,
    /// New name to show
    #[arg(long, value_name = "NAME")]
    nickname: Option<String>,
    /// What another system calls the user
    #[arg(long, value_name = "ID")]
    external_id: Option<String>,
    /// The language that the user is written to in: en, zh, or a tag that begins so
    #[arg(long, value_name = "TAG", value_parser = language)]
    locale: Option<Language>,
    /// New role in the tenant; sessions and tickets that rest on the former one end at once
    #[arg(long, value_parser = role_parser())]
    role: Option<Role>,
    #[command(flatten)]
    tenant: TenantArg,
    #[command(flatten)]
    format: JsonArg,
}

fn language(tag: &str) -> Result<Language, &'static str> {
    Language::of_tag(tag).ok_or("expected en or zh, or a tag that begins so")
}

pub fn run(config: &Config, args: Args) -> Result<(), Failure> {
    let ask = UpdateUser {
        username: args.username,
        email: args.email,
        phone: args.phone,
        external_id: args.external_id,
        nickname: args.nickname,
        language: args.locale.map(Some),
        role: args.role,
    };
    let member = operate(config, &args.tenant, async |op| {
        let id = op.user(&args.user).await?;
        Ok(user::update(op.parts, &op.caller, id, ask, &op.source).await?)
    })?;
    show::thing(&UserDetails::from(member), args.format)
}
