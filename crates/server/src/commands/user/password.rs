//! Passwords, which come from standard input alone: an argument could be seen by everybody on the machine.

use std::io::{self, Read as _};

use authms_core::user;
use authms_crypto::SecretString;
use authms_http::api::admin::user::UserDetails;

use super::Target;
use crate::commands::operator::operate;
use crate::commands::show;
use crate::config::Config;
use crate::failure::Failure;

/// The longest password in bytes; the same over HTTP.
const MAX_PASSWORD: u64 = 1024;

/// `authms user set-password`
pub fn set(config: &Config, target: &Target) -> Result<(), Failure> {
    let password = read_password()?;
    let member = operate(config, &target.tenant, async |op| {
        let id = op.user(&target.user).await?;
        user::set_password(op.parts, &op.caller, id, &password, &op.source).await?;
        Ok(user::get(op.parts, &op.caller, id).await?)
    })?;
    show::thing(&UserDetails::from(member), target.format)
}

/// Everything up to the end of standard input, less one line end: `echo` adds one, and nobody types one.
pub fn read_password() -> Result<SecretString, Failure> {
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
        return Err(Failure::refused("standard input holds no password; pipe it in"));
    }
    if password.len() as u64 > MAX_PASSWORD || password.contains('\0') {
        return Err(Failure::refused("the password must have at most 1024 bytes, none of them zero"));
    }
    Ok(SecretString::new(password.to_owned()))
}
