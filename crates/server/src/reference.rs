//! `docs/cli.md`, written from the command line as clap knows it.

use std::fmt::Write as _;

use clap::{Arg, Command, CommandFactory as _};

use crate::cli::Cli;

const HEAD: &str = "\
# The command line

Generated from the program; `authms COMMAND --help` says the same. Every command takes the options of the last chapter.

";

/// The whole page.
fn reference() -> String {
    let mut root = Cli::command();
    root.build();
    let mut page = HEAD.to_owned();
    for command in root.get_subcommands().filter(|command| command.get_name() != "help") {
        leaves(command, "authms", &mut page);
    }
    page.push_str("## Options of every command\n\n");
    for arg in root.get_arguments().filter(|arg| arg.is_global_set()) {
        argument(arg, &mut page);
    }
    page
}

fn leaves(command: &Command, path: &str, page: &mut String) {
    let path = format!("{path} {}", command.get_name());
    let mut below = command.get_subcommands().filter(|command| command.get_name() != "help").peekable();
    if below.peek().is_none() {
        return leaf(command, &path, page);
    }
    below.for_each(|command| leaves(command, &path, page));
}

fn leaf(command: &Command, path: &str, page: &mut String) {
    let _ = writeln!(page, "## `{path}`\n");
    let about = command.get_long_about().or_else(|| command.get_about()).map(ToString::to_string);
    let _ = writeln!(page, "{}\n", about.unwrap_or_default().replace("\n\n", ".\n\n"));
    let own = |arg: &&Arg| !arg.is_global_set() && !matches!(arg.get_id().as_str(), "help" | "version");
    for arg in command.get_arguments().filter(own) {
        argument(arg, page);
    }
    if command.get_arguments().any(|arg| own(&arg)) {
        page.push('\n');
    }
    let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    if after.contains('\n') {
        let _ = writeln!(page, "```text\n{after}\n```\n");
    }
}

fn argument(arg: &Arg, page: &mut String) {
    let _ = write!(page, "- `{}`", spelling(arg));
    if arg.is_required_set() {
        page.push_str(" (needed)");
    }
    let _ = write!(page, ": {}", arg.get_help().map(ToString::to_string).unwrap_or_default());
    let values: Vec<_> = match arg.get_action().takes_values() {
        true => arg.get_possible_values().iter().map(|value| format!("`{}`", value.get_name())).collect(),
        false => Vec::new(),
    };
    if !values.is_empty() {
        let _ = write!(page, ": {}", values.join(", "));
    }
    let defaults: Vec<_> = arg.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
    if !defaults.is_empty() && arg.get_action().takes_values() {
        let _ = write!(page, "; `{}` without it", defaults.join(" "));
    }
    if let Some(variable) = arg.get_env() {
        let _ = write!(page, " (`{}`)", variable.to_string_lossy());
    }
    page.push('\n');
}

/// How it is written on the command line.
fn spelling(arg: &Arg) -> String {
    let named =
        || arg.get_value_names().unwrap_or_default().iter().map(|name| name.as_str()).collect::<Vec<_>>();
    match (arg.get_long(), arg.get_action().takes_values()) {
        (Some(long), true) => format!("--{long} {}", named().join(" ")),
        (Some(long), false) => format!("--{long}"),
        (None, _) => named().join(" "),
    }
}

#[test]
fn the_page_of_the_command_line_is_that_of_the_program() {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/cli.md");
    let found = reference();
    if std::env::var_os("AUTHMS_REWRITE_GOLDEN").is_some() {
        std::fs::write(&file, &found).expect("writes the page");
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    let differing = committed.lines().zip(found.lines()).find(|(old, new)| old != new);
    assert!(
        committed == found,
        "docs/cli.md differs, first at {differing:?}; if that is meant: AUTHMS_REWRITE_GOLDEN=1, the same test"
    );
}
