//! `authms session …`

use authms_core::id::SessionId;
use authms_core::session;
use authms_http::api::me::session::list::SessionInfo;

use super::operator::{TenantArg, operate};
use super::show::{self, JsonArg, PageArgs};
use crate::config::Config;
use crate::failure::Failure;

/// What a list shows for people.
const COLUMNS: [&str; 6] = ["id", "method", "ip", "created_at", "last_active_at", "expires_at"];

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// List a user's living sessions in a tenant, newest first
    List {
        /// Identifier (usr_…), user name, e-mail address or phone number
        user: String,
        #[command(flatten)]
        page: PageArgs,
        #[command(flatten)]
        tenant: TenantArg,
        #[command(flatten)]
        format: JsonArg,
    },
    /// Show a living session
    Get {
        /// Identifier (ses_…), `sid` of its tokens
        #[arg(value_parser = session_id)]
        session: SessionId,
        #[command(flatten)]
        tenant: TenantArg,
        #[command(flatten)]
        format: JsonArg,
    },
    /// End one session, or all that a user has in a tenant; their tokens stop working at once
    #[command(after_help = "Examples:
  authms session end ses_0Kx…
  authms session end --user ada")]
    End {
        /// Identifier (ses_…), `sid` of its tokens
        #[arg(value_parser = session_id, required_unless_present = "user", conflicts_with = "user")]
        session: Option<SessionId>,
        /// All sessions of this user
        #[arg(long)]
        user: Option<String>,
        #[command(flatten)]
        tenant: TenantArg,
    },
}

fn session_id(text: &str) -> Result<SessionId, &'static str> {
    SessionId::parse(text).ok_or("expected a session's identifier, ses_ and 22 letters and digits")
}

pub fn run(config: &Config, command: Command) -> Result<(), Failure> {
    match command {
        Command::List { user, page, tenant, format } => list(config, &user, page, &tenant, format),
        Command::Get { session, tenant, format } => get(config, session, &tenant, format),
        Command::End { session: Some(id), tenant, .. } => operate(config, &tenant, async |op| {
            Ok(session::end_of(op.parts, &op.caller, id, &op.source).await?)
        }),
        Command::End { session: None, user, tenant } => operate(config, &tenant, async |op| {
            let id = op.user(&user.unwrap_or_default()).await?;
            Ok(session::end_all_of(op.parts, &op.caller, id, &op.source).await?)
        }),
    }
}

fn list(
    config: &Config,
    user: &str,
    page: PageArgs,
    tenant: &TenantArg,
    format: JsonArg,
) -> Result<(), Failure> {
    let page = operate(config, tenant, async |op| {
        let id = op.user(user).await?;
        let idle = op.parts.policy.session_idle;
        let page = session::list_of(op.parts, &op.caller, id, page.request()).await?;
        Ok(page.map(|session| SessionInfo::new(session, None, idle)))
    })?;
    show::page(page, &COLUMNS, format)
}

fn get(config: &Config, id: SessionId, tenant: &TenantArg, format: JsonArg) -> Result<(), Failure> {
    let info = operate(config, tenant, async |op| {
        let session = session::get_of(op.parts, &op.caller, id).await?;
        Ok(SessionInfo::new(session, None, op.parts.policy.session_idle))
    })?;
    show::thing(&info, format)
}
