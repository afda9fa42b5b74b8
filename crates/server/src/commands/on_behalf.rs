//! `authms on-behalf …`

use std::path::{Path, PathBuf};
use std::{fs, io};

use authms_core::on_behalf::{self, UpdateOnBehalfPolicy};
use authms_http::api::admin::on_behalf_policy::render;
use authms_http::api::admin::on_behalf_policy::update::UpdateOnBehalfPolicyRequest;

use super::operator::{TenantArg, operate};
use super::show::{self, JsonArg};
use crate::config::Config;
use crate::failure::Failure;

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// A tenant's rules for acting on somebody's behalf
    #[command(subcommand)]
    Policy(Policy),
}

#[derive(Debug, clap::Subcommand)]
pub enum Policy {
    /// Show the policy
    Get {
        #[command(flatten)]
        tenant: TenantArg,
        #[command(flatten)]
        format: JsonArg,
    },
    /// Change the policy, and show it as it is then; what is not given stays
    #[command(after_help = "Example:
  echo '{\"require_approval\": true, \"notice\": \"daily\"}' | authms on-behalf policy set --from -")]
    Set {
        /// A file with a JSON object, its members as at PUT /admin/on-behalf/policy; - reads standard input
        #[arg(long, value_name = "FILE")]
        from: PathBuf,
        #[command(flatten)]
        tenant: TenantArg,
        #[command(flatten)]
        format: JsonArg,
    },
}

pub fn run(config: &Config, Command::Policy(command): Command) -> Result<(), Failure> {
    let (policy, format) = match command {
        Policy::Get { tenant, format } => {
            let show =
                operate(config, &tenant, async |op| Ok(on_behalf::policy(op.parts, &op.caller).await?));
            (show?, format)
        }
        Policy::Set { from, tenant, format } => {
            let ask = read(&from)?;
            let set = operate(config, &tenant, async |op| {
                Ok(on_behalf::update_policy(op.parts, &op.caller, ask, &op.source).await?)
            });
            (set?, format)
        }
    };
    show::thing(&render(policy), format)
}

fn read(from: &Path) -> Result<UpdateOnBehalfPolicy, Failure> {
    let text =
        if from == Path::new("-") { io::read_to_string(io::stdin()) } else { fs::read_to_string(from) };
    let text = text.map_err(|error| Failure::new(format!("cannot read {}: {error}", from.display())))?;
    let asked: UpdateOnBehalfPolicyRequest = serde_json::from_str(&text)
        .map_err(|error| Failure::refused(format!("{} is no policy: {error}", from.display())))?;
    asked.read().map_err(|invalid| Failure::refused(invalid.to_string()))
}
