//! `authms user mark-compromised`

use std::fs::File;
use std::io::{self, BufRead, BufReader, Write as _};
use std::path::{Path, PathBuf};

use authms_core::id::UserId;
use authms_core::user::{self, UserError};

use crate::commands::confirm::Confirm;
use crate::commands::operator::{Operator, TenantArg, operate};
use crate::config::Config;
use crate::failure::{Failure, Kind};

const NOTES: &str = "\
With --from, each line's result goes to standard output: the name, marked or refused, and the identifier or what is wrong,
separated by tabs. Empty lines are left out. With refused lines, the exit code is 4.

Examples:
  authms user mark-compromised ada --reason \"seen in a list of leaked ones\"
  authms user mark-compromised --from leaked.txt --yes > results.tsv
  zcat leaked.gz | authms user mark-compromised --from - --yes";

#[derive(Debug, clap::Args)]
#[command(after_help = NOTES)]
pub struct Args {
    /// Identifier (usr_…), user name, e-mail address or phone number
    #[arg(required_unless_present = "from", conflicts_with = "from")]
    user: Option<String>,
    /// A file with one such name on each line; - is standard input
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// Why, for the audit log
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    #[command(flatten)]
    confirm: Confirm,
    #[command(flatten)]
    tenant: TenantArg,
}

pub fn run(config: &Config, args: Args) -> Result<(), Failure> {
    let reason = args.reason.as_deref();
    match (&args.from, &args.user) {
        (Some(file), _) => {
            let names = read(file)?;
            let many = format!("Mark the passwords of {} users as compromised?", names.len());
            args.confirm.ask(&format!("{many} Their sessions and tickets end."))?;
            operate(config, &args.tenant, async |op| mark_all(op, &names, reason).await)
        }
        (None, named) => operate(config, &args.tenant, async |op| {
            let id = op.user(named.as_deref().unwrap_or_default()).await?;
            let found = user::get(op.parts, &op.caller, id).await?.user;
            let name = found.username.or(found.email).or(found.phone).unwrap_or_default();
            let question = format!("Mark the password of {name} ({id}) as compromised?");
            args.confirm.ask(&format!("{question} Their sessions and tickets end."))?;
            Ok(user::mark_compromised(op.parts, &op.caller, id, reason, &op.source).await?)
        }),
    }
}

/// Marks one after the other; one that is refused keeps none of the others.
async fn mark_all(op: &Operator<'_>, names: &[String], reason: Option<&str>) -> Result<(), Failure> {
    let mut refused = 0_u64;
    for name in names {
        let line = match mark(op, name, reason).await {
            Ok(id) => format!("{name}\tmarked\t{id}"),
            Err(failure) if failure.kind() == Kind::Failed => return Err(failure),
            Err(failure) => {
                refused += 1;
                format!("{name}\trefused\t{failure}")
            }
        };
        let told = writeln!(io::stdout().lock(), "{line}");
        told.map_err(|error| Failure::new(format!("cannot tell what was done: {error}")))?;
    }
    if refused == 0 {
        return Ok(());
    }
    Err(Failure::refused(format!("{refused} of {} were refused; the others are marked", names.len())))
}

async fn mark(op: &Operator<'_>, name: &str, reason: Option<&str>) -> Result<UserId, Failure> {
    let id = op.user(name).await?;
    let marked = user::mark_compromised(op.parts, &op.caller, id, reason, &op.source).await;
    marked.map(|()| id).map_err(|error: UserError| error.into())
}

/// The names in a file, one a line.
fn read(path: &Path) -> Result<Vec<String>, Failure> {
    let wrong = |error: io::Error| Failure::new(format!("cannot read {}: {error}", path.display()));
    let input: Box<dyn BufRead> = if path == Path::new("-") {
        Box::new(io::stdin().lock())
    } else {
        Box::new(BufReader::new(File::open(path).map_err(wrong)?))
    };
    let lines = input.lines().collect::<Result<Vec<_>, _>>().map_err(wrong)?;
    let names = lines.iter().map(|line| line.trim()).filter(|name| !name.is_empty());
    Ok(names.map(str::to_owned).collect())
}
