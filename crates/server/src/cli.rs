//! The command line: what may be asked for.

use clap::{Parser, Subcommand};

use crate::commands::{
    admin, audit, backup, client, completion, config_check, healthcheck, key, keys, member, migrate,
    on_behalf, restore, session, tenant, ticket, user, webhook,
};
use crate::config::{Overrides, environment_help};

const ABOUT: &str = "Self-hosted identity service with one-time ticket sign-in";

const FIRST_STEPS: &str = "\
First steps:
  authms serve                         start; the first start makes everything it needs
  authms admin ticket                  a one-time ticket to sign in as the administrator
  authms user create --username ada    a user
  authms key create --name backend --scope ticket:mint
                                       an API key for a backend that mints tickets

Each command's result alone goes to standard output, all else to standard error. With --json it is one line of JSON, its
members named as in the HTTP API; a list is {items, total, pagination}.
Exit codes: 0 done, 1 failed, 2 arguments not understood, 3 no such thing, 4 refused.";

const HINT: &str = "`authms --help` lists all settings with their environment variables.";

/// Self-hosted identity service with one-time ticket sign-in.
#[derive(Debug, Parser)]
#[command(
    name = "authms",
    version,
    about = ABOUT,
    after_help = HINT,
    after_long_help = format!("{FIRST_STEPS}\n\n{}", environment_help()),
    subcommand_required = true,
    arg_required_else_help = true
)]
pub struct Cli {
    #[command(flatten)]
    pub overrides: Overrides,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve; makes the installation at the first start, and migrates its store
    #[command(after_help = HINT, after_long_help = environment_help())]
    Serve,
    /// Make the installation or migrate its store, without serving; or move it to another store
    Migrate(migrate::Args),
    /// Copy the installation to a file, also while it is served
    Backup(backup::Args),
    /// Make a backup the installation, and what was given out before it void
    Restore(restore::Args),
    /// For the administrator
    #[command(subcommand, after_help = HINT)]
    Admin(admin::Command),
    /// One-time tickets
    #[command(subcommand, after_help = HINT)]
    Ticket(ticket::Command),
    /// Users
    #[command(subcommand, after_help = HINT)]
    User(user::Command),
    /// Tenants: isolated populations
    #[command(subcommand, after_help = HINT)]
    Tenant(tenant::Command),
    /// Memberships: users' places and roles in tenants
    #[command(subcommand, after_help = HINT)]
    Member(member::Command),
    /// Sessions of users
    #[command(subcommand, after_help = HINT)]
    Session(session::Command),
    /// Clients: the applications that users sign in to
    #[command(subcommand, after_help = HINT)]
    Client(client::Command),
    /// API keys: how backends authenticate
    #[command(subcommand, after_help = HINT)]
    Key(key::Command),
    /// The keys that sign tokens
    #[command(subcommand, after_help = HINT)]
    Keys(keys::Command),
    /// The audit log: verify it, take it along, anchor it elsewhere
    #[command(subcommand, after_help = HINT)]
    Audit(audit::Command),
    /// Acting on somebody's behalf: what a tenant asks for
    #[command(subcommand, after_help = HINT)]
    OnBehalf(on_behalf::Command),
    /// Webhooks: who is told what happens
    #[command(subcommand, after_help = HINT)]
    Webhook(webhook::Command),
    /// The configuration
    #[command(subcommand, after_help = HINT)]
    Config(config_check::Command),
    /// Ask a running server whether it is ready; the exit code tells
    #[command(after_help = HINT)]
    Healthcheck(healthcheck::Args),
    /// Print the OpenAPI document of the HTTP face
    #[command(after_help = HINT)]
    Openapi,
    /// Print a script that completes commands and options in a shell
    #[command(after_help = completion::WHERE)]
    Completion(completion::Args),
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn what_begins_with_a_hyphen_by_chance_is_no_option() {
        for line in ["authms keys retire -a_b", "authms ticket list --page-token -a_b"] {
            Cli::try_parse_from(line.split(' ')).unwrap_or_else(|error| panic!("{line}: {error}"));
        }
        let help = Cli::try_parse_from(["authms", "keys", "retire", "--help"]).expect_err("the help");
        assert_eq!(help.kind(), clap::error::ErrorKind::DisplayHelp);
    }
}
